"""Forms of keyed archives: what stays the same where two archives are built alike.

An archive that is right tells its form: its bytes, and between them holes for values
that cannot make it wrong. These are texts and data that only `$objects` lists, and
numbers that are no key. Another archive of that form is right as well, if each hole
holds a value of the same kind and the table says where each object is.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

# A marker's upper half; its lower half is the size, or says that the size follows.
_TRUTH, _INTEGER, _REAL, _DATA, _ASCII, _UTF16, _UID = 0, 1, 2, 4, 5, 6, 8
_ARRAY, _DICTIONARY = 0xA, 0xD
_FOLLOWS = 0xF
_SIZE_TYPES = {0x10: 1, 0x11: 2}  # bytes of a size that follows, by its type
_WIDTHS = {_DATA: 1, _ASCII: 1, _UTF16: 2, _ARRAY: 1, _DICTIONARY: 2}
_KINDS = {
    **dict.fromkeys((_INTEGER, _REAL), "number"),
    **dict.fromkeys((_ASCII, _UTF16), "text"),
    _DATA: "data",
}
_TABLES = {1: "B", 2: "H"}  # types of an entry, by its size
_OBJECTS = b"\x58$objects"


@dataclass(frozen=True, slots=True)
class ArchiveForm:
    """Fixed bytes, each with the kind of value behind them, and an end.

    Of each object there is the number of the hole before it, and how far behind that
    hole it begins.
    """

    steps: tuple[tuple[bytes, str], ...]
    end: bytes
    places: tuple[tuple[int, int], ...]
    table: struct.Struct
    trailer: bytes

    @classmethod
    def of(cls, data: bytes) -> Self | None:
        """Return the form of an archive that is right; None if it is a rare one."""
        try:
            return cls._of(data)
        except (LookupError, ValueError, struct.error):
            return None

    @classmethod
    def _of(cls, data: bytes) -> Self:
        entry, reference, number, top, at = struct.unpack(">BBQQQ", data[-26:])
        table = struct.Struct(f">{number}{_TABLES[entry]}")
        offsets = table.unpack_from(data, at)
        if reference != 1 or len({*offsets}) < number:
            raise ValueError("a table of a rare kind")
        holes = {each: _end(data, each) for each in sorted(_holes(data, offsets, top))}
        begins, stops = [0, *holes.values()], [*holes, at]
        places = tuple(_places(data, offsets, begins, stops))
        pieces = [data[a:b] for a, b in zip(begins, stops, strict=True)]
        kinds = [_KINDS[data[hole] >> 4] for hole in holes]
        steps = tuple(zip(pieces[:-1], kinds, strict=True))
        return cls(steps, pieces[-1], places, table, data[-32:-8])

    def fits(self, data: bytes) -> bool:
        """Return whether an archive is of this form."""
        at = 0
        begins = [0]
        try:
            for fixed, kind in self.steps:
                if not data.startswith(fixed, at):
                    return False
                at += len(fixed)
                if _KINDS.get(data[at] >> 4) != kind:
                    return False
                at = _end(data, at)
                begins.append(at)
            if not data.startswith(self.end, at):
                return False
            at += len(self.end)
            table = self.table.pack(*[begins[hole] + far for hole, far in self.places])
        except (IndexError, ValueError, struct.error):
            return False  # cut short, no text, or too long for this table
        return data[at:] == table + self.trailer + at.to_bytes(8)


def _places(
    data: bytes, offsets: tuple[int, ...], begins: list[int], stops: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield where each object is: within which fixed piece, and how far.

    What shares bytes with a hole would change with it.
    """
    if any(begin > stop for begin, stop in zip(begins, stops, strict=True)):
        raise ValueError("a hole within a hole")
    holes = {*stops[:-1]}
    for offset in offsets:
        piece = bisect_right(begins, offset) - 1
        if offset not in holes and _end(data, offset) > stops[piece]:
            raise ValueError("an object that reaches into a hole")
        yield piece, offset - begins[piece]


def _end(data: bytes, at: int) -> int:
    """Return where an object ends.

    Raises:
        ValueError: it is a text that does not decode, or of a rare kind.
    """
    kind, size = divmod(data[at], 16)
    at += 1
    if kind in _WIDTHS:
        if size == _FOLLOWS:
            width = _SIZE_TYPES.get(data[at], 0)
            at += 1 + width
            size = int.from_bytes(data[at - width : at])
            if not width:
                raise ValueError("a size of a rare type")
        end = at + size * _WIDTHS[kind]
        if kind == _UTF16:
            data[at:end].decode("utf-16-be")
        elif kind == _ASCII and not data[at:end].isascii():
            raise ValueError("no ASCII")
        return end
    if (kind == _INTEGER and size <= 3) or (kind == _REAL and size in (2, 3)):
        return at + (1 << size)
    if kind == _UID:
        return at + size + 1
    if kind == _TRUTH:
        return at
    raise ValueError("an object of a rare kind")


def _holes(data: bytes, offsets: tuple[int, ...], top: int) -> Iterator[int]:
    """Yield where the values begin that cannot make the archive wrong."""
    keys, values = _members(data, offsets[top])
    names = [data[offsets[key] :][: len(_OBJECTS)] for key in keys]
    objects = dict(zip(names, values, strict=True))[_OBJECTS]
    _, listed = _members(data, offsets[objects])
    all_keys: set[int] = set()
    named = {listed[0]}  # by others than `$objects`
    for number, offset in enumerate(offsets):
        if data[offset] >> 4 in (_ARRAY, _DICTIONARY):
            keys, values = _members(data, offset)
            all_keys.update(keys)
            named.update(keys if number == objects else keys + values)
    free = {*listed} - named
    for number, offset in enumerate(offsets):
        kind = _KINDS.get(data[offset] >> 4)
        is_free = number not in all_keys if kind == "number" else number in free
        if kind and is_free:
            yield offset


def _members(data: bytes, at: int) -> tuple[bytes, bytes]:
    """Return the numbers of the keys and of the values of a container."""
    end = _end(data, at)
    kind, size = divmod(data[at], 16)
    begin = at + 1 if size < _FOLLOWS else at + 2 + _SIZE_TYPES[data[at + 1]]
    middle = (begin + end) // 2 if kind == _DICTIONARY else begin
    return data[begin:middle], data[middle:end]
