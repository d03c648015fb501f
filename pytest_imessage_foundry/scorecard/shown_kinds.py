"""The kinds of message that a scorecard counts, and what is known of each.

Each kind names the fields that a reader must fill to have a notion of it, the columns
of `message` that hold it, and the rule with its section of SEMANTICS.md. The table
stands in `shown_kinds.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """What a correct reader does.

    Attributes:
        columns: those of `message` that a value comes from.
        section: the section of SEMANTICS.md with the rows.
        rule: the rule in one line.
    """

    columns: tuple[str, ...]
    section: str
    rule: str


@dataclass(frozen=True, slots=True)
class ShownKind:
    """A kind of message, the fields of a reading that tell of it, and its rule."""

    name: str
    fields: frozenset[str]
    rule: ReadingRule


@cache
def kinds() -> dict[str, ShownKind]:
    """Return all kinds by name, in the order of the table."""
    return {
        name: ShownKind(name, _fields(row["fields"]), _rule(row))
        for name, row in _table()["kinds"].items()
    }


# The first kind of each family, in the order of the table.
_FAMILIES = {
    "text": "Messages",
    "link-preview": "From apps",
    "tapback": "Tapbacks, stickers, votes",
    "event-added": "Announcements",
    "subject": "On a text or a file",
    "reply": "Replies, edits, effects",
    "receipts": "How it went, and where it is",
    "chat": "Chats",
}


def families() -> list[tuple[str, list[str]]]:
    """Return the kinds in families, each with its title."""
    found: list[tuple[str, list[str]]] = []
    for name in kinds():
        if name in _FAMILIES:
            found.append((_FAMILIES[name], []))
        found[-1][1].append(name)
    return found


def _fields(names: str) -> frozenset[str]:
    """Return the named fields, those of dates in both their forms."""
    dates = [f"{name}_ns" for name in names.split() if name.startswith("date")]
    return frozenset([*names.split(), *dates])


@cache
def field_rules() -> dict[str, ReadingRule]:
    """Return the rules of what every row has, by field."""
    return {name: _rule(row) for name, row in _table()["fields"].items()}


def rule_of(kind: str, field: str) -> ReadingRule | None:
    """Return the rule that a misreading breaks, if there is one."""
    known = kinds().get(kind)
    if known is None or (field in field_rules() and field not in known.fields):
        return field_rules().get(field)
    return known.rule


@cache
def _table() -> dict[str, dict[str, dict[str, str]]]:
    text = files(__package__).joinpath("shown_kinds.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return table


def _rule(row: dict[str, str]) -> ReadingRule:
    return ReadingRule(tuple(row["columns"].split()), row["section"], row["rule"])


def kind_of_field(shown: list[str], key: str) -> str:
    """Return the kind that a wrong field counts under: one that the row shows, else
    the one that a reader sees where it is not, else the row's main one."""
    known = kinds()
    for name in reversed(shown):
        if key in known[name].fields:
            return name
    if key not in field_rules():
        for name, kind in known.items():
            if key in kind.fields:
                return name
    return shown[0]
