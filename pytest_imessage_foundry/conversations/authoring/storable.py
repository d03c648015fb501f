"""Refuse values that no row can hold, wherever in a model they stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, is_dataclass, replace
from dataclasses import fields as fields_of
from functools import cache
from typing import Any, get_type_hints

from pytest_imessage_foundry.conversations.authoring.fitting import (
    matcher,
    misfit,
    words_of,
)
from pytest_imessage_foundry.conversations.authoring.words import (
    FIRST,
    SECONDS,
    unknown,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import END

_DATES = ("date", "arrived", "lsmd", "refreshed", "legacy_date_retracted")
_LARGEST = 2**63


def check(model: Any) -> None:
    """Refuse a model with a word, date, number or text that no row can hold.

    Raises:
        FoundryError: with the field that holds it, and what it may hold.
    """
    kind: type = type(model)
    for rule in _rules(kind):
        value = getattr(model, rule.name)
        if value is not rule.usual:
            _check_field(kind, rule, value)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a field may hold, and a value that it is known to: its default."""

    name: str
    hint: Any
    fits: Callable[[object], bool]
    words: tuple[object, ...]
    is_date: bool
    may_be_none: bool
    usual: object


@cache
def _rules(kind: type) -> tuple[_Rule, ...]:
    return tuple(_rule(kind, field) for field in fields_of(kind))


def _rule(kind: type, field: Field[Any]) -> _Rule:
    hint = _hints(kind)[field.name]
    rule = _Rule(
        name=field.name,
        hint=hint,
        fits=matcher(hint),
        words=words_of(hint),
        is_date=_is_date(field.name),
        may_be_none=field.default == 0,
        usual=MISSING,
    )
    try:
        _check_field(kind, rule, field.default)
    except FoundryError:  # it has none, or one that has to be replaced
        return rule
    return replace(rule, usual=field.default)


def _check_field(kind: type, rule: _Rule, value: Any) -> None:
    where = f"{kind.__name__}.{rule.name}"
    if not rule.fits(value):
        raise misfit(f"{where} cannot be", rule.name, value, rule.hint)
    if rule.words:
        _check_word(rule.name, value, rule.words)
    elif rule.is_date and isinstance(value, int):
        _check_date(where, value, may_be_none=rule.may_be_none)
    elif is_dataclass(value):
        check(value)
    else:
        _check_value(where, value)


def check_text(what: str, text: str | None) -> None:
    """Refuse a text with half a character, which UTF-8 has no bytes for, or with
    U+0000, at which SQL and many readers take it to end."""
    if "\0" in (text or ""):
        raise FoundryError(
            f"{text!r:.60} holds U+0000, which no message may\n"
            f"looked at {what}\nleave the character out"
        )
    try:
        (text or "").encode()
    except UnicodeEncodeError as error:
        raise FoundryError(
            f"{text!r:.60} holds half of a surrogate pair\n"
            f"looked at {what}, character {error.start}\n"
            "write the whole character, or leave it out"
        ) from None


@cache
def _hints(model: type) -> dict[str, Any]:
    return get_type_hints(model)


def _check_word(name: str, value: object, words: tuple[object, ...]) -> None:
    for each in value if isinstance(value, tuple) else (value,):
        if each is not None and each not in words:
            raise unknown(name.replace("_", " "), each, map(str, words))


def _is_date(name: str) -> bool:
    return (
        name == "date" or name.startswith("date_") or name in (*_DATES, "server_date")
    )


def _check_date(where: str, value: int, *, may_be_none: bool) -> None:
    # What counts seconds stands in real files, too.
    if FIRST <= value < END or (may_be_none and 0 <= value < SECONDS):
        return
    raise FoundryError(
        "a date is between 2001-01-13 and 2040, in nanoseconds since 2001\n"
        f"looked at {where}, which is {value}\n"
        "give another time" + (", or 0 for none" if may_be_none else "")
    )


def _check_value(where: str, value: object) -> None:
    if isinstance(value, str):
        check_text(where, value)
    elif isinstance(value, tuple):
        for each in value:
            if is_dataclass(each):
                check(each)
            else:
                _check_value(where, each)
    elif isinstance(value, float) and not math.isfinite(value):
        _refuse_number(where, value, "is not finite")
    elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        _refuse_number(where, value, "does not fit into 64 bits")


def _refuse_number(where: str, value: float, why: str) -> None:
    raise FoundryError(
        f"{value} is a number that no row can hold\n"
        f"looked at {where}: it {why}\ngive another number"
    )
