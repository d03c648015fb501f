"""What was met lately, so that equal values are read once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

_REMEMBERED = 40_000
_SHORT = 200

Value = TypeVar("Value", str, bytes, "str | bytes")


class MetLately:
    """Short values, as many as there is room for."""

    def __init__(self) -> None:
        self._seen: set[str | bytes] = set()

    def first(self, values: Iterable[Value]) -> list[Value]:
        """Return the values that were not met lately, each once, and remember them."""
        seen = self._seen
        new = [each for each in dict.fromkeys(values) if each not in seen]
        if len(seen) >= _REMEMBERED:
            seen.clear()
        seen.update([each for each in new if len(each) < _SHORT])
        return new

    def is_new(self, value: str | bytes) -> bool:
        """Tell whether a value was not met lately, and remember it."""
        if value in self._seen:
            return False
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        if len(value) < _SHORT:
            self._seen.add(value)
        return True
