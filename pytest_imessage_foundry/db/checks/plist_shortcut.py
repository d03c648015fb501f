"""Reads the binary property lists that Messages writes, in two passes.

First every object by itself, then what the containers hold: by then all that they
can name is there. Whatever is rare or odd is left to plistlib, which says what is
wrong with it.
"""

from __future__ import annotations

import struct
from plistlib import UID
from typing import Any

_TRAILER = struct.Struct(">6xBBQQQ")
_OFFSETS = {1: "B", 2: "H"}
_REAL = struct.Struct(">d")
# The high half of an object's first byte; the low half is a size or a value.
_SINGLE, _INTEGER, _DOUBLE, _DATA, _ASCII, _UTF16 = 0, 1, 2, 4, 5, 6
_UID, _ARRAY, _DICTIONARY = 8, 10, 13
_SINGLES = {8: False, 9: True}
_UIDS = tuple(map(UID, range(256)))
_SIZE_FOLLOWS = 15
_SIZES = {0x10: 1, 0x11: 2}
_MOST = 256  # more cannot be named by one byte


class Odd(Exception):
    """A property list that is large or damaged, or has rare objects."""


def read(data: bytes) -> Any:
    """The content of a property list, as plistlib gives it.

    Raises:
        Odd: what it is, or what is wrong with it, is for plistlib to say.
    """
    try:
        return _read(data)
    except (LookupError, OverflowError, struct.error, TypeError, UnicodeDecodeError):
        raise Odd from None


def _read(data: bytes) -> Any:
    width, reference, number, top, table = _TRAILER.unpack(data[-_TRAILER.size :])
    if reference != 1 or number > _MOST:
        raise Odd
    objects: list[Any] = []
    containers: list[tuple[Any, bytes]] = []
    for at in struct.unpack_from(f">{number}{_OFFSETS[width]}", data, table):
        kind, size = data[at] >> 4, data[at] & 0x0F
        at += 1
        if kind == _UID and size == 0:
            objects.append(_UIDS[data[at]])
        elif kind == _INTEGER:
            whole = _taken(data, at, 1 << size)
            objects.append(int.from_bytes(whole, "big", signed=size >= 3))
        elif kind == _SINGLE:
            objects.append(_SINGLES[size])
        elif kind == _DOUBLE and 1 << size == _REAL.size:
            objects.append(_REAL.unpack_from(data, at)[0])
        else:
            if size == _SIZE_FOLLOWS:
                after = at + 1 + _SIZES[data[at]]
                size, at = int.from_bytes(data[at + 1 : after], "big"), after
            if kind == _ASCII:
                objects.append(_taken(data, at, size).decode("ascii"))
            elif kind == _UTF16:
                objects.append(_taken(data, at, 2 * size).decode("utf-16be"))
            elif kind == _DATA:
                objects.append(_taken(data, at, size))
            elif kind == _ARRAY:
                objects.append([])
                containers.append((objects[-1], _taken(data, at, size)))
            elif kind == _DICTIONARY:
                objects.append({})
                containers.append((objects[-1], _taken(data, at, 2 * size)))
            else:
                raise Odd
    for container, references in containers:
        _fill(container, [objects[number] for number in references])
    return objects[top]


def _taken(data: bytes, at: int, size: int) -> bytes:
    taken = data[at : at + size]
    if len(taken) != size:
        raise Odd
    return taken


def _fill(container: Any, members: list[Any]) -> None:
    if isinstance(container, list):
        container.extend(members)
    else:
        half = len(members) // 2
        container.update(zip(members[:half], members[half:], strict=True))
