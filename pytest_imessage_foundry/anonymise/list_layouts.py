"""The objects of a binary property list, and the keys under which each stands."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = b"bplist00"
TRAILER = 32
BOOLS, INT, REAL, DATE, DATA, ASCII, WIDE, UID = 0, 1, 2, 3, 4, 5, 6, 8
LISTS, DICT = (0xA, 0xB, 0xC), 0xD
WIDTHS = {INT: (1, 2, 4, 8, 16), REAL: (4, 8), DATE: (8,)}
STRINGS = (ASCII, WIDE)
VALUES = (INT, REAL, DATE, DATA, ASCII, WIDE)
_MOST_ROLES = 64


class Unreadable(Exception):
    """The bytes are no property list whose every byte is accounted for."""


@dataclass(slots=True)
class Item:
    """One object: its type, where its content stands, and the objects it holds."""

    kind: int
    start: int
    content: int
    end: int
    held: Sequence[int] = ()


class Layout:
    """The objects of a property list."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        if len(data) < len(MAGIC) + TRAILER + 2:
            raise Unreadable
        trailer = data[-TRAILER:]
        width = trailer[6]
        self.reference: int = trailer[7]
        self.top: int
        self.table: int
        count, self.top, self.table = struct.unpack(">QQQ", trailer[8:])
        room = len(data) - TRAILER - self.table
        is_sane = width in (1, 2, 4, 8) and self.reference in (1, 2, 4, 8)
        if not is_sane or not 0 <= self.top < count or count * width != room:
            raise Unreadable
        self.items = [
            self._item(int.from_bytes(data[at : at + width], "big"))
            for at in range(self.table, self.table + count * width, width)
        ]
        self.gaps = self._gaps()

    def _item(self, start: int) -> Item:
        if not len(MAGIC) <= start < self.table:
            raise Unreadable
        kind, low = self.data[start] >> 4, self.data[start] & 15
        at = start + 1
        if kind == BOOLS:
            if low not in (0, 8, 9):
                raise Unreadable
            return Item(kind, start, at, at)
        if kind in WIDTHS:
            if 1 << low not in WIDTHS[kind]:
                raise Unreadable
            return Item(kind, start, at, self._until(at + (1 << low)))
        if kind == UID:
            return Item(kind, start, at, self._until(at + low + 1))
        return self._counted(kind, start, *self._count(low, at))

    def _counted(self, kind: int, start: int, count: int, at: int) -> Item:
        if kind in (DATA, ASCII):
            return Item(kind, start, at, self._until(at + count))
        if kind == WIDE:
            return Item(kind, start, at, self._until(at + 2 * count))
        if kind not in (*LISTS, DICT):
            raise Unreadable
        number = 2 * count if kind == DICT else count
        end = self._until(at + number * self.reference)
        step = self.reference
        held = [
            int.from_bytes(self.data[place : place + step], "big")
            for place in range(at, end, step)
        ]
        return Item(kind, start, at, end, held)

    def _count(self, low: int, at: int) -> tuple[int, int]:
        if low != 15:
            return low, at
        marker = self.data[at]
        width = 1 << (marker & 15)
        if marker >> 4 != INT or width > 8:
            raise Unreadable
        end = self._until(at + 1 + width)
        return int.from_bytes(self.data[at + 1 : end], "big"), end

    def _until(self, end: int) -> int:
        if end > self.table:
            raise Unreadable
        return end

    def _gaps(self) -> list[tuple[int, int]]:
        """Return the bytes that belong to no object; no byte may belong to two."""
        gaps, at = [], len(MAGIC)
        for item in sorted(self.items, key=lambda each: each.start):
            if item.start < at or any(n >= len(self.items) for n in item.held):
                raise Unreadable
            gaps.append((at, item.start))
            at = item.end
        return [
            *gaps,
            (at, self.table),
            (len(self.data) - TRAILER, len(self.data) - 26),
        ]

    def bytes_of(self, item: Item) -> bytes:
        """Return the content of an object."""
        return self.data[item.content : item.end]

    def text(self, number: int) -> str | None:
        """Return the string that an object is, or that it refers to."""
        item = self.items[number]
        try:
            if item.kind == ASCII:
                return self.bytes_of(item).decode("ascii")
            if item.kind == WIDE:
                return self.bytes_of(item).decode("utf-16-be", "surrogatepass")
        except UnicodeDecodeError:
            raise Unreadable from None
        return None


class Roles:
    """The keys under which each object of a property list stands."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.of: defaultdict[int, set[str]] = defaultdict(set)
        self.keys: set[int] = set()
        self._objects = self._archived()
        waiting = [(layout.top, "")]
        while waiting:
            number, role = waiting.pop()
            if role in self.of[number] or len(self.of[number]) > _MOST_ROLES:
                continue
            self.of[number].add(role)
            waiting += self._below(number, role)

    def _archived(self) -> Sequence[int]:
        """Return the objects that UIDs refer to."""
        top = self._layout.items[self._layout.top]
        half = len(top.held) // 2
        if top.kind == DICT:
            for key, value in zip(top.held[:half], top.held[half:], strict=True):
                if self._layout.text(key) == "$objects":
                    return self._layout.items[value].held
        return []

    def _resolved(self, number: int) -> int:
        item = self._layout.items[number]
        if item.kind != UID:
            return number
        place = int.from_bytes(self._layout.bytes_of(item), "big")
        return self._objects[place] if place < len(self._objects) else number

    def _below(self, number: int, role: str) -> list[tuple[int, str]]:
        item = self._layout.items[number]
        if item.kind == UID:
            target = self._resolved(number)
            return [(target, role)] if target != number else []
        if item.kind != DICT:
            return [(each, role) for each in item.held]
        half = len(item.held) // 2
        pairs = list(zip(item.held[:half], item.held[half:], strict=True))
        self.keys.update(key for key, _ in pairs)
        named = {self._layout.text(key) or "": value for key, value in pairs}
        below = [(value, name) for name, value in named.items()]
        if "NS.keys" in named and "NS.objects" in named:
            below += self._keyed(named["NS.keys"], named["NS.objects"])
        return below

    def _keyed(self, keys: int, values: int) -> list[tuple[int, str]]:
        """Return the values of an archived dictionary under their own keys."""
        items = self._layout.items
        below = []
        for key, value in zip(items[keys].held, items[values].held, strict=False):
            name = self._resolved(key)
            self.keys.add(name)
            below.append((self._resolved(value), self._layout.text(name) or "NS.keys"))
        return below
