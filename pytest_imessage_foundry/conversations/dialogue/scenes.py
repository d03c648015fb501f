"""Scenes: short dialogues as data, in one JSON file per language.

A scene is a list of beats. A beat names its speaker and offers alternatives:

    ["B?60", "Sounds good // see you at {time}", "[Ok|Fine], {time} it is"]

`?60` makes it optional, `^2` an inline reply to the beat two before, `~` a
tapback on what was just said. `{slot}` holds one value for the whole scene
(`{slot.1}` is its second column, `{slot2}` another value, `{A}` a name),
`[x|y|]` is one of these, drawn each time, `<ok>` a phrase from a pool, ` // `
a place where people who write many bubbles start a new one. `@photo` sends a
file, `@link host/path | title` a link, `!confetti` an effect, `%renamed` is
an event. `=late ` before an alternative notes that it was used; `?late ` (or
`?late,lost `) allows one only then; a beat without an allowed alternative is left
out. A list of lists of beats is a fork, of which one is used. `hours`, such as
[6, 10], are those in which a scene can begin; `transitions` has them for some tags.
`weekdays` are those on which it can, from 0 for Monday, and `months` those in which.
`with` are the circles for which it is written; people of a circle after a minus sign
do not write it: "work -boss" is for colleagues, though the boss is one of them.
`near` says whether its people live near each other or meet; without it, some tags do.
`local` are the roles that only those can have who live among speakers of the language.
`at` says where people are when it begins, `then` where they are after it, and `once`
what comes up once in a day: by notes, "" for all, as in {"need": "A out B home"}.
`later` are beats that come up again some sittings later, and `after` how many days pass
before that at least, 2 if it does not say.
`notes` of a scene are noted before it begins and hold for the words around it too:
so openers and farewells are in the script that a Hindi scene is written in.
Beside the scenes, `openers` are words before any of them, `askers` before those that
begin with a question, and `tellers` before those with `news`; `addressees` says which
of them come in groups. `steady` says of how few
values of a slot one conversation speaks; `inflections` has the endings that follow the
sound of a slot's value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from pkgutil import get_data
from typing import Any, Literal, NamedTuple, overload

from pytest_imessage_foundry.conversations.dialogue.inflections import inflected_in
from pytest_imessage_foundry.conversations.dialogue.scene_text import (
    Pieces,
    SceneLine,
    line_of,
    parse,
)
from pytest_imessage_foundry.conversations.spoken import LANGUAGES

_GUARD = re.compile(r"(?:\?([\w,]+) )?(?:=(\w+) )?")
_HEADER = re.compile(r"([A-D])(~?)(?:\^(\d))?(?:\?(\d*))?")
Row = tuple[str, ...]


class _Numbers(Sequence[Row]):
    """The rows of a range of numbers, made on access: a code has a million values."""

    def __init__(self, numbers: range) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return _Numbers(self._numbers[at])
        return (str(self._numbers[at]),)


Rows = Sequence[Row]


class Beat:
    """A speaker, a probability and the alternatives, which are parsed when drawn."""

    __slots__ = (
        "_compiled",
        "_language",
        "casual",
        "chance",
        "every",
        "lengths",
        "needs",
        "raw",
        "reply",
        "sets",
        "speaker",
        "tap",
    )

    def __init__(
        self, data: Sequence[str], language: Language, *, casual: bool = False
    ) -> None:
        self.casual = casual
        match = _HEADER.fullmatch(data[0])
        if match is None:
            raise ValueError(f"not the head of a beat: {data[0]!r}")
        self.speaker = match[1]
        self.tap = bool(match[2])
        self.reply = int(match[3] or 0)
        self.chance = 1.0 if match[4] is None else int(match[4] or 50) / 100
        self.needs: list[frozenset[str]] | None = None
        self.sets: list[str] = [""] * (len(data) - 1)
        self.raw = list(data[1:])
        self.every = list(range(len(self.raw)))
        for number, text in enumerate(self.raw):
            if text[0] in "?=":
                self._guard(number, text)
        self.lengths = [len(text) for text in self.raw]
        self._language = language
        self._compiled: list[SceneLine | None] = [None] * len(self.raw)

    def _guard(self, number: int, text: str) -> None:
        guard = _GUARD.match(text)
        if guard is None:
            raise ValueError(f"not a guard: {text!r}")
        self.raw[number] = text[guard.end() :]
        self.sets[number] = guard[2] or ""
        if guard[1]:
            self.needs = self.needs or [frozenset()] * len(self.raw)
            self.needs[number] = frozenset(guard[1].split(","))

    def offers(self, noted: set[str]) -> list[int]:
        """Return the numbers of the alternatives that fit what was noted as said."""
        if self.needs is None:
            return self.every
        return [
            number
            for number, need in enumerate(self.needs)
            if not need or not need.isdisjoint(noted)
        ]

    def line(self, number: int) -> SceneLine:
        """Return the alternative with this number."""
        found = self._compiled[number]
        if found is None:
            found = self._compiled[number] = line_of(self.raw[number], self._language)
        return found


class Fork(NamedTuple):
    """Branches of a scene, of which one is used."""

    branches: tuple[tuple[Step, ...], ...]


Step = Beat | Fork


@dataclass(slots=True, eq=False)
class Scene:
    """A scene and the people that it fits; equal only to itself.

    Attributes:
        company: the circles for which it is written.
        not_with: circles whose people do not write it, whatever else they are.
    """

    id: str
    language: Language
    data: dict[str, Any]
    key: int = 0
    tags: frozenset[str] = frozenset()
    company: frozenset[str] = frozenset()
    not_with: frozenset[str] = frozenset()
    mood: str = "plain"
    where: str = "any"
    cast: int = 2
    every: int = 1
    opener: str = ""
    local: str = ""
    _slots: dict[str, Rows] | None = None
    _steps: tuple[Step, ...] | None = None
    _later: tuple[Step, ...] | None = None

    @property
    def slots(self) -> dict[str, Rows]:
        """Return the values of the scene's own slots."""
        if self._slots is None:
            data = self.data.get("slots", {})
            self._slots = {name: _rows(rows) for name, rows in data.items()}
        return self._slots

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the beats and forks of the scene."""
        if self._steps is None:
            self._steps = _steps(self.data["beats"], self.language)
        return self._steps

    @property
    def later(self) -> tuple[Step, ...]:
        """Return the steps that follow some scenes later with the same slots, or ()."""
        if self._later is None:
            self._later = _steps(self.data.get("later", ()), self.language)
        return self._later


class Language:
    """The scenes of one language, with its words and styles of writing."""

    def __init__(self, code: str, data: dict[str, Any]) -> None:
        self.code = code
        self.inflected = inflected_in(code)
        self.voice: dict[str, Any] = data.get("voice", {})
        self.variants: dict[str, dict[str, Any]] = data.get("variants", {})
        self.address: dict[str, str] = data.get("address", {})
        self.themes: dict[str, str] = data.get("themes", {})
        self.slots: dict[str, list[str]] = data.get("slots", {})
        self.steady: dict[str, int] = data.get("steady", {})
        self.phrases: dict[str, list[str]] = data.get("phrases", {})
        self.openers: list[str] = data.get("openers", [])
        self.askers: list[str] = data.get("askers", [])
        self.tellers: list[str] = data.get("tellers", [])
        self.tails: dict[str, list[str]] = data.get("tails", {})
        self.register: Literal["plain", "polite"] = "plain"
        self.in_group = False
        self._polite: dict[str, Any] = data.get("polite", {})
        self.scenes = [self._scene(each) for each in data["scenes"]]
        self._rows: dict[str, Rows] = {}
        self._phrases: dict[str, list[Pieces]] = {}
        self._keys: dict[str, int] = {}
        self._beats: dict[str, Beat] = {}

    @cached_property
    def polite(self) -> Language:
        """Return a copy for use among colleagues and neighbours."""
        other = copy(self)
        other.register = "polite"
        other.openers = self._polite.get("openers", self.openers)
        other.askers = self._polite.get("askers", [])
        other.tellers = self._polite.get("tellers", [])
        other.tails = self._polite.get("tails", self.tails)
        other._beats = {}
        return other

    def _scene(self, data: dict[str, Any]) -> Scene:
        company, not_with = _company(data.get("with", "friend family partner"))
        return Scene(
            id=data["id"],
            language=self,
            data=data,
            key=key_of(data["id"]),
            tags=frozenset(data.get("tags", "").split()),
            company=company,
            not_with=not_with,
            mood=data.get("mood", "plain"),
            where=data.get("for", "direct"),
            cast=data.get("cast", 2),
            every=data.get("every", 1),
            opener=data.get("A", ""),
            local=data.get("local", ""),
        )

    def rows(self, name: str, locale: str = "") -> Rows:
        """Return the values of a slot, of the locale's variant if it has any."""
        place = f"{locale}:{name}"
        found = self._rows.get(place)
        if found is None:
            variant = self.variants.get(locale, {}).get("slots", {})
            found = self._rows[place] = _rows(variant.get(name) or self.slots[name])
        return found

    def phrase(self, name: str) -> list[Pieces]:
        """Return the phrases of a pool."""
        found = self._phrases.get(name)
        if found is None:
            found = self._phrases[name] = []
            found.extend(parse(each, self) for each in self.phrases[name])
        return found

    def tail(self, mood: str) -> Beat:
        """Return a beat that may end a scene with this mood, for the last speaker."""
        if mood not in self._beats:
            texts = ["A", *self.tails[mood]]
            self._beats[mood] = Beat(texts, self, casual=True)
        return self._beats[mood]

    def key(self, name: str) -> int:
        """Return the number of a name for keyed draws."""
        found = self._keys.get(name)
        if found is None:
            found = self._keys[name] = key_of(name)
        return found


