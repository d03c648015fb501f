"""Whether what a reader says of one field agrees with what is true.

Readers differ in how they say the same: a date to the second or beyond it, a path
from its root or within a folder, a list in another order, an object without the fields
that they know nothing of. None of that is a misreading. One that knows a value less
exactly says which ones it may be: {"any_of": [...]}.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from pytest_imessage_foundry.scorecard import (
    reading_balloons,
    reading_parts,
    readings,
)
from pytest_imessage_foundry.scorecard.iso_dates import seconds_of
from pytest_imessage_foundry.scorecard.reading_lines import default_of
from pytest_imessage_foundry.scorecard.shown_balloons import SHOWN, is_shown
from pytest_imessage_foundry.scorecard.true_body import plain

ANY_OF = "any_of"
# Fields with this prefix are the reader's own and are not looked at.
OWN = "x_"
_TEXTS = frozenset({"text", "before"})
_DATES = frozenset(
    {"date", "date_read", "date_delivered", "date_played"}
    | {"date_edited", "date_changed"}
)
_NUMBERS = frozenset(f"{each}_ns" for each in _DATES)
_PARTS = frozenset({"part", "reply_part"})
# Where the order of a list says something; that of all others does not.
_ORDERED = frozenset({"parts", "edits", "options", "cards"})


def agrees(key: str, said: Any, true: Any, others: list[Any] | None = None) -> bool:
    """Return whether a value is the true one, or one of the others that are right."""
    if said == true or _is_same(key, said, true):
        return True
    return any(_is_same(key, said, each) for each in others or ())


def _is_same(key: str, said: Any, true: Any) -> bool:
    if said == true:
        return True
    if said in ("", None) and true in ("", None):
        return True
    if isinstance(said, dict) and said.keys() == {ANY_OF}:
        choice = said[ANY_OF]
        known = choice if isinstance(choice, list) else []
        return any(_is_same(key, each, true) for each in known)
    if isinstance(said, dict) and isinstance(true, dict):
        return _object(said, true)
    if isinstance(said, list) and isinstance(true, list):
        return _list(key, said, true)
    if key in _DATES:
        return _date(said, true)
    if key in _PARTS and true is None:
        # A balloon has no parts. Readers that count parts call it the first one.
        return said == 0 and not isinstance(said, bool)
    if key in _NUMBERS:
        return str(said) == str(true)
    if not isinstance(said, str) or not isinstance(true, str):
        return False
    if key in _TEXTS:
        return plain(said) == true
    return key == "path" and _path(said, true)


def _object(said: dict[str, Any], true: dict[str, Any]) -> bool:
    """Compare the fields that a reader fills in."""
    others = true.get("or_else", {})
    return all(
        is_shown(true, value)
        if key == SHOWN and "kind" in true
        else agrees(key, value, true.get(key, _nested().get(key)), others.get(key))
        for key, value in said.items()
        if not key.startswith(OWN)
    )


def _list(key: str, said: list[Any], true: list[Any]) -> bool:
    if len(said) != len(true):
        return False
    if key in _ORDERED:
        return all(_is_same(key, s, t) for s, t in zip(said, true, strict=True))
    left = list(true)
    for each in said:
        found = next((t for t in left if _is_same(key, each, t)), MISSING)
        if found is MISSING:
            return False
        left.remove(found)
    return True


def _date(said: object, true: object) -> bool:
    """Dates agree within a second: most readers know no more."""
    first, second = seconds_of(said), seconds_of(true)
    return first is not None and second is not None and -1 < first - second < 1


def _path(said: str, true: str) -> bool:
    return said.replace("\\", "/").endswith(true.lstrip("~"))


@cache
def _nested() -> dict[str, Any]:
    """Return what fields of nested objects hold where they are left out."""
    return {
        each.name: default_of(each)
        for module in (reading_parts, reading_balloons)
        for model in vars(module).values()
        if is_dataclass(model)
        for each in fields(model)
        if default_of(each) is not MISSING and each.name != "kind"
    }


@cache
def defaults(kind: str) -> dict[str, Any]:
    """Return what the fields of a kind of reading hold where they are left out."""
    return {
        each.name: default_of(each)
        for each in fields(readings.READINGS[kind])
        if default_of(each) is not MISSING
    }


@cache
def own_fields(kind: str) -> list[str]:
    """Return the fields of a kind of reading that a reader can fill, in order."""
    every = [each.name for each in fields(readings.READINGS[kind])]
    return [each for each in every if each not in readings.OF_THE_TRUTH]


@cache
def field_names(kind: str) -> frozenset[str]:
    """Return the fields of a kind that a reader can fill, as a set."""
    return frozenset(own_fields(kind))


@cache
def all_fields() -> frozenset[str]:
    """Return the fields of all kinds that a reader can fill."""
    return frozenset().union(*(field_names(kind) for kind in readings.READINGS))
