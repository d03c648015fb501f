"""What the original tells, in a bounded space.

Words and short texts are held as they are, as many as there is room for. GUIDs and all
further ones go into a Bloom filter: it never denies what is in it, so that the proof
can rest on it, and what it takes for known by mistake is drawn again like the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from zlib import crc32

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.kept import format_words

# 32 MiB: one mistake in a million with seven million tokens. Of the 32 bits of a place
# the upper 25 say the byte and the lowest 3 the bit.
_BYTES = 1 << 25
_TO_BYTE = 7
_PLACES = struct.Struct("<8I")
_MOST_WORDS = 200_000
_MOST_GUIDS = 20_000  # that were met lately


class Vocabulary:
    """The tokens of the original, without the format's own words."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._is_full = False
        self._table = bytearray(_BYTES)
        self._lately: set[str] = set()

    def add(self, found: Iterable[str]) -> None:
        """Put tokens in."""
        own, words, lately = format_words(), self._words, self._lately
        for token in [each for each in found if each not in words]:
            if token[0] == tokens.GUID:
                # Most messages refer to one just before them.
                if token not in lately:
                    lately.add(token)
                    self._mark(token)
            elif token[1:] in own:
                continue
            elif self._is_full:
                self._mark(token)
            else:
                words.add(token)
                self._is_full = len(words) >= _MOST_WORDS
        if len(lately) >= _MOST_GUIDS:
            lately.clear()

    def _mark(self, token: str) -> None:
        raw = token.encode("utf-8", "surrogatepass")
        table = self._table
        for place in (crc32(raw), *_places(raw)):
            table[place >> _TO_BYTE] |= 1 << (place & 7)

    def known(self, found: Collection[str]) -> list[str]:
        """Return those of the tokens that the original has too."""
        known = [] if self._words.isdisjoint(found) else self._exact(found)
        full, guid = self._is_full, tokens.GUID
        known += [t for t in found if (full or t[0] == guid) and self._is_marked(t)]
        return known

    def _exact(self, found: Iterable[str]) -> list[str]:
        return [token for token in found if token in self._words]

    def _is_marked(self, token: str) -> bool:
        raw = token.encode("utf-8", "surrogatepass")
        table = self._table
        # A checksum takes a quarter of the time of a hash, and denies nearly all that
        # is not in the filter.
        first = crc32(raw)
        if not table[first >> _TO_BYTE] >> (first & 7) & 1:
            return False
        return all(table[at >> _TO_BYTE] >> (at & 7) & 1 for at in _places(raw))


def _places(raw: bytes) -> Sequence[int]:
    return _PLACES.unpack(blake2b(raw, digest_size=_PLACES.size).digest())
