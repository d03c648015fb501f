"""What the original tells, as a set of fixed size: a Bloom filter.

It never denies what is in it, so that the proof can rest on it. What it takes for
known by mistake is drawn again like the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

_BITS = 28  # 32 MiB: one mistake in a million with ten million tokens
_PROBES = 8
_MASK = (1 << _BITS) - 1
_REMEMBERED = 200_000


class Vocabulary:
    """Tokens of the original."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        """Begin with nothing; what of `own` is met is not put in."""
        self._own = frozenset(own)
        self._table = bytearray(1 << (_BITS - 3))
        self._lately: set[str] = set()

    def add(self, tokens: Iterable[str]) -> None:
        """Put tokens in."""
        for token in tokens:
            if token in self._lately or token[1:] in self._own:
                continue
            if len(self._lately) >= _REMEMBERED:
                self._lately.clear()
            self._lately.add(token)
            first, step = _places(token)
            for _ in range(_PROBES):
                self._table[first >> 3] |= 1 << (first & 7)
                first = first + step & _MASK

    def __contains__(self, token: str) -> bool:
        if token[1:] in self._own:
            return False
        first, step = _places(token)
        table = self._table
        for _ in range(_PROBES):
            if not table[first >> 3] >> (first & 7) & 1:
                return False
            first = first + step & _MASK
        return True


def _places(token: str) -> tuple[int, int]:
    raw = blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    number = int.from_bytes(raw, "big")
    return number & _MASK, number >> 32 | 1
