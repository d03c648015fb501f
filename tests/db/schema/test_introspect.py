"""The structure of a file is read whatever its state, and each change is named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema import describe, introspect, sqltext
from pytest_imessage_foundry.db.schema.definition import Schema
from pytest_imessage_foundry.db.schema.differences import Difference


def tahoe() -> Schema:
    return schema.get("tahoe")


def found_in(changed: Schema) -> list[Difference]:
    return introspect.differences(tahoe(), introspect.structure_of(changed))


# One change each, and all that is to be said of it.
MUTATIONS = {
    "drop table": (
        {"drop_tables": ["kvtable"]},
        ["missing table kvtable (3 columns)"],
    ),
    "drop table with an index": (
        {"drop_tables": ["chat_handle_join"]},
        ["missing table chat_handle_join (2 columns)"],
    ),
    "add table": (
        {"add_tables": "more\n  a INTEGER UNIQUE"},
        ["extra table more (1 columns)"],
    ),
    "drop column": (
        {"drop_columns": {"message": ["subject"]}},
        ["missing column message.subject (TEXT)"],
    ),
    "add column": (
        {"add_columns": {"message": "more BLOB"}},
        ["extra column message.more (BLOB)"],
    ),
    "insert column": (
        {"add_columns": {"message": "after guid: more BLOB"}},
        ["extra column message.more (BLOB)"],
    ),
    "type": (
        {"change_columns": {"message": "balloon_bundle_id STRING"}},
        ["column type of message.balloon_bundle_id is STRING, not TEXT"],
    ),
    "default": (
        {"change_columns": {"message": "version INTEGER DEFAULT 10"}},
        ["column default of message.version is 10, not 0"],
    ),
    "no default": (
        {"change_columns": {"message": "version INTEGER"}},
        ["column default of message.version is none, not 0"],
    ),
    "not null": (
        {"change_columns": {"handle": "country TEXT NOT NULL"}},
        ["column not null of handle.country is True, not False"],
    ),
    "order": (
        {"change_columns": {"message": "after text: guid TEXT UNIQUE NOT NULL"}},
        ["column order of message is (text, guid), not (guid, text)"],
    ),
    "unique": (
        {"change_columns": {"message": "guid TEXT NOT NULL"}},
        ["unique of message is none, not ((guid))"],
    ),
    "more unique": (
        {"change_columns": {"message": "text TEXT UNIQUE"}},
        ["unique of message is ((guid), (text)), not ((guid))"],
    ),
    "autoincrement": (
        {"change_columns": {"chat": "ROWID INTEGER PRIMARY KEY"}},
        ["autoincrement of chat is False, not True"],
    ),
    "no foreign key": (
        {"change_columns": {"chat_handle_join": "handle_id INTEGER"}},
        [
            "foreign keys of chat_handle_join is"
            " (chat_id -> chat(ROWID) on update no action on delete cascade), not"
            " (chat_id -> chat(ROWID) on update no action on delete cascade,"
            " handle_id -> handle(ROWID) on update no action on delete cascade)"
        ],
    ),
    "foreign key's action": (
        {
            "change_columns": {
                "chat_service": "chat INTEGER NOT NULL REFERENCES chat (ROWID)"
                " ON UPDATE CASCADE ON DELETE RESTRICT"
            }
        },
        [
            "foreign keys of chat_service is (chat -> chat(ROWID) on update cascade on"
            " delete restrict), not (chat -> chat(ROWID) on update cascade on delete"
            " cascade)"
        ],
    ),
    "drop index": (
        {"drop_indexes": ["message_idx_date"]},
        ["missing index message_idx_date (on message)"],
    ),
    "add index": (
        {"add_indexes": "more ON message(text)"},
        ["extra index more (on message)"],
    ),
    "index columns": (
        {"change_indexes": "message_idx_date ON message(date_read)"},
        ["index columns of message_idx_date is (date_read), not (date)"],
    ),
    "index DESC": (
        {"change_indexes": "message_idx_date ON message(date DESC)"},
        ["index columns of message_idx_date is (date DESC), not (date)"],
    ),
    "index unique": (
        {"change_indexes": "UNIQUE message_idx_date ON message(date)"},
        ["index uniqueness of message_idx_date is True, not False"],
    ),
    "index on another table": (
        {"change_indexes": "chat_idx_is_filtered ON handle(id)"},
        [
            "index table of chat_idx_is_filtered is handle, not chat",
            "index columns of chat_idx_is_filtered is (id), not (is_filtered)",
        ],
    ),
    "index WHERE": (
        {"change_indexes": "handle_idx_person_centric_id ON handle(person_centric_id)"},
        [
            "index condition of handle_idx_person_centric_id is none, not"
            " person_centric_id IS NOT NULL"
        ],
    ),
    "drop trigger": (
        {"drop_triggers": ["verify_chat_insert"]},
        ["missing trigger verify_chat_insert (on chat)"],
    ),
    "add trigger": (
        {"add_triggers": "more AFTER INSERT ON chat BEGIN SELECT 1; END"},
        ["extra trigger more (on chat)"],
    ),
    "trigger timing and event": (
        {
            "change_triggers": "verify_chat_insert AFTER DELETE ON chat"
            " BEGIN SELECT verify_chat(NEW.guid); END"
        },
        [
            "trigger timing of verify_chat_insert is AFTER, not BEFORE",
            "trigger event of verify_chat_insert is DELETE, not INSERT",
        ],
    ),
    "trigger OF": (
        {
            "change_triggers": "verify_chat_update BEFORE UPDATE ON chat"
            " BEGIN SELECT verify_chat(NEW.guid); END"
        },
        ["trigger columns of verify_chat_update is none, not (guid)"],
    ),
    "trigger WHEN": (
        {
            "change_triggers": "after_delete_on_message_plugin AFTER DELETE ON message"
            " BEGIN SELECT after_delete_message_plugin(OLD.ROWID, OLD.guid); END"
        },
        [
            "trigger condition of after_delete_on_message_plugin is none, not"
            " OLD.balloon_bundle_id IS NOT NULL"
        ],
    ),
    "trigger body": (
        {
            "change_triggers": "verify_chat_insert BEFORE INSERT ON chat"
            " BEGIN SELECT 1; END"
        },
        [
            "trigger body of verify_chat_insert is SELECT 1;, not"
            " SELECT verify_chat(NEW.guid);"
        ],
    ),
    "trigger table": (
        {
            "change_triggers": "verify_chat_insert BEFORE INSERT ON message"
            " BEGIN SELECT verify_chat(NEW.guid); END"
        },
        ["trigger table of verify_chat_insert is message, not chat"],
    ),
    "white space in a trigger": (
        {
            "change_triggers": "verify_chat_insert BEFORE INSERT ON chat"
            " BEGIN SELECT  verify_chat( NEW.guid ) ; END"
        },
        [],
    ),
    "order of tables": ({"table_order": "message chat"}, []),
    "no statistics": ({"internal_tables": ("sqlite_sequence",)}, []),
}


@pytest.mark.parametrize("change", MUTATIONS)
def test_each_single_change_is_named(change) -> None:
    changes, said = MUTATIONS[change]
    assert [str(each) for each in found_in(tahoe().evolve(**changes))] == said


def test_checks_keys_and_views_are_compared() -> None:
    before = "CREATE TABLE t (a INTEGER, b TEXT, PRIMARY KEY (a, b), CHECK (a != 0))"
    after = "CREATE TABLE t (a INTEGER, b TEXT, PRIMARY KEY (b, a), CHECK (a > ')'))"
    said = introspect.differences(
        _read(before), _read(after, "CREATE VIEW v AS SELECT 1")
    )
    assert [str(each) for each in said] == [
        "primary key of t is (b, a), not (a, b)",
        "check of t is (a > ')'), not (a != 0)",
        "extra view v",
    ]
    told = introspect.differences(
        _read("CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID"),
        _read("CREATE TABLE t (a TEXT PRIMARY KEY) -- AUTOINCREMENT WITHOUT\n"),
    )
    # SQLite makes the key of a table without rowid NOT NULL and part of the table.
    assert [str(each) for each in told] == [
        "column not null of t.a is False, not True",
        "without rowid of t is False, not True",
        "extra index sqlite_autoindex_t_1 (on t)",
    ]


def _read(*statements: str) -> introspect.Structure:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in statements:
            connection.execute(statement)
        return introspect.read(connection)


def test_generated_columns_and_expressions_are_seen() -> None:
    found = _read(
        "CREATE TABLE t (a INTEGER, b AS (a + 1), UNIQUE (a, b))",
        "CREATE INDEX i ON t (abs(a) DESC, b) WHERE (a > 1) AND b = 'WHERE'",
    )
    assert [column.hidden for column in found.tables["t"].columns] == [0, 2]
    assert found.indexes["i"].columns == (None, "b")
    assert found.indexes["i"].desc == (True, False)
    assert found.indexes["i"].where == "(a > 1) AND b = 'WHERE'"
    other = _read(
        "CREATE TABLE t (a INTEGER, b AS (a + 1), UNIQUE (a, b))",
        "CREATE INDEX i ON t (b, abs(a)) WHERE (a > 1) AND b = 'WHERE'",
    )
    assert [str(each) for each in introspect.differences(found, other)] == [
        "index columns of i is (b, abs ( a )), not (abs ( a ) DESC, b)"
    ]


def test_a_generated_column_is_not_a_plain_one() -> None:
    told = introspect.differences(
        _read("CREATE TABLE t (a INTEGER, b INTEGER)"),
        _read("CREATE TABLE t (a INTEGER, b INTEGER AS (a + 1))"),
    )
    assert [str(each) for each in told] == ["column hidden of t.b is 2, not 0"]


def test_odd_names_and_row_factories_do_no_harm() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute('CREATE TABLE "a b" ("x""y" TEXT, "order" INTEGER)')
        connection.execute('CREATE INDEX "i ""1" ON "a b" ("order")')
        connection.execute(
            'CREATE TRIGGER "t 1" /* BEFORE */ UPDATE OF "x""y" ON "a b" '
            "FOR EACH ROW WHEN 1 BEGIN SELECT 'END'; END"
        )
        found = introspect.read(connection)
        assert connection.row_factory is sqlite3.Row
    assert found.damage == ()
    assert [column.name for column in found.tables["a b"].columns] == ['x"y', "order"]
    assert found.indexes['i "1'].columns == ("order",)
    trigger = found.triggers["t 1"]
    assert (trigger.timing, trigger.event) == ("BEFORE", "UPDATE")
    assert (trigger.when, trigger.body) == ("1", "SELECT 'END';")


def test_a_broken_file_is_read_as_far_as_it_goes(tmp_path) -> None:
    path = tmp_path / "chat.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 500)
    with closing(sqlite3.connect(path)) as connection:
        found = introspect.read(connection)
    assert found.tables == {}
    assert found.damage[0].startswith("cannot read sqlite_master: ")
    assert introspect.differences(tahoe(), found)[0].kind == "missing table"


def test_a_damaged_master_is_read_without_raising(tmp_path) -> None:
    path = tmp_path / "chat.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a TEXT)")
        connection.execute("CREATE INDEX i ON t (a)")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = 'CREATE TABLE' WHERE name = 't'"
        )
        connection.commit()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found = introspect.read(connection)
    assert found.damage
    assert "malformed" in found.damage[0]


def test_reading_writes_nothing(tmp_path) -> None:
    path = tmp_path / "chat.db"
    with closing(sqlite3.connect(path)) as connection:
        for statement in tahoe().ddl():
            connection.execute(statement)
        connection.commit()
    before = path.read_bytes()
    uri = f"file:{path}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        found = introspect.read(connection)
        assert connection.total_changes == 0
    assert introspect.differences(tahoe(), found) == []
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_closest_names_the_release_of_a_changed_file() -> None:
    changed = schema.get("sequoia").evolve(drop_indexes=["message_idx_date"])
    best, left = introspect.closest(introspect.structure_of(changed))
    assert best is schema.get("sequoia")
    assert [str(each) for each in left] == [
        "missing index message_idx_date (on message)"
    ]


@pytest.mark.parametrize("layout", ["fresh", "migrated"])
@pytest.mark.parametrize("name", schema.RELEASES)
def test_closest_has_the_fewest_differences_of_all(name, layout) -> None:
    """Most releases are told by their names alone, without their structure."""
    known = schema.get(name, layout=layout)
    changed = known.evolve(
        drop_columns={"message": ["subject"]}, drop_indexes=["message_idx_date"]
    )
    bare = replace(known, triggers={}, indexes={})
    join = "message_attachment_join"
    few = replace(
        known,
        tables={n: each for n, each in known.tables.items() if n != join},
        indexes={n: each for n, each in known.indexes.items() if each.table != join},
        triggers={n: each for n, each in known.triggers.items() if each.table != join},
    )
    every = [
        schema.get(each, layout=way)
        for way in ("fresh", "migrated")
        for each in schema.RELEASES
    ]
    for given in (known, changed, bare, few):
        actual = introspect.structure_of(given)
        best, left = introspect.closest(actual)
        assert best is known or given in (bare, few)
        counted = {each: len(introspect.differences(each, actual)) for each in every}
        assert len(left) == min(counted.values())
        assert best is min(counted, key=counted.__getitem__)
        for each, number in counted.items():
            assert introspect._least(each, actual) <= number


@pytest.mark.parametrize(
    ("sql", "normal"),
    [
        ("a  =\n 'x  y' -- no\n;", "a = 'x  y' ;"),
        ("f(a,b)<>c", "f ( a , b ) <> c"),
        ('/* no */ a||"b c"', 'a || "b c"'),
        ("'it''s' /* open", "'it''s'"),
    ],
)
def test_normal_sql(sql, normal) -> None:
    assert sqltext.normal(sql) == normal


def test_a_trigger_that_cannot_be_read_is_all_body() -> None:
    parts = sqltext.trigger_parts("CREATE  TRIGGER of nothing")
    assert parts == ("", "", (), None, "CREATE TRIGGER of nothing")


def test_diff_of_sonoma_and_sequoia_says_what_came() -> None:
    text = describe.diff(schema.get("sonoma"), schema.get("sequoia"))
    lines = text.splitlines()
    assert lines[0] == "macOS 14 Sonoma (fresh) -> macOS 15 Sequoia (fresh)"
    assert "+ feature send_later" in lines
    assert "~ property _ClientVersion = 18020 (was 17014)" in lines
    assert "+ column message: associated_message_emoji TEXT DEFAULT NULL" in lines
    assert "+ column message: date_recovered INTEGER DEFAULT 0" in lines
    assert (
        "- index message_idx_associated_message ON message(associated_message_guid)"
        in (lines)
    )
    assert any(
        line.startswith("+ table scheduled_messages_pending_cloudkit_delete (ROWID ")
        for line in lines
    )
    assert any(
        line.startswith(
            "~ index condition of message_idx_undelivered_one_to_one_imessage is "
        )
        and line.endswith("item_type == 0")
        for line in lines
    )
    assert not any("trigger" in line for line in lines)
    back = describe.diff(schema.get("sequoia"), schema.get("sonoma"))
    assert "- feature send_later" in back
    assert "+ index message_idx_associated_message ON" in back


def test_diff_shows_triggers_and_notes() -> None:
    text = describe.diff(schema.get("tahoe"), schema.get("golden-gate"))
    assert "note: golden-gate: composed" in text
    text = describe.diff(schema.get("sequoia"), schema.get("tahoe"))
    assert "+ trigger verify_chat_insert BEFORE INSERT ON chat BEGIN" in text
    assert "~ unique of message_processing_task is ((ROWID), (guid)), was" in text


def test_show_lists_everything() -> None:
    for name in schema.RELEASES:
        wanted = schema.get(name)
        text = describe.show(wanted)
        assert text.startswith(
            f"{wanted.title} ({name}, fresh), seen on {wanted.macos}\n"
        )
        for table in wanted.tables.values():
            assert f"\ntable {table.name}\n" in text
            assert all(f"\n    {column.sql()}\n" in text for column in table.columns)
        for index in wanted.indexes:
            assert f"\n  index {index} ON " in text
        for trigger in wanted.triggers:
            assert f"\n  trigger {trigger} " in text


def test_as_json_is_plain() -> None:
    plain = json.loads(json.dumps(describe.as_json(tahoe())))
    assert plain["name"] == "tahoe"
    assert plain["tables"]["message"]["columns"][1]["name"] == "guid"
    assert plain["indexes"]["sqlite_autoindex_message_1"]["origin"] == "u"
    assert plain["triggers"]["verify_chat_insert"]["timing"] == "BEFORE"
    assert plain["internal_tables"] == ["sqlite_sequence", "sqlite_stat1"]
    assert "polls" in plain["features"]
    assert len(plain["ddl"]) == 23 + 1 + 53 + 27
