"""What the original tells, in a bounded space.

Words are held as they are, as many as there is room for. GUIDs, whole texts and all
further words go into a Bloom filter: it never denies what is in it, so that the proof
can rest on it, and what it takes for known by mistake is drawn again like the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import blake2b
from zlib import crc32

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.kept import format_words

_BITS = 28  # 32 MiB: one mistake in a million with ten million tokens
_PROBES = 8
_MASK = (1 << _BITS) - 1
# A checksum takes a quarter of the time of a hash, and denies nearly all that is not in
# the filter.
_SIEVE_BITS = 26
_SIEVE_MASK = (1 << _SIEVE_BITS) - 1
_MOST_WORDS = 200_000
# A file has about as many of these as messages, and each stands there once or twice.
_MANY = frozenset((tokens.GUID, tokens.WHOLE))


class Vocabulary:
    """The tokens of the original, without the format's own words."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._is_full = False
        self._table = bytearray(1 << (_BITS - 3))
        self._sieve = bytearray(1 << (_SIEVE_BITS - 3))

    def add(self, found: Iterable[str]) -> None:
        """Put tokens in."""
        own, words = format_words(), self._words
        for token in found:
            if token in words or token[1:] in own:
                continue
            if token[0] in _MANY or self._is_full:
                self._mark(token)
            else:
                words.add(token)
                self._is_full = len(words) >= _MOST_WORDS

    def _mark(self, token: str) -> None:
        raw = token.encode("utf-8", "surrogatepass")
        place = crc32(raw) & _SIEVE_MASK
        self._sieve[place >> 3] |= 1 << (place & 7)
        first, step = _places(raw)
        for _ in range(_PROBES):
            self._table[first >> 3] |= 1 << (first & 7)
            first = first + step & _MASK

    def known(self, found: Collection[str]) -> list[str]:
        """Return those of the tokens that the original has too."""
        known = [] if self._words.isdisjoint(found) else self._exact(found)
        full = self._is_full
        known += [t for t in found if (full or t[0] in _MANY) and self._is_marked(t)]
        return known

    def _exact(self, found: Iterable[str]) -> list[str]:
        return [token for token in found if token in self._words]

    def _is_marked(self, token: str) -> bool:
        raw = token.encode("utf-8", "surrogatepass")
        place = crc32(raw) & _SIEVE_MASK
        if not self._sieve[place >> 3] >> (place & 7) & 1:
            return False
        first, step = _places(raw)
        table = self._table
        for _ in range(_PROBES):
            if not table[first >> 3] >> (first & 7) & 1:
                return False
            first = first + step & _MASK
        return True


def _places(raw: bytes) -> tuple[int, int]:
    number = int.from_bytes(blake2b(raw, digest_size=8).digest(), "big")
    return number & _MASK, number >> 32 | 1
