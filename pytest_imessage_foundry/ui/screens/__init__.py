"""The screens, one in each file."""

from __future__ import annotations
