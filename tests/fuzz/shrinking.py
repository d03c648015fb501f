"""A script made short: lines are left out while its fault stays."""

from __future__ import annotations

from collections.abc import Callable


def shrink(lines: list[str], fails: Callable[[list[str]], bool]) -> list[str]:
    """Leave out as many lines as can be: first many at once, in the end one by one."""
    size = max(len(lines) // 2, 1)
    while True:
        at, before = 0, len(lines)
        while at < len(lines):
            shorter = lines[:at] + lines[at + size :]
            if fails(shorter):
                lines = shorter
            else:
                at += size
        if size > 1:
            size //= 2
        elif len(lines) == before:
            return lines
