"""What each column of each table holds: columns.json. A column that is not listed has
no class, and what it holds is emptied."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

UNKNOWN = "unknown"


@cache
def columns() -> Mapping[str, Mapping[str, str]]:
    """Return the class of each column, by table."""
    text = files(__package__).joinpath("columns.json").read_text(encoding="utf-8")
    tables: dict[str, dict[str, str]] = json.loads(text)
    return {
        table: {
            column.lower(): kind
            for kind, names in by_class.items()
            for column in names.split()
        }
        for table, by_class in tables.items()
    }


def class_of(table: str, column: str) -> str:
    """Return the class of a column, `unknown` where no list knows it."""
    return columns().get(table, {}).get(column.lower(), UNKNOWN)
