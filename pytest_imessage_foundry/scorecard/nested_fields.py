"""The fields of the objects within a reading, as their models state them.

A field that no model has is a slip of the pen. To compare what holds it as if it were
false would hide which name is right.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pytest_imessage_foundry.errors import did_you_mean
from pytest_imessage_foundry.scorecard import readings
from pytest_imessage_foundry.scorecard.agreement import ANY_OF, OWN
from pytest_imessage_foundry.scorecard.other_names import likely
from pytest_imessage_foundry.scorecard.reading_balloons import BalloonReading
from pytest_imessage_foundry.scorecard.shown_balloons import SHOWN

Models = tuple[Any, ...]
_BALLOONS = frozenset(get_args(BalloonReading))


def faults_in(said: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong below each of a reading's fields: the first unknown field
    there."""
    faults: dict[str, str] = {}
    for key, value in said.items():
        if value and isinstance(value, (dict, list)):
            fault = _fault(key, value)
            if fault is not None:
                faults[key] = fault
    return faults


def _fault(key: str, value: Any) -> str | None:
    every = tuple(readings.READINGS.values())
    try:
        return _within(key, value, below(every).get(key, ()))
    except RecursionError:
        return "it is nested deeper than any reading"


def unknown(what: str, key: str, known: list[str]) -> str:
    """Say that something has no such field, and which one may be meant."""
    near = likely(key, known) or _of_the_same_type(key, known)
    return f"{what} has no field {key!r}{did_you_mean(near[:1])}"


def _within(
    key: str, value: Any, models: Models, is_listed: bool = False
) -> str | None:
    """Look through a field's value: an object, a list of them, or what `any_of`
    offers."""
    if key.startswith(OWN):
        return None
    if isinstance(value, list):
        return _first(key, value, models, True)
    if not isinstance(value, dict):
        return None
    if value.keys() == {ANY_OF}:
        choice = value[ANY_OF]
        return _first(
            key, choice if isinstance(choice, list) else [], models, is_listed
        )
    if not models:
        # A text that is said as an object is no slip: it is compared, and told.
        return f"{key!r} lists texts or numbers, not objects" if is_listed else None
    return _in_object(key, value, models, is_listed)


def _first(key: str, values: list[Any], models: Models, is_listed: bool) -> str | None:
    found = (_within(key, each, models, is_listed) for each in values)
    return next((each for each in found if each is not None), None)


def _in_object(
    key: str, value: dict[str, Any], models: Models, is_listed: bool
) -> str | None:
    names = _names(models)
    for name, inner in value.items():
        if name not in names and not name.startswith(OWN):
            return _told(key, name, value, models, is_listed)
        if inner.__class__ in (dict, list):
            fault = _within(name, inner, below(models).get(name, ()))
            if fault is not None:
                return fault
    return None


def _told(
    key: str, name: str, value: dict[str, Any], models: Models, is_listed: bool
) -> str:
    kind = value.get("kind")
    own = tuple(each for each in models if kind in get_args(hints_of(each).get("kind")))
    # What the truth alone says may be handed on, and is not offered.
    known = [e for e in _names(own or models) if e not in readings.OF_THE_TRUTH]
    what = _called(key) if is_listed else repr(key)
    if len(own or models) > 1:
        return unknown(what, name, known)
    return f"{unknown(what, name, known)} (its fields: {', '.join(known)})"


def _called(key: str) -> str:
    """Call one entry of a list by the list's name: a tapback, an edit."""
    if not key.endswith("s"):
        return f"an entry of {key!r}"
    return f"{'an' if key[0] in 'aeiou' else 'a'} {key.removesuffix('s')}"


@cache
def hints_of(model: Any) -> dict[str, Any]:
    return get_type_hints(model)


@cache
def _names(models: Models) -> dict[str, None]:
    """Return the fields that one of these can have, in order."""
    names = [each.name for model in models for each in fields(model)]
    names += [SHOWN] if _BALLOONS.intersection(models) else []
    return dict.fromkeys(names)


@cache
def below(models: Models) -> dict[str, Models]:
    """Return the objects that each field of these can hold."""
    held: dict[str, Models] = {}
    for model in models:
        for name, hint in hints_of(model).items():
            found = dict.fromkeys((*held.get(name, ()), *models_in(hint)))
            held[name] = tuple(found)
    return held


def models_in(hint: Any) -> list[type[Any]]:
    """Return the models that a type is made of: those of its choices and entries."""
    if is_dataclass(hint) and isinstance(hint, type):
        return [hint]
    return [each for part in get_args(hint) for each in models_in(part)]


def _of_the_same_type(key: str, known: list[str]) -> list[str]:
    """Return the known fields of the type that `key` has in other objects: what is the
    `sender` of a row is the `address` of a tapback."""
    types = {each for name, each in _stated() if name == key}
    return [
        name for name in known for n, each in _stated() if n == name and each in types
    ]


@cache
def _stated() -> frozenset[tuple[str, str]]:
    """Return each field with the type of ours that it is stated with."""
    whole = tuple(readings.READINGS.values())
    nested = {each for models in below(whole).values() for each in models}
    deeper = {m for each in nested for ms in below((each,)).values() for m in ms}
    return frozenset(
        (each.name, str(each.type))
        for model in {*whole, *nested, *deeper}
        for each in fields(model)
        if str(each.type)[0].isupper() and str(each.type).isidentifier()
    )
