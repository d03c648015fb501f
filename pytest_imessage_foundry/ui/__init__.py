"""The terminal app: the functions of the command on screens.

`textual` is imported by nothing outside this package.
"""

from __future__ import annotations
