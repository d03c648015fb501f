"""Turns as the lines of a pack, and back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from pytest_imessage_foundry.models import Reaction, Turn, When

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Days of a year on or around which people speak of a holiday. Movable ones have all
# days on which they can be.
HOLIDAYS = {
    "christmas": ("12-24", "12-26"),
    "new-year": ("12-31", "01-02"),
    "valentine": ("02-14", "02-14"),
    "easter": ("03-22", "04-25"),
    "halloween": ("10-31", "10-31"),
    "thanksgiving": ("11-22", "11-28"),
    "independence-day": ("07-04", "07-04"),
    "midsummer": ("06-19", "06-26"),
}


def turn_of(line: dict[str, Any]) -> Turn:
    """Return the turn in a checked line of a pack."""
    if "reactions" in line:
        reactions = tuple(Reaction(**each) for each in line["reactions"])
        line = {**line, "reactions": reactions}
    if "hours" in line:
        line = {**line, "hours": tuple(line["hours"])}
    if "when" in line:
        line = {**line, "when": when_of(line["when"])}
    return Turn(**line)


def when_of(raw: dict[str, Any]) -> When:
    """Return the days in a checked line: weekdays by name, the rest as it is."""
    known = {name: tuple(value) for name, value in raw.items()}
    if "weekdays" in known:
        known["weekdays"] = tuple(map(WEEKDAYS.index, known["weekdays"]))
    if "holiday" in known:
        known["dates"] = HOLIDAYS[raw["holiday"]]
        del known["holiday"]
    return When(**known)


def _when(when: When) -> dict[str, Any]:
    raw = {
        name: list(value)
        for name, value in fields_of(when).items()
        if value is not None and value != ()
    }
    if when.weekdays:
        raw["weekdays"] = [WEEKDAYS[each] for each in when.weekdays]
    return raw


def line_of(turn: Turn) -> dict[str, Any]:
    """Return a turn as a line of a pack, without default values."""
    line = {
        name: value
        for name, value in fields_of(turn).items()
        if value != _DEFAULTS.get(name) and name != "sitting"
    }
    if turn.hours:
        line["hours"] = list(turn.hours)
    if turn.when:
        line["when"] = _when(turn.when)
    if turn.reactions:
        line["reactions"] = [_reaction(each) for each in turn.reactions]
    return line


def _reaction(reaction: Reaction) -> dict[str, Any]:
    return {name: value for name, value in fields_of(reaction).items() if value}


def fields_of(instance: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by name, without copying values."""
    return {each.name: getattr(instance, each.name) for each in fields(instance)}


_DEFAULTS = fields_of(Turn(sender=""))


def canonical(value: object) -> str:
    """Return the canonical JSON text of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
