"""Property lists of which only the values change from one to the next.

A link's preview is a table of some sixty objects, and no more than ten of them are
other ones in the next link's: encoding these alone is six times as fast as building
the table again.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from pytest_imessage_foundry.db.blobs import bplist

__all__ = ["PlistTemplate"]

Value = str | int | None
_MOST_FORMS = 1000


class PlistTemplate:
    """A property list by its values: `Prepared(plist)(*values)` is what
    `bplist.dumps(plist(*values))` would be.

    `plist` must do nothing with its values but put them where they belong, leave out
    those that are None, and be told every other one: it is not asked each time.
    """

    def __init__(self, plist: Callable[..., Any]) -> None:
        self._plist = plist
        self._forms: dict[tuple[object, ...], _PlistForm] = {}
        # Every string and number that some list holds beside its values. Such a list
        # names equal ones once, so its layout also depends on which are equal.
        self._constants: dict[Value, int] = {}
        self._known: set[tuple[type, ...]] = set()

    def __call__(self, *values: Value) -> bytes:
        form = self._forms.get(self._pattern(values))
        return form.filled(values) if form is not None else self._first(values)

    def _pattern(self, values: tuple[Value, ...]) -> tuple[object, ...]:
        """What two lists of one layout have in common: which values are there, which
        equal each other, and which are what the list holds anyway."""
        return (
            *map(type, values),
            *map(values.index, values),
            *map(self._constants.get, values),
        )

    def _first(self, values: tuple[Value, ...]) -> bytes:
        """Return the first list of a layout."""
        self._learn(values)
        form = _PlistForm(bplist.objects(self._plist(*values)), values, self._constants)
        if len(self._forms) < _MOST_FORMS:
            self._forms[self._pattern(values)] = form
        return form.filled(values)

    def _learn(self, values: tuple[Value, ...]) -> None:
        """Meet the constants of the lists that have values at these places."""
        kinds = tuple(map(type, values))
        if kinds not in self._known:
            samples = [_sample(kind, place) for place, kind in enumerate(kinds)]
            for each in _scalars(self._plist(*samples)):
                if each not in samples:
                    self._constants.setdefault(each, len(self._constants))
            self._known.add(kinds)


class _PlistForm:
    """The objects of a list, and which of them stand for which values.

    What stands between the values is one piece, as it never changes.
    """

    def __init__(
        self,
        objects: list[bytes],
        values: tuple[Value, ...],
        constants: Container[Value],
    ) -> None:
        gaps = {
            objects.index(bplist.scalar(value)): place
            for place, value in enumerate(values)
            if value is not None and value not in constants
        }
        self._lengths = [*map(len, objects)]
        # Of each object that is a value: its number, the value's place, what is before.
        self._gaps: list[tuple[int, int, bytes]] = []
        end = 0
        for number, place in sorted(gaps.items()):
            self._gaps.append((number, place, b"".join(objects[end:number])))
            end = number + 1
        self._rest = b"".join(objects[end:])

    def filled(self, values: tuple[Any, ...]) -> bytes:
        lengths = self._lengths.copy()
        pieces = [bplist.HEADER]
        for number, place, before in self._gaps:
            value = bplist.scalar(values[place])
            lengths[number] = len(value)
            pieces += before, value
        pieces += self._rest, bplist.offsets(lengths)
        return b"".join(pieces)


def _sample(kind: type, place: int) -> Value:
    """Return a value that no list has as a constant."""
    if kind is str:
        return f"\0{place}"
    return 1_000_000_007 + place if kind is int else None


def _scalars(plist: Any) -> list[Value]:
    """Return the strings and whole numbers of a property list, its keys among them."""
    if type(plist) is dict:
        return [*plist, *(each for value in plist.values() for each in _scalars(value))]
    if type(plist) is list:
        return [each for value in plist for each in _scalars(value)]
    return [plist] if type(plist) in (str, int) else []
