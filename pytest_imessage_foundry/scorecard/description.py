"""Describe a row to people: what it shows, and what its columns hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.reading import open_readonly
from pytest_imessage_foundry.scorecard import readings, row_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Said in the lines above what it shows, or of no use to people.
_IN_HEAD = readings.OF_THE_TRUTH | {"guid", "rowid", "kind", "chat", "chat_rowid"}


def describe(path: Path, database: str, reading: dict[str, Any]) -> str:
    """Return what is true of a row and what its columns hold, as text."""
    lines = [*_head(database, reading)]
    for name, value in reading.items():
        if name not in _IN_HEAD:
            lines.append(f"  {name}: {json.dumps(value, ensure_ascii=False)}")
    columns = _columns(path, reading)
    if columns:
        lines.append("columns that are not NULL or 0:")
        lines += [f"  {name} = {value}" for name, value in columns.items()]
    return "\n".join(lines)


def _head(database: str, reading: dict[str, Any]) -> Iterator[str]:
    yield f"{reading['kind']} {reading['guid']}, row {reading['rowid']} of {database}"
    yield f"shows {', '.join(reading['shows'])}"
    if "case" in reading:
        yield f"case {reading['case']}"
    if reading.get("chat"):
        yield f"in chat {reading['chat']}"


def _columns(path: Path, reading: dict[str, Any]) -> dict[str, str]:
    table = "chat" if reading["kind"] == "chat" else "message"
    try:
        with open_readonly.opened(path) as source, source.connect() as connection:
            query = f"SELECT * FROM {table} WHERE guid = ?"
            cursor = connection.execute(query, (reading["guid"],))
            row = cursor.fetchone() or ()
            names = [each[0] for each in cursor.description]
    except UnreadableFileError:
        return {}
    held = zip(names, row, strict=False)
    return {name: row_columns.shown(value) for name, value in held if value}