@cache
def in_group(language: Language) -> Language:
    """Return a copy of a language for use in groups: see `addressees`."""
    other = copy(language)
    other.in_group = True
    return other


def key_of(name: str) -> int:
    """Return a number of 64 bits that depends only on `name`."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")


@cache
def language(code: str) -> Language:
    """Return the shipped scenes of a language, English for unknown languages."""
    if code not in LANGUAGES:
        return language("en")
    # importlib.resources takes 5 ms more; both can read a zipped wheel.
    data = get_data(__package__, f"scenes/{code}.json")
    return Language(code, json.loads(data or b""))


def _company(words: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the circles that `words` name, and those that follow a minus sign."""
    names = words.split()
    not_with = {each[1:] for each in names if each[0] == "-"}
    return frozenset(e for e in names if e[0] != "-"), frozenset(not_with)


def _steps(data: Sequence[Any], language: Language) -> tuple[Step, ...]:
    return tuple(
        Beat(each, language)
        if isinstance(each[0], str)
        else Fork(tuple(_steps(branch, language) for branch in each))
        for each in data
    )


def _rows(data: Sequence[str] | str) -> Rows:
    if isinstance(data, str):
        first, _, last = data.partition("-")
        last, _, step = last.partition("/")
        return _Numbers(range(int(first), int(last) + 1, int(step or 1)))
    return [tuple(each.split("|")) for each in data]
