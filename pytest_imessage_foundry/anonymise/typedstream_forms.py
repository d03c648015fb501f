"""Forms of bodies: most bodies with attributes differ from another one in a few values.

The first body of a form is read in full, and where its values stand is noted. Of the
others each piece between two values is compared with it: what is equal holds the same
objects under the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_NAMES = re.compile(rb"__kIM\w+")
_CODE = re.compile(rb"\[(\d{1,9})c\]")
_NEW, _I16, _I32, _REAL, _LEAST_NEGATIVE = 0x84, 0x81, 0x82, 0x83, 0x92
_MOST_FORMS = 500
_MOST_ALIKE = 12  # with the same attributes
_LONGEST = 4000  # bytes between the values of a form
TEXT, DATA, INTEGER, DOUBLE, FLOAT = range(5)
_REALS = {DOUBLE: 8, FLOAT: 4}


class Spot(NamedTuple):
    """Where a value stands, what it is, and the key it stands under.

    `start` is before its length or tag, `content` behind it. The role of a value that
    does not change is None.
    """

    kind: int
    start: int
    content: int
    end: int
    role: str | None


class BodyForm:
    """What is the same in all bodies of a form."""

    def __init__(self, data: bytes, spots: Sequence[Spot]) -> None:
        self._steps: list[tuple[bytes, int, str | None]] = []
        at = 0
        for spot in spots:
            self._steps.append((data[at : spot.start], spot.kind, spot.role))
            at = spot.end
        self._last = data[at:]

    def spots(self, data: bytes) -> list[Spot] | None:
        """Return where the values of a body stand; None if it is of another form."""
        found: list[Spot] = []
        at = 0
        for piece, kind, role in self._steps:
            if not data.startswith(piece, at):
                return None
            start = at + len(piece)
            if kind == TEXT:
                content, end = _text_at(data, start)
            elif kind == DATA:
                content, end = _data_at(data, start)
            else:
                content, end = start, start + _width(data, start, _REALS.get(kind, 0))
            if not start < end < len(data):
                return None
            found.append(Spot(kind, start, content, end, role))
            at = end
        is_end = len(data) - at == len(self._last) and data.endswith(self._last)
        return found if is_end else None


class BodyForms:
    """The forms of one file, as many as there is room for."""

    def __init__(self) -> None:
        self._forms: dict[tuple[bytes, ...], list[BodyForm]] = {}
        self._count = 0

    def spots(self, data: bytes) -> list[Spot] | None:
        """Return where the values of a body stand; None if its form is not known."""
        for form in self._forms.get(tuple(_NAMES.findall(data)), ()):
            try:
                found = form.spots(data)
            except IndexError:  # it is cut short
                continue
            if found is not None:
                return found
        return None

    def remember(self, data: bytes, spots: Sequence[Spot]) -> None:
        """Take a body as the first of a form."""
        alike = self._forms.setdefault(tuple(_NAMES.findall(data)), [])
        bounds = [at for each in spots for at in (each.start, each.end)]
        is_small = len(data) - sum(each.end - each.start for each in spots) < _LONGEST
        has_room = self._count < _MOST_FORMS and len(alike) < _MOST_ALIKE
        if has_room and is_small and bounds == sorted(bounds):
            alike.append(BodyForm(data, spots))
            self._count += 1


def _text_at(data: bytes, at: int) -> tuple[int, int]:
    """Return where a text begins and ends, behind its length; 0 and 0 for none."""
    size = data[at]
    if size < 0x80:
        return at + 1, at + 1 + size
    if size == _I16:
        return at + 3, at + 3 + int.from_bytes(data[at + 1 : at + 3], "little")
    return 0, 0


def _data_at(data: bytes, at: int) -> tuple[int, int]:
    """Return where bytes begin and end, behind the type that has their number."""
    content = at + 2 + data[at + 1]
    found = _CODE.fullmatch(data, at + 2, content)
    if data[at] != _NEW or found is None:
        return 0, 0
    return content, content + int(found[1])


def _width(data: bytes, at: int, real: int) -> int:
    """Return how many bytes a number takes; 0 for what is none."""
    tag = data[at]
    if tag < 0x80 or tag >= _LEAST_NEGATIVE:
        return 1
    if tag == _REAL and real:
        return 1 + real
    return {_I16: 3, _I32: 5}.get(tag, 0)


def type_before(data: bytes, content: int, size: int) -> int | None:
    """Return where the type begins that states the number of bytes; None if it was
    stated before, and is only referred to here."""
    code = b"[%dc]" % size
    start = content - len(code) - 2
    own = bytes((_NEW, len(code))) + code
    return start if data[max(start, 0) : content] == own else None
