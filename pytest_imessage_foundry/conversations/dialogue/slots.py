"""Slots and their values, for a conversation and for each of its scenes."""

from __future__ import annotations

import json
from functools import cache
from math import gcd
from pkgutil import get_data
from random import Random
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.casing import lower
from pytest_imessage_foundry.conversations.dialogue.scenes import Row, Rows
from pytest_imessage_foundry.conversations.dialogue.selection import mix
from pytest_imessage_foundry.conversations.spoken import spoken_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.conversations.dialogue.scenes import Language, Scene

_DRAWN = 60
_LITTLE = {"zh_Hans": "小", "zh_Hant": "小"}  # nobody is called 伟, but 小伟
_ValueOrder = tuple[Rows, int, int, int]


class KnownSlots:
    """The possible values of a conversation's slots.

    Attributes:
        own: slots with values of this conversation only.
        orders: the order in which each scene uses the values of each slot.
    """

    def __init__(
        self, language: Language, locale: str, key: int, theme: str | None
    ) -> None:
        self.language, self.locale, self.key = language, locale, key
        self.own: dict[str, Rows] = {}
        self.orders: dict[tuple[int, str], _ValueOrder] = {}
        for name, few in language.steady.items():
            self.own[name] = self._few(name, few)
        if theme and (theme := theme.strip()):
            self._steer(theme)

    def rows(self, name: str) -> Rows:
        """Return the values of a slot."""
        return self.own.get(name) or self.language.rows(name, self.locale)

    def _few(self, name: str, few: int) -> Rows:
        """Return the values of a slot for this conversation: nobody has ten dogs."""
        rows = self.language.rows(name, self.locale)
        start = mix(self.key, self.language.key(name))
        return [rows[(start + each) % len(rows)] for each in range(few)]

    def draw_names(self) -> None:
        """Use more names for third persons than the scene files have."""
        self.own["name"] = _names(self.locale, self.language, self.key)

    def leave_out(self, present: Iterable[str]) -> None:
        """Remove the names of participants from those of third persons."""
        here = set(present)
        # A name in Chinese characters begins with the family's.
        here |= {name[1:] for name in here if len(name) > 2 and name[0] >= "\u3000"}
        rows = self.rows("name")
        if any(not here.isdisjoint(row) for row in rows):
            self.own["name"] = [row for row in rows if here.isdisjoint(row)]

    def _steer(self, theme: str) -> None:
        """Restrict slots to the values that the theme names."""
        code = self.language.code
        self.own["topic"] = [(_uncapped(theme, code),)]
        words = [word for word in lower(theme, code).split() if len(word) > 3]
        for name in self.language.slots:
            fitting = [
                row
                for row in self.language.rows(name, self.locale)
                if any(word in lower(row[0], code) for word in words)
            ]
            if fitting and len(fitting) < 6:
                self.own[name] = fitting


class SceneSlots(dict[str, Row]):
    """The values of slots in one use of a scene, drawn on first access.

    Attributes:
        noted: the names that the guards of used alternatives noted.
    """

    __slots__ = ("known", "noted", "scene", "times")

    def __init__(self, known: KnownSlots, scene: Scene, times: int) -> None:
        self.known = known
        self.scene = scene
        self.times = times
        self.noted: set[str] = set(scene.data.get("notes", "").split())

    def __missing__(self, name: str) -> Row:
        orders, place = self.known.orders, (self.scene.key, name)
        order = orders.get(place)
        if order is None:
            order = orders[place] = self._order(name)
        rows, start, stride, shift = order
        number = start + self.times * stride + shift
        row = self[name] = rows[number % len(rows)]
        return row

    def _order(self, name: str) -> _ValueOrder:
        """Return an order in which all values come once before any comes again."""
        own, language = self.scene.slots, self.scene.language
        base = name if name in own else name.rstrip("23456789")
        rows = own.get(base) or self.known.rows(base)
        start = mix(mix(self.known.key, self.scene.key), language.key(base))
        stride = _coprime(start >> 32, len(rows))
        # `{food}`, `{food2}` and `{food3}` have different values.
        order = 0 if base == name else int(name[len(base) :]) - 1
        return rows, start, stride, order * _coprime(start >> 16, len(rows))


def _coprime(number: int, size: int) -> int:
    stride = 1 + number % max(1, size - 1)
    while gcd(stride, size) != 1:
        stride += 1
    return stride


def _uncapped(theme: str, code: str) -> str:
    return lower(theme[0], code) + theme[1:] if theme[1:2].islower() else theme


def _names(locale: str, language: Language, key: int) -> Rows:
    """Return first names of third persons: the language's own, and others."""
    curated = language.rows("name", locale)
    # Columns are cases and endings of verbs, which are not known of other names.
    if len(curated[0]) > 1:
        return curated
    names = _first_names()
    known = names.get(locale) or names["en_US"]
    if before := _LITTLE.get(spoken_in(locale)):
        known = [each if len(each) > 1 else before + each for each in known]
    drawn = [(name,) for name in Random(key).sample(known, min(_DRAWN, len(known)))]
    is_own = spoken_in(locale) == language.code
    return list(dict.fromkeys([*curated, *drawn] if is_own else drawn))


@cache
def _first_names() -> dict[str, list[str]]:
    """Return first names by locale.

    They are Faker's, held here: another version of Faker has others, and a seed has
    to give the same conversations whatever is installed.
    """
    data = get_data(__package__, "first_names.json")
    assert data is not None, "a loader that reads this module reads its neighbour"
    told: dict[str, list[str]] = json.loads(data)
    return told
