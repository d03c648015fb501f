"""People: the built-in cast, their addresses, and those a user keeps."""

from __future__ import annotations
