"""Turns as the lines of a pack, and back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from pytest_imessage_foundry.models import Reaction, Turn


def turn_of(line: dict[str, Any]) -> Turn:
    """Return the turn in a checked line of a pack."""
    if "reactions" in line:
        reactions = tuple(Reaction(**each) for each in line["reactions"])
        line = {**line, "reactions": reactions}
    if "hours" in line:
        line = {**line, "hours": tuple(line["hours"])}
    return Turn(**line)


def line_of(turn: Turn) -> dict[str, Any]:
    """Return a turn as a line of a pack, without default values."""
    line = {
        name: value
        for name, value in fields_of(turn).items()
        if value != _DEFAULTS.get(name)
    }
    if turn.hours:
        line["hours"] = list(turn.hours)
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
