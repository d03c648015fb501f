"""What a binary property list holds, for the proof: its strings, data and numbers.

Not the list itself is made, but each object looked at once, which takes a twentieth of
the time. A list is read only where it is as Apple's are: object behind object, each
byte accounted for. `plistlib` reads all others.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

_MAGIC, _TRAILER = b"bplist00", struct.Struct(">BBQQQ")
_OFFSETS = {1: "B", 2: "H", 4: "I", 8: "Q"}
_INT, _DATE, _DATA, _ASCII, _WIDE, _LIST, _DICT = (1, 0x33, 4, 5, 6, 0xA, 0xD)
_INTS = range(0x10, 0x15)
# Of objects that hold nothing to look at, by their first byte: null, false, true, real
# numbers, references of archives. 0 for all others.
_LENGTHS = [0] * 256
_LENGTHS[0x00] = _LENGTHS[0x08] = _LENGTHS[0x09] = 1
_LENGTHS[0x22], _LENGTHS[0x23] = 5, 9
_LENGTHS[0x80:0x90] = range(2, 18)
_STRINGS = {_ASCII, _WIDE}
# Seconds from 2001, within the years that plistlib takes: 1 to 9999.
_EARLIEST, _LATEST = -6 * 10**10, 25 * 10**10
_EMPTY = 42  # bytes of the least list: magic, one object, one offset, trailer


class Contents(NamedTuple):
    """The strings, data and numbers of a property list, each once."""

    texts: list[str]
    data: list[bytes]
    numbers: list[int]


def contents(data: bytes) -> Contents | None:
    """Return what a property list holds; None where it is not as Apple's are."""
    offsets = _offsets(data)
    if offsets is None:
        return None
    try:
        return _read(data, *offsets)
    except (IndexError, UnicodeDecodeError, struct.error):
        return None


def _offsets(data: bytes) -> tuple[tuple[int, ...] | bytes, int, int] | None:
    """Return where each object begins, where the last ends, and the width of a
    reference."""
    size = len(data)
    if size < _EMPTY or not data.startswith(_MAGIC):
        return None
    width, step, count, top, table = _TRAILER.unpack_from(data, size - _TRAILER.size)
    is_sane = width in _OFFSETS and step in (1, 2) and top < count
    if not is_sane or table + count * width != size - 32:
        return None
    if width == 1:
        return data[table : size - 32], table, step
    return struct.unpack_from(f">{count}{_OFFSETS[width]}", data, table), table, step


def _read(
    data: bytes, offsets: tuple[int, ...] | bytes, table: int, step: int
) -> Contents | None:
    found = Contents([], [], [])
    plain: list[str] = []
    characters = data.decode("latin-1")
    references: list[int] = []
    keys: list[int] = []
    end = len(_MAGIC)
    for at in offsets:
        if at != end:
            return None
        marker = data[at]
        end = at + _LENGTHS[marker]
        if end != at:
            continue
        kind, size, start = marker >> 4, marker & 15, at + 1
        if size == 15:
            size, start = _size(data, start)
        if kind == _ASCII:
            end = start + size
            plain.append(characters[start:end])
        elif kind in (_LIST, _DICT):
            end = start + size * step * (2 if kind == _DICT else 1)
            held: Sequence[int] = data[start:end]
            if step == 2:
                held = struct.unpack(f">{len(held) // 2}H", data[start:end])
            references += held
            if kind == _DICT:
                keys += held[:size]
        elif kind == _WIDE:
            end = start + 2 * size
            found.texts.append(data[start:end].decode("utf-16-be"))
        elif kind == _DATA:
            end = start + size
            found.data.append(data[start:end])
        elif marker in _INTS:
            end = start + (1 << size)
            raw = data[start:end]
            found.numbers.append(int.from_bytes(raw, "big", signed=size >= 3))
        elif marker == _DATE:
            end = start + 8
            if not _EARLIEST < struct.unpack_from(">d", data, start)[0] < _LATEST:
                return None
        else:
            return None
    found.texts.extend(plain)
    has_keys = all(data[offsets[each]] >> 4 in _STRINGS for each in {*keys})
    is_whole = end == table and max(references, default=0) < len(offsets)
    return found if has_keys and is_whole and "".join(plain).isascii() else None


def _size(data: bytes, at: int) -> tuple[int, int]:
    """Return a size that is an object of its own, and where it ends."""
    width = 1 << (data[at] & 15)
    if data[at] >> 4 != _INT or width > 8:
        raise IndexError
    end = at + 1 + width
    return int.from_bytes(data[at + 1 : end], "big"), end
