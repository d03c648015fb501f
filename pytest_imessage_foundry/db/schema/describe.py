"""Schemas as text: a listing, what changed between two, and JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Kind, Schema
    from pytest_imessage_foundry.db.schema.differences import Difference
    from pytest_imessage_foundry.db.schema.introspect import Structure


_PARTS: dict[Kind, str] = {
    "table": "tables",
    "index": "indexes",
    "trigger": "triggers",
}
_ORIGINS = {
    "file": "read from a file",
    "apple-sql": "from Apple's own SQL",
    "carried-over": "carried over from the release before",
}


def show(schema: Schema) -> str:
    """Give a listing of all that the schema declares, table by table."""
    return "\n".join(_listing(schema)) + "\n"


def _listing(schema: Schema) -> Iterator[str]:
    seen_on = schema.macos or "one file"
    yield f"{schema.title} ({schema.name}, {schema.layout}), seen on {seen_on}"
    if schema.note:
        yield f"note: {schema.note}"
    yield from _known_from(schema)
    yield f"features: {', '.join(sorted(schema.features))}"
    for key, value in schema.properties.items():
        yield f"property: {key} = {value}"
    for name, table in schema.tables.items():
        yield ""
        yield f"table {name}"
        yield from (f"    {column.sql()}" for column in table.columns)
        yield from (f"    {constraint.sql()}" for constraint in table.constraints)
        for index in schema.indexes.values():
            if index.table == name:
                yield f"  index {_head(index.sql())}"
        for trigger in schema.triggers.values():
            if trigger.table == name:
                yield f"  trigger {_head(trigger.sql())}"


def _known_from(schema: Schema) -> Iterator[str]:
    """Say where the parts are known from, where that is not one place."""
    found: dict[str, list[str]] = {}
    for kind, names in _PARTS.items():
        for name in getattr(schema, names):
            found.setdefault(schema.origin_of(kind, name), []).append(kind)
    for origin, parts in found.items() if len(found) > 1 else ():
        counts = (f"{parts.count(kind)} {names}" for kind, names in _PARTS.items())
        yield f"{_ORIGINS[origin]}: {', '.join(counts)}"


def _head(sql: str) -> str:
    """Give what stands after CREATE TABLE, INDEX or TRIGGER."""
    return re.sub(r"CREATE (TABLE|INDEX|TRIGGER|(?=UNIQUE)) ?", "", sql, count=1)


def diff(old: Schema, new: Schema) -> str:
    """Say what a file of `new` has that one of `old` has not, and the reverse."""
    return "".join(f"{line}\n" for line in _heading(old, new)) + changes(old, new)


def changes(old: Schema, new: Schema) -> str:
    """Say the same without a heading, a line each."""
    lines = _changes(old, new) or ["no difference"]
    return "\n".join(lines) + "\n"


def diff_as_json(old: Schema, new: Schema) -> dict[str, Any]:
    """Give the same as plain values, the changes in the words of the listing."""
    changes = [line.split(" ", 2) for line in _changes(old, new)]
    words = {"+": "added", "-": "removed", "~": "changed"}
    return {
        "old": old.name,
        "new": new.name,
        "notes": [each.note for each in (old, new) if each.note],
        "changes": [
            {"change": words[sign], "what": what, "definition": rest}
            for sign, what, rest in changes
        ],
    }


def _heading(old: Schema, new: Schema) -> Iterator[str]:
    yield f"{old.title} ({old.layout}) -> {new.title} ({new.layout})"
    for schema in (old, new):
        if schema.note:
            yield f"note: {schema.name}: {schema.note}"


def _changes(old: Schema, new: Schema) -> list[str]:
    return list(_each_change(old, new))


def _each_change(old: Schema, new: Schema) -> Iterator[str]:
    from pytest_imessage_foundry.db.schema.introspect import differences, structure_of

    yield from _named("+ feature", new.features - old.features)
    yield from _named("- feature", old.features - new.features)
    for key, value in new.properties.items():
        if old.properties.get(key) != value:
            yield f"~ property {key} = {value} (was {old.properties.get(key)})"
    found = differences(old, structure_of(new))
    for sign in "+-~":
        for each in found:
            if _sign(each) == sign:
                yield f"{sign} {_change(each, old, new)}"


def _named(what: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{what} {name}" for name in sorted(names))


def _sign(each: Difference) -> str:
    return {"extra": "+", "missing": "-"}.get(each.kind.split()[0], "~")


def _change(each: Difference, old: Schema, new: Schema) -> str:
    """Give the line of one change; what came or went is shown by its definition."""
    sign = _sign(each)
    if sign == "~":
        return str(each).replace(", not ", ", was ", 1)
    what = each.kind.split()[1]
    return f"{what} {_definition(what, each.name, new if sign == '+' else old)}"


def _definition(what: str, name: str, schema: Schema) -> str:
    if what == "column":
        table, column = name.split(".", 1)
        return f"{table}: {schema.tables[table].column(column).sql()}"
    if what == "table":
        return _head(schema.tables[name].sql())
    if what == "index" and name in schema.indexes:
        return _head(schema.indexes[name].sql())
    if what == "trigger":
        return _head(schema.triggers[name].sql())
    return name


def _origins(schema: Schema, structure: Structure) -> dict[str, dict[str, str]]:
    """Say where each part is known from."""
    return {
        "tables": {name: schema.origin_of("table", name) for name in structure.tables},
        "indexes": {name: schema.origin_of("index", name) for name in schema.indexes},
        "triggers": {
            name: schema.origin_of("trigger", name) for name in structure.triggers
        },
    }


def as_json(schema: Schema) -> dict[str, Any]:
    """Give the schema as plain values: what is said of it, and all its structure."""
    from dataclasses import asdict

    from pytest_imessage_foundry.db.schema.introspect import structure_of

    structure = structure_of(schema)
    return {
        "name": schema.name,
        "title": schema.title,
        "macos": schema.macos,
        "layout": schema.layout,
        "experimental": schema.experimental,
        "note": schema.note,
        "origins": _origins(schema, structure),
        "features": sorted(schema.features),
        "properties": dict(schema.properties),
        "internal_tables": list(structure.internal_tables),
        "tables": {name: asdict(each) for name, each in structure.tables.items()},
        "indexes": {name: asdict(each) for name, each in structure.indexes.items()},
        "triggers": {name: asdict(each) for name, each in structure.triggers.items()},
        "ddl": list(schema.ddl()),
    }
