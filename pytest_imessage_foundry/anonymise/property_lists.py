"""Binary property lists, and the keyed archives in them, changed in place.

No object moves and no length changes: strings get stand-ins, dates are moved, numbers
stay where their key is known to tell nothing, and all else is filled with zeros.
"""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.kept import kept
from pytest_imessage_foundry.anonymise.quotations import Quotation
from pytest_imessage_foundry.anonymise.stand_ins import StandIns

MAGIC = b"bplist00"
_TRAILER = 32
_BOOLS, _INT, _REAL, _DATE, _DATA, _ASCII, _WIDE, _UID = 0, 1, 2, 3, 4, 5, 6, 8
_LISTS, _DICT = (0xA, 0xB, 0xC), 0xD
_WIDTHS = {_INT: (1, 2, 4, 8, 16), _REAL: (4, 8), _DATE: (8,)}
_SMALL = 100_000
_VERY_SMALL = 1000
_PART_NUMBER = re.compile(r"\d{1,3}")
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
    held: list[int] = field(default_factory=list)


class Layout:
    """The objects of a property list."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        if len(data) < len(MAGIC) + _TRAILER + 2:
            raise Unreadable
        trailer = data[-_TRAILER:]
        width, self._ref = trailer[6], trailer[7]
        self.top: int
        self.table: int
        count, self.top, self.table = struct.unpack(">QQQ", trailer[8:])
        room = len(data) - _TRAILER - self.table
        is_sane = width in (1, 2, 4, 8) and self._ref in (1, 2, 4, 8)
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
        if kind == _BOOLS:
            if low not in (0, 8, 9):
                raise Unreadable
            return Item(kind, start, at, at)
        if kind in _WIDTHS:
            if 1 << low not in _WIDTHS[kind]:
                raise Unreadable
            return Item(kind, start, at, self._until(at + (1 << low)))
        if kind == _UID:
            return Item(kind, start, at, self._until(at + low + 1))
        return self._counted(kind, start, *self._count(low, at))

    def _counted(self, kind: int, start: int, count: int, at: int) -> Item:
        if kind in (_DATA, _ASCII):
            return Item(kind, start, at, self._until(at + count))
        if kind == _WIDE:
            return Item(kind, start, at, self._until(at + 2 * count))
        if kind not in (*_LISTS, _DICT):
            raise Unreadable
        number = 2 * count if kind == _DICT else count
        end = self._until(at + number * self._ref)
        step = self._ref
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
        if marker >> 4 != _INT or width > 8:
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
            (len(self.data) - _TRAILER, len(self.data) - 26),
        ]

    def bytes_of(self, item: Item) -> bytes:
        """Return the content of an object."""
        return self.data[item.content : item.end]

    def text(self, number: int) -> str | None:
        """Return the string that an object is, or that it refers to."""
        item = self.items[number]
        try:
            if item.kind == _ASCII:
                return self.bytes_of(item).decode("ascii")
            if item.kind == _WIDE:
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

    def _archived(self) -> list[int]:
        """Return the objects that UIDs refer to."""
        top = self._layout.items[self._layout.top]
        half = len(top.held) // 2
        if top.kind == _DICT:
            for key, value in zip(top.held[:half], top.held[half:], strict=True):
                if self._layout.text(key) == "$objects":
                    return self._layout.items[value].held
        return []

    def _resolved(self, number: int) -> int:
        item = self._layout.items[number]
        if item.kind != _UID:
            return number
        place = int.from_bytes(self._layout.bytes_of(item), "big")
        return self._objects[place] if place < len(self._objects) else number

    def _below(self, number: int, role: str) -> list[tuple[int, str]]:
        item = self._layout.items[number]
        if item.kind == _UID:
            target = self._resolved(number)
            return [(target, role)] if target != number else []
        if item.kind != _DICT:
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


class PropertyLists:
    """Property lists of one file. `nested` replaces data that are archives again, and
    returns None for what it does not know."""

    def __init__(
        self,
        stand_ins: StandIns,
        dates: Dates,
        nested: Callable[[bytes, Quotation], bytes | None],
    ) -> None:
        self._of = stand_ins
        self._dates = dates
        self._nested = nested
        self.emptied = 0

    def replaced(self, data: bytes, quotation: Quotation) -> bytes:
        """Return a property list with stand-ins.

        Raises:
            Unreadable: it cannot be read to the last byte.
        """
        layout = Layout(data)
        roles = Roles(layout)
        out = bytearray(data)
        for start, end in layout.gaps:
            out[start:end] = bytes(end - start)
        for number, item in enumerate(layout.items):
            known = roles.of[number]
            if item.kind in (_ASCII, _WIDE):
                text = layout.text(number) or ""
                new = self._string(text, number in roles.keys, known, quotation)
                code = "ascii" if item.kind == _ASCII else "utf-16-be"
                raw = new.encode(code, "surrogatepass")
            else:
                raw = self._value(item, layout.bytes_of(item), known, quotation)
            if len(raw) != item.end - item.content:
                raise Unreadable
            if not item.held:
                out[item.content : item.end] = raw
        return bytes(out)

    def _string(
        self, text: str, is_key: bool, roles: set[str], quotation: Quotation
    ) -> str:
        if is_key and _PART_NUMBER.fullmatch(text):
            return text
        new = self._of.archived(text)
        if new == text or roles & {"URL", "NS.relative"}:
            return new
        part = quotation.part(text)
        return new if part is None or len(part) != len(text) else part

    def _value(
        self, item: Item, raw: bytes, roles: set[str], quotation: Quotation
    ) -> bytes:
        if item.kind == _INT:
            return (
                raw
                if _is_harmless(int.from_bytes(raw, "big"), roles)
                else self._no(raw)
            )
        if item.kind in (_REAL, _DATE):
            return self._real(item.kind, raw, roles)
        if item.kind != _DATA:
            return raw
        if len(raw) == 16 and "NS.uuidbytes" in roles:
            return bytes.fromhex(self._of.one_guid(raw.hex()))
        new = self._nested(raw, quotation)
        return self._no(raw) if new is None else new

    def _real(self, kind: int, raw: bytes, roles: set[str]) -> bytes:
        code = ">d" if len(raw) == 8 else ">f"
        if kind == _DATE or roles & kept("dates"):
            (value,) = struct.unpack(code, raw)
            return struct.pack(code, self._dates.moved(value))
        return raw if roles & kept("reals") else self._no(raw)

    def _no(self, raw: bytes) -> bytes:
        self.emptied += bool(raw.strip(b"\0"))
        return bytes(len(raw))


def _is_harmless(value: int, roles: set[str]) -> bool:
    if roles & kept("rows") or (value == _SMALL and "$version" in roles):
        return True
    if value < _VERY_SMALL and "NS.keys" in roles:
        return True
    return value < _SMALL and bool(roles & kept("small_numbers"))
