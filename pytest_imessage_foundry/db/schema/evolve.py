"""Make a later release from an earlier one, and refuse impossible changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, TypeVar

from pytest_imessage_foundry.db.schema import parse
from pytest_imessage_foundry.db.schema.declarations import Column, Table
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Origin, Schema

_Item = TypeVar("_Item")


class Changes(TypedDict, total=False):
    """What a release may say of itself. Texts are in the form that `parse` reads.

    `name`, `title`, `macos`, `note`, `experimental`, `internal_tables` and
    `page_size` replace the former; `features` (words) and `properties` add to them.
    `origin` says where all parts are known from but those that `origins` lists, which
    maps an origin to `kind: names`.
    `add_columns` and `change_columns` map a table to columns, and a change with
    `after other:` moves the column as well; `drop_columns` maps it to names.
    A table that is dropped takes its indexes and triggers along, as in SQLite.
    """

    name: str
    title: str
    macos: str
    note: str
    layout: str
    experimental: bool
    internal_tables: tuple[str, ...]
    page_size: int
    features: str
    drop_features: str
    properties: Mapping[str, str]
    origin: Origin
    origins: Mapping[Origin, str]
    drop_tables: Iterable[str]
    add_tables: str
    replace_tables: str
    drop_columns: Mapping[str, Iterable[str]]
    change_columns: Mapping[str, str]
    add_columns: Mapping[str, str]
    table_order: str
    drop_indexes: Iterable[str]
    change_indexes: str
    add_indexes: str
    drop_triggers: Iterable[str]
    change_triggers: str
    add_triggers: str


_KEPT_AS_SAID = (
    *("name", "title", "macos", "note", "layout"),
    *("experimental", "internal_tables", "page_size", "origin"),
)


def evolve(schema: Schema, changes: Changes) -> Schema:
    """Give `schema` with `changes` applied, checked for what refers to nothing."""
    unknown = sorted(set(changes) - set(Changes.__annotations__))
    if unknown:
        raise FoundryError(
            f"{schema.name}: unknown change {', '.join(unknown)} "
            f"(choose from {', '.join(Changes.__annotations__)})"
        )
    said = {key: value for key, value in changes.items() if key in _KEPT_AS_SAID}
    name = str(said.get("name", schema.name))
    try:
        result = _apply(schema, changes)
        _check(result)
    except _Impossible as error:
        raise FoundryError(f"{name}: {error}") from None
    return replace(result, **said)  # type: ignore[arg-type]


class _Impossible(Exception):
    """A change that cannot be; the release's name is put before it."""


def _apply(schema: Schema, changes: Changes) -> Schema:
    dropped = set(changes.get("drop_tables", ()))
    indexes = {k: v for k, v in schema.indexes.items() if v.table not in dropped}
    triggers = {k: v for k, v in schema.triggers.items() if v.table not in dropped}
    result = replace(
        schema,
        tables=_tables(schema, changes),
        indexes=_items(
            "index",
            indexes,
            changes.get("drop_indexes", ()),
            parse.indexes(changes.get("change_indexes", "")),
            parse.indexes(changes.get("add_indexes", "")),
        ),
        triggers=_items(
            "trigger",
            triggers,
            changes.get("drop_triggers", ()),
            parse.triggers(changes.get("change_triggers", "")),
            parse.triggers(changes.get("add_triggers", "")),
        ),
        features=(schema.features | parse.words(changes.get("features", "")))
        - parse.words(changes.get("drop_features", "")),
        properties={**schema.properties, **changes.get("properties", {})},
    )
    return replace(result, origins=_origins(schema, result, changes))


def _origins(old: Schema, new: Schema, changes: Changes) -> dict[str, Origin]:
    """Give the origin of each part that has one of its own, as "kind name"."""
    parts = {"table": new.tables, "index": new.indexes, "trigger": new.triggers}
    kept = (key.split(" ", 1) for key in old.origins)
    origins = {
        f"{kind} {name}": old.origins[f"{kind} {name}"]
        for kind, name in kept
        if name in parts[kind]
    }
    for origin, text in changes.get("origins", {}).items():
        for kind, names in parse.kinds(text):
            for name in names:
                _must_be_there(kind, name, parts[kind], "known")
                origins[f"{kind} {name}"] = origin
    return origins


