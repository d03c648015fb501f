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
class ShownKind:
    """A kind of message.

    Attributes:
        name: what the scorecard calls it.
        fields: those of a reading that tell of it.
        columns: those of `message` that hold it.
        section: the section of SEMANTICS.md with its rows.
        rule: what a correct reader does, in one line.
    """

    name: str
    fields: frozenset[str]
    columns: tuple[str, ...]
    section: str
    rule: str


@cache
def kinds() -> dict[str, ShownKind]:
    """Return all kinds by name, in the order of the table."""
    text = files(__package__).joinpath("shown_kinds.json").read_text(encoding="utf-8")
    return {
        name: ShownKind(
            name,
            frozenset(row["fields"].split()),
            tuple(row["columns"].split()),
            row["section"],
            row["rule"],
        )
        for name, row in json.loads(text).items()
    }


def kind_of_field(shown: list[str], key: str) -> str:
    """Return to which of a row's kinds a field belongs: its main one if to none."""
    known = kinds()
    for name in reversed(shown):
        if key in known[name].fields:
            return name
    return shown[0]
