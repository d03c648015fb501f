"""Forms of property lists: most lists differ from another one in a few values only.

The first list of a form is read in full. Of the others each piece between two values is
compared with it, and the offsets of the objects are worked out and compared: what is
equal to the last byte has the same objects under the same keys.
"""

from __future__ import annotations

import struct
from collections.abc import Collection

from pytest_imessage_foundry.anonymise.list_layouts import (
    DATA,
    INT,
    MAGIC,
    STRINGS,
    TRAILER,
    VALUES,
    WIDE,
    WIDTHS,
    Item,
    Layout,
    Roles,
)

_MOST_FORMS = 300
_MOST_ALIKE = 12  # of one count of objects
_MOST_OBJECTS = 2000
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_NUMBERS = struct.Struct(">BBQQQ")
_Key = tuple[int, int, int]


class ListForm:
    """What is the same in all property lists of a form.

    Attributes:
        roles: the keys under which each value stands that may differ, in their order.
    """

    def __init__(self, layout: Layout, roles: Roles, fixed: Collection[int]) -> None:
        """Begin; strings whose numbers are `fixed` are the same in all."""
        self.roles: list[Collection[str]] = []
        self._pieces: list[bytes] = []
        # For each piece: where its objects begin in it.
        self._offsets: list[list[int]] = [[]]
        begin = len(MAGIC)
        for number, item in enumerate(layout.items):
            self._offsets[-1].append(item.start - begin)
            if item.kind in VALUES and number not in fixed:
                self.roles.append(frozenset(roles.of[number]))
                self._pieces.append(layout.data[begin : item.start])
                self._offsets.append([])
                begin = item.end
        self._last = layout.data[begin : layout.table]

    def values(self, data: bytes, count: int, width: int) -> list[Item] | None:
        """Return the values of a property list; None where it is of another form."""
        table = len(data) - TRAILER - count * width
        found: list[Item] = []
        offsets: list[int] = []
        at = len(MAGIC)
        for piece, places in zip(self._pieces, self._offsets, strict=False):
            if not data.startswith(piece, at):
                return None
            offsets += [at + each for each in places]
            item = _value_at(data, at + len(piece), table)
            if item is None:
                return None
            found.append(item)
            at = item.end
        offsets += [at + each for each in self._offsets[-1]]
        if not data.startswith(self._last, at) or at + len(self._last) != table:
            return None
        try:
            told = struct.pack(f">{count}{_CODES[width]}", *offsets)
        except struct.error:
            return None
        return found if data.startswith(told, table) else None


class ListForms:
    """The forms of one file, as many as there is room for."""

    def __init__(self) -> None:
        self._forms: dict[_Key, list[ListForm]] = {}
        self._count = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no room for one more."""
        return self._count >= _MOST_FORMS

    def found(self, data: bytes) -> tuple[ListForm, list[Item]] | None:
        """Return the form of a property list, and its values; None if none is known."""
        if len(data) < len(MAGIC) + TRAILER or any(data[-TRAILER:-26]):
            return None
        width, step, count, top, table = _NUMBERS.unpack_from(data, len(data) - 26)
        if width not in _CODES or table != len(data) - TRAILER - count * width:
            return None
        for form in self._forms.get((step, count, top), ()):
            values = form.values(data, count, width)
            if values is not None:
                return form, values
        return None

    def remember(self, layout: Layout, roles: Roles, fixed: Collection[int]) -> None:
        """Take a property list as the first of a form, if it is laid out as usual:
        object behind object."""
        ends = [len(MAGIC), *(item.end for item in layout.items)]
        starts = [*(item.start for item in layout.items), layout.table]
        key = layout.reference, len(layout.items), layout.top
        alike = self._forms.setdefault(key, [])
        has_room = not self.is_full and len(alike) < _MOST_ALIKE
        if starts == ends and has_room and len(ends) <= _MOST_OBJECTS:
            alike.append(ListForm(layout, roles, fixed))
            self._count += 1


def _value_at(data: bytes, at: int, table: int) -> Item | None:
    """Return the value that stands somewhere; None if there is none."""
    if at >= table:
        return None
    kind, low = data[at] >> 4, data[at] & 15
    start = at
    at += 1
    if kind in WIDTHS:
        size = 1 << low
        if size not in WIDTHS[kind]:
            return None
    elif kind in STRINGS or kind == DATA:
        size = low
        if low == 15:
            width = 1 << (data[at] & 15)
            if data[at] >> 4 != INT or width > 8:
                return None
            size = int.from_bytes(data[at + 1 : at + 1 + width], "big")
            at += 1 + width
        size *= 2 if kind == WIDE else 1
    else:
        return None
    end = at + size
    return Item(kind, start, at, end) if end <= table else None