def _items(
    what: str,
    old: Mapping[str, _Item],
    drop: Iterable[str],
    change: Mapping[str, _Item],
    add: Mapping[str, _Item],
) -> dict[str, _Item]:
    """Drop, change in place, add at the end."""
    items = dict(old)
    for name in drop:
        _must_be_there(what, name, items, "dropped")
        del items[name]
    for name, item in change.items():
        _must_be_there(what, name, items, "changed")
        items[name] = item
    for name, item in add.items():
        if name in items:
            raise _Impossible(f"{what} {name} cannot be added: it is there already")
        items[name] = item
    return items


def _must_be_there(what: str, name: str, items: Iterable[str], done: str) -> None:
    if name not in items:
        raise _Impossible(f"{what} {name} cannot be {done}: there is none")


def _tables(schema: Schema, changes: Changes) -> dict[str, Table]:
    tables = _items(
        "table",
        schema.tables,
        changes.get("drop_tables", ()),
        parse.tables(changes.get("replace_tables", "")),
        parse.tables(changes.get("add_tables", "")),
    )
    for name, dropped in changes.get("drop_columns", {}).items():
        _edit(tables, name, [(_drop, column) for column in dropped])
    for name, text in changes.get("change_columns", {}).items():
        _edit(tables, name, [(_change, placed) for placed in parse.columns(text)])
    for name, text in changes.get("add_columns", {}).items():
        _edit(tables, name, [(_add, placed) for placed in parse.columns(text)])
    return _in_order(tables, changes.get("table_order", "").split())


def _edit(tables: dict[str, Table], name: str, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    _must_be_there("table", name, tables, "changed")
    if tables[name].verbatim:
        raise _Impossible(
            f"table {name} cannot be changed: it is kept as its file states it"
        )
    columns = list(tables[name].columns)
    for step, argument in steps:
        step(name, columns, argument)
    tables[name] = tables[name]._replace(columns=tuple(columns))


def _drop(table: str, columns: list[Column], name: str) -> None:
    del columns[_position(table, columns, name, "dropped")]


def _change(table: str, columns: list[Column], placed: parse.Placed) -> None:
    at = _position(table, columns, placed.column.name, "changed")
    if placed.after is None:
        columns[at] = placed.column
    else:
        del columns[at]
        _add(table, columns, placed)


def _add(table: str, columns: list[Column], placed: parse.Placed) -> None:
    name = placed.column.name
    if any(column.name == name for column in columns):
        raise _Impossible(f"column {table}.{name} cannot be added: it is there already")
    at = len(columns)
    if placed.after is not None:
        at = _position(table, columns, placed.after, "followed") + 1
    columns.insert(at, placed.column)


def _position(table: str, columns: list[Column], name: str, done: str) -> int:
    for at, column in enumerate(columns):
        if column.name == name:
            return at
    raise _Impossible(f"column {table}.{name} cannot be {done}: there is none")


def _in_order(tables: dict[str, Table], order: list[str]) -> dict[str, Table]:
    """Put the named tables first, in that order; the others keep theirs."""
    for name in order:
        _must_be_there("table", name, tables, "put in order")
    return {name: tables[name] for name in dict.fromkeys([*order, *tables])}


def _check(schema: Schema) -> None:
    """Every index and trigger must speak of tables and columns that are there.

    SQLite would refuse such an index only when the file is built, and such a
    trigger only when it fires.
    """
    known = {
        table.name: {name.lower() for name in table.column_names}
        for table in schema.tables.values()
    }
    for index in schema.indexes.values():
        _refers(known, f"index {index.name}", index.table, index.columns)
    for trigger in schema.triggers.values():
        _refers(known, f"trigger {trigger.name}", trigger.table, trigger.of)
    for table in schema.tables.values():
        for constraint in table.constraints:
            what = f"{constraint.kind} of {table.name}"
            _refers(known, what, table.name, constraint.columns)


def _refers(
    known: Mapping[str, Set[str]], what: str, table: str, columns: Iterable[str]
) -> None:
    if table not in known:
        raise _Impossible(f"{what} is on table {table}, which is not there")
    for column in columns:
        if column.lower() not in known[table]:
            raise _Impossible(f"{what} names {table}.{column}, which is not there")
