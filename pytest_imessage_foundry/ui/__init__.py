"""The terminal app: the command's functions, for people who would rather look.

`textual` is imported by nothing outside this package.
"""

from __future__ import annotations
