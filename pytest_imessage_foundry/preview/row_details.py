"""The rows behind a page: each column that says something, archives as trees."""

from __future__ import annotations

import math
import plistlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pytest_imessage_foundry.preview.database import Tables
from pytest_imessage_foundry.preview.plist_reader import keyed_archive, property_list
from pytest_imessage_foundry.reading.attributed_strings import parsed
from pytest_imessage_foundry.reading.typedstreams import Damaged, Node

MOST_ROWS = 5_000
"""Messages up to which a page carries their rows as well."""
_DEEPEST = 12
_BYTES = 48


def details(tables: Tables, ids: list[int]) -> Iterator[dict[str, Any]]:
    """Yield, for each message, its columns that are neither NULL, 0 nor empty."""
    names = tables.column_names("message")
    columns = [name for name in names if name.upper() != "ROWID"]
    for row in tables.rows_of("message", ids, columns):
        number = row.pop("id")
        said = {name: _value(value) for name, value in row.items() if value}
        yield {"ROWID": number} | said


def _value(value: Any) -> Any:
    if not isinstance(value, bytes):
        return _tree(value, 0)
    if value.startswith(b"bplist00"):
        found = keyed_archive(value) or property_list(value)
        return _tree(found, 0) if found is not None else _hex(value)
    if value.startswith(b"\x04\x0bstreamtyped"):
        return _body(value)
    return _hex(value)


def _body(value: bytes) -> Any:
    try:
        body = parsed(value)
    except Damaged as error:
        return {"damaged": str(error), "bytes": _hex(value)}
    runs = [
        {"length": length} | {name: _tree(each, 0) for name, each in said.items()}
        for length, said in body.runs
    ]
    return {"text": body.text, "runs": runs}


def _tree(value: Any, depth: int) -> Any:
    """Return a value of an archive as JSON has them."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(key): _tree(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_tree(each, depth + 1) for each in value]
    if isinstance(value, bytes):
        return _value(value) if depth < _DEEPEST else _hex(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, plistlib.UID):
        return f"UID {value.data}"
    if isinstance(value, Node):
        return f"a {value.name}"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _hex(value: bytes) -> str:
    cut = "…" if len(value) > _BYTES else ""
    return f"{len(value)} bytes: {value[:_BYTES].hex()}{cut}"
