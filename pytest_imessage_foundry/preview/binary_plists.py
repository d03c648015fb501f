"""Read the objects of a binary property list one at a time.

`plistlib` reads all of them. The archive of a link has ninety, of which its card shows
five. The format is that of `plistlib`, which writes what the tests read here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from plistlib import UID

_TRAILER = struct.Struct(">6xBBQQQ")
_INTEGER, _REAL, _DATA, _ASCII, _UTF16, _UID = 1, 2, 4, 5, 6, 8
_ARRAY, _DICTIONARY = 0xA, 0xD
_CONSTANTS = {0x00: None, 0x08: False, 0x09: True}
_SHORT = 2  # bytes of the usual numbers, but for lists of less than 256 objects
_IN_NEXT = 0xF  # the length is an object of its own, behind the tag
_REALS = {2: struct.Struct(">f"), 3: struct.Struct(">d")}

Scalar = str | bytes | int | float | bool | UID | None


class References(list[int]):
    """The objects of an array, by number."""


class NamedReferences(dict[str, int]):
    """The objects of a dictionary, by number."""


class BinaryPlist:
    """A binary property list.

    Attributes:
        top: the number of the outermost object.

    Raises:
        ValueError, LookupError, struct.error: it is damaged; so do all methods.
    """

    def __init__(self, data: bytes) -> None:
        if not data.startswith(b"bplist00"):
            raise ValueError("not a binary property list")
        size, self._size, count, self.top, table = _TRAILER.unpack_from(
            data, len(data) - _TRAILER.size
        )
        self._data = data
        self._offsets = _numbers(self._bytes(table, count * size), size)

    def object(self, number: int) -> Scalar | References | NamedReferences:
        """Return an object, of a container the numbers of those in it."""
        place = self._offsets[number]
        tag = self._data[place]
        kind, low = tag >> 4, tag & 0xF
        place += 1
        if kind == _INTEGER:
            return self._integer(place, 1 << low, is_signed=low >= 3)
        if kind == _UID:
            return UID(self._integer(place, low + 1))
        if kind == _REAL:
            return float(_REALS[low].unpack_from(self._data, place)[0])
        if kind == 0:
            return _CONSTANTS[tag]
        return self._sized(kind, low, place)

    def _sized(
        self, kind: int, length: int, place: int
    ) -> str | bytes | References | NamedReferences:
        if length == _IN_NEXT:
            width = 1 << (self._data[place] & 0xF)
            length = self._integer(place + 1, width)
            place += 1 + width
        if kind == _ASCII:
            return self._bytes(place, length).decode("ascii")
        if kind == _UTF16:
            return self._bytes(place, 2 * length).decode("utf-16-be")
        if kind == _DATA:
            return self._bytes(place, length)
        if kind == _ARRAY:
            found = self._bytes(place, length * self._size)
            return References(_numbers(found, self._size))
        if kind == _DICTIONARY:
            found = self._bytes(place, 2 * length * self._size)
            numbers = _numbers(found, self._size)
            names = map(self._name, numbers[:length])
            return NamedReferences(zip(names, numbers[length:], strict=True))
        raise ValueError(f"unknown kind of object {kind:#x}")

    def _name(self, number: int) -> str:
        place = self._offsets[number]
        length = self._data[place] - (_ASCII << 4)
        if 0 < length < _IN_NEXT:  # as most are
            return self._bytes(place + 1, length).decode("ascii")
        return str(self.object(number))

    def _bytes(self, place: int, length: int) -> bytes:
        found = self._data[place : place + length]
        if len(found) != length:
            raise ValueError("an object is cut short")
        return found

    def _integer(self, place: int, width: int, *, is_signed: bool = False) -> int:
        return int.from_bytes(self._bytes(place, width), "big", signed=is_signed)


def _numbers(found: bytes, size: int) -> Sequence[int]:
    """Return the numbers of `size` bytes each."""
    if size == 1:
        return found
    if size == _SHORT:
        return struct.unpack(f">{len(found) // _SHORT}H", found)
    if not size:
        raise ValueError("numbers without a size")
    return [
        int.from_bytes(found[at : at + size], "big")
        for at in range(0, len(found), size)
    ]
