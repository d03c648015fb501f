"""macOS 27 is composed of three sources; each part is as the one it names has it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema import describe, introspect
from pytest_imessage_foundry.db.schema.differences import compare
from pytest_imessage_foundry.errors import FoundryError

MANIFESTS = Path(__file__).parents[1] / "manifests"
OURS = schema.get("golden-gate")
KINDS = {"table": "tables", "index": "indexes", "trigger": "triggers"}


def facts(name: str) -> dict[str, Any]:
    return json.loads((MANIFESTS / f"{name}.json").read_text(encoding="utf-8"))


FILE, SQL, BEFORE = facts("golden-gate"), facts("golden-gate-sql"), facts("tahoe")


def stated_tables() -> dict[str, str]:
    """The statement of each table, from the source that knows it best."""
    tables = {name: each["sql"] for name, each in BEFORE["tables"].items()}
    tables |= {name: each["sql"] for name, each in FILE["tables"].items()}
    columns = SQL["tables"]["persistent_tasks"]
    tables["persistent_tasks"] = f"CREATE TABLE persistent_tasks ({columns})"
    # Of this one the strings state names and conflicts and no types: see below.
    tables["sync_chat_slice"] = OURS.tables["sync_chat_slice"].sql()
    return tables


def stated_indexes() -> dict[str, str]:
    indexes = {name: each["sql"] for name, each in BEFORE["indexes"].items()}
    told = SQL["indexes"]
    return indexes | {name: f"CREATE INDEX {name} ON {told[name]}" for name in told}


def stated_triggers() -> dict[str, str]:
    triggers = {name: each["sql"] for name, each in BEFORE["triggers"].items()}
    return triggers | SQL["triggers"]


@pytest.fixture(scope="module")
def stated() -> introspect.Structure:
    """What the three sources state together, as SQLite reads it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for statements in (stated_tables(), stated_indexes(), stated_triggers()):
            for statement in filter(None, statements.values()):
                connection.execute(statement)
        return introspect.read(connection)


def test_it_is_what_the_sources_state(stated) -> None:
    found = introspect.structure_of(OURS)
    assert found.damage == ()
    assert compare(stated, found) == []
    assert list(map(str, compare(found, stated))) == []


def test_the_tables_of_the_file_are_column_by_column_as_it_has_them() -> None:
    found = introspect.structure_of(OURS)
    for name, table in FILE["tables"].items():
        built = found.tables[name]
        assert [vars(column) for column in built.columns] == table["columns"], name
        assert list(built.foreign_keys) == table["foreign_keys"], name
        assert [list(names) for names in built.unique] == table["unique"], name


def test_the_join_is_in_the_file_as_apples_sql_states_it() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        columns = SQL["tables"]["chat_message_join"]
        connection.execute(f"CREATE TABLE chat_message_join ({columns})")
        told = introspect.read(connection).tables["chat_message_join"]
    found = introspect.structure_of(OURS).tables["chat_message_join"]
    assert found.columns == told.columns
    assert found.foreign_keys == told.foreign_keys


def test_slices_have_the_columns_and_conflicts_that_are_named() -> None:
    told = SQL["tables"]["sync_chat_slice"]
    found = introspect.structure_of(OURS).tables["sync_chat_slice"]
    assert [column.name for column in found.columns] == told["columns"]
    assert [list(names) for names in found.unique] == told["unique"]
    kept = BEFORE["tables"]["sync_chat_slice"]["columns"]
    assert [vars(column) for column in found.columns[:3]] == kept


@pytest.mark.parametrize("kind", KINDS)
def test_each_part_names_the_source_that_has_it(kind) -> None:
    names = KINDS[kind]
    for name in getattr(OURS, names):
        origin = OURS.origin_of(kind, name)
        is_read = name in FILE[names]
        is_told = name in SQL[names] and not is_read
        assert (origin == "file") is is_read, name
        assert (origin == "apple-sql") is is_told, name
        if origin == "carried-over":
            before = getattr(schema.get("tahoe"), names)[name]
            assert getattr(OURS, names)[name] == before, name
    listed = describe.as_json(OURS)["origins"][names]
    assert listed == {name: OURS.origin_of(kind, name) for name in getattr(OURS, names)}


def test_nothing_that_apples_sql_names_is_left_out() -> None:
    for names in KINDS.values():
        assert SQL[names].keys() <= getattr(OURS, names).keys()
    assert not [name for name in OURS.tables if "chat_part" in name]


def test_it_is_a_release_like_the_others() -> None:
    assert not OURS.experimental
    assert schema.ALL[-1] == OURS.name
    shown = describe.show(OURS)
    assert "read from a file: 11 tables, 0 indexes, 0 triggers" in shown
    assert "from Apple's own SQL: 2 tables, 12 indexes, 2 triggers" in shown
    for count in ("11 tables", "2 tables, 12 indexes and 2 triggers", "26.5.2"):
        assert count in OURS.note
    assert "read from a file" not in describe.show(schema.get("tahoe"))


def test_an_origin_must_be_of_what_is_there() -> None:
    with pytest.raises(FoundryError, match="index nowhere cannot be known"):
        OURS.evolve(name="x", origins={"file": "index: nowhere"})


def test_expressions_of_an_index_are_compared() -> None:
    name = "persistent_tasks_exec_sort"
    other = OURS.indexes[name].sql().replace("IS NULL", "IS NOT NULL")
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in OURS.ddl():
            is_it = statement == OURS.indexes[name].sql()
            connection.execute(other if is_it else statement)
        found = introspect.read(connection)
    assert [each.kind for each in introspect.differences(OURS, found)] == [
        "index columns"
    ]
