"""Write binary property lists, five times as fast as plistlib and alike to the
byte (`tests/db/test_bplist.py` compares): links, tapbacks and edits hold up to
three each.

A list is a table of objects that name each other by number, then the place of
each. Numbers and strings that are equal are one object, containers never are.
"""

from __future__ import annotations

import struct
from itertools import accumulate
from typing import Any, NamedTuple

from pytest_imessage_foundry.db.blobs.values import Date

__all__ = ["HEADER", "UID", "dumps", "objects", "offsets", "scalar"]

HEADER = b"bplist00"
_trailer = struct.Struct(">5xBBBQQQ").pack
_SMALL = [bytes([number]) for number in range(256)]


class UID(NamedTuple):
    """A keyed archive's reference to the object with this number."""

    data: int


class _Container(NamedTuple):
    """A list or dictionary: its mark with its size, and who is in it."""

    head: bytes
    members: list[int]


class _Table:
    """The objects so far, each encoded but for the numbers of its members."""

    def __init__(self) -> None:
        self.objects: list[bytes | _Container] = []
        self._strings: dict[str, int] = {}
        self._others: dict[tuple[type, Any], int] = {}

    def add(self, value: Any) -> int:
        """The number of `value`, which is put into the table unless it is there."""
        kind = type(value)
        if kind is str:
            return self._string(value)
        if kind is dict:
            return self._dictionary(value)
        if kind is list or kind is tuple:
            members: list[int] = []
            number = self._container(0xA0, len(value), members)
            members += [self.add(each) for each in value]
            return number
        identity = (kind, value)
        known = self._others.get(identity)
        if known is None:
            known = self._others[identity] = len(self.objects)
            self.objects.append(_ENCODERS[kind](value))
        return known

    def _string(self, text: str) -> int:
        known = self._strings.get(text)
        if known is None:
            known = self._strings[text] = len(self.objects)
            self.objects.append(_encoded(text))
        return known

    def _dictionary(self, value: dict[str, Any]) -> int:
        members: list[int] = []
        number = self._container(0xD0, len(value), members)
        names = sorted(value)
        members += [self._string(name) for name in names]
        members += [self.add(value[name]) for name in names]
        return number

    def _container(self, mark: int, size: int, members: list[int]) -> int:
        self.objects.append(_Container(_sized(mark, size), members))
        return len(self.objects) - 1


def dumps(root: Any) -> bytes:
    """Return the binary property list of dicts, lists and scalars; keys are sorted.

    Raises:
        KeyError: a value is of a type that no property list holds.
        OverflowError: a whole number has more than 64 bits.
    """
    return _joined(objects(root))


def objects(root: Any) -> list[bytes]:
    """Return the objects of a property list, encoded, in the order of their numbers."""
    table = _Table()
    table.add(root)
    wide = len(table.objects) > 0xFF
    return [
        each
        if isinstance(each, bytes)
        else each.head + (_wide(each.members) if wide else bytes(each.members))
        for each in table.objects
    ]


def _joined(encoded: list[bytes]) -> bytes:
    """Return the property list of these objects."""
    return b"".join((HEADER, *encoded, offsets(list(map(len, encoded)))))


def offsets(lengths: list[int]) -> bytes:
    """Return what follows the objects of a property list, which have these lengths."""
    count = len(lengths)
    starts = list(accumulate(lengths, initial=len(HEADER)))
    place = starts.pop()
    size = 1 if place < 1 << 8 else 2 if place < 1 << 16 else 4
    listed = struct.pack(f">{count}{' BH I'[size]}", *starts)
    return listed + _trailer(0, size, 1 + (count > 0xFF), count, 0, place)


def scalar(value: str | int) -> bytes:
    """A string or a whole number as the object that it is in any property list."""
    return _encoded(value) if isinstance(value, str) else _integer(value)


def _wide(members: list[int]) -> bytes:
    return struct.pack(f">{len(members)}H", *members)


def _sized(mark: int, size: int) -> bytes:
    """Return a mark and a size, which stands apart from 15 on."""
    if size < 15:
        return _SMALL[mark | size]
    return _SMALL[mark | 15] + _integer(size)


def _integer(number: int) -> bytes:
    if 0 <= number < 1 << 8:
        return b"\x10" + _SMALL[number]
    if 0 <= number < 1 << 16:
        return struct.pack(">BH", 0x11, number)
    if 0 <= number < 1 << 32:
        return struct.pack(">BL", 0x12, number)
    if -(1 << 63) <= number < 1 << 63:
        return struct.pack(">Bq", 0x13, number)
    return b"\x14" + number.to_bytes(16, "big", signed=True)


def _encoded(text: str) -> bytes:
    if text.isascii():
        return _sized(0x50, len(text)) + text.encode()
    raw = text.encode("utf-16-be")
    return _sized(0x60, len(raw) // 2) + raw


def _uid(uid: UID) -> bytes:
    raw = uid.data.to_bytes(1 if uid.data < 1 << 8 else 2, "big")
    return _SMALL[0x7F + len(raw)] + raw


_ENCODERS: dict[type, Any] = {
    bytes: lambda data: _sized(0x40, len(data)) + data,
    bool: lambda truth: b"\x09" if truth else b"\x08",
    int: _integer,
    float: lambda number: struct.pack(">Bd", 0x23, number),
    Date: lambda date: struct.pack(">Bd", 0x33, date.seconds),
    UID: _uid,
}
