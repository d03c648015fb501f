"""A release out of a file: what is read, what is refused, and that nothing is left."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import builder, schema, validators, version_detect
from pytest_imessage_foundry.db.schema import introspect, reading, release_file
from pytest_imessage_foundry.db.schema.definition import Schema
from pytest_imessage_foundry.errors import FoundryError, UnreadableFileError
from pytest_imessage_foundry.order import Materials, Order
from pytest_imessage_foundry.spec import Spec

LAYOUTS = ("fresh", "migrated")
SINCE_14 = ("is_critical", "is_kt_verified", "is_sos", "is_stewie")


def text_of(wanted: Schema) -> str:
    """What the sqlite3 shell's `.schema` prints of a file of the schema."""
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in wanted.ddl():
            connection.execute(statement)
        return "".join(f"{sql};\n" for (sql,) in connection.execute(query))


def build_kinds(path, wanted: Schema):
    """A file of every kind of content, as rich in values as ours are."""
    spec = Spec(release=wanted.name, scenario="kinds")
    chats = catalogue.conversations(spec, wanted)
    people = catalogue.people(spec, wanted)
    builder.build(path, wanted, chats, owner=people[0], people=people)
    return path


@pytest.fixture(scope="module")
def kinds_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("read") / "chat.db"
    return build_kinds(path, schema.get("tahoe"))


# --- what is read -----------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", schema.RELEASES)
def test_each_release_comes_back_out_of_its_text_and_its_manifest(name, layout):
    wanted = schema.get(name, layout=layout)
    found = reading.read_text(text_of(wanted).encode(), "a test", "own-1.2")
    assert (found.nearest, found.differences) == (wanted, [])
    again = release_file.parsed(release_file.dumped(found.schema, wanted), "a test")
    for read in (found.schema, again):
        assert introspect.differences(wanted, introspect.structure_of(read)) == []
        assert read.tables == wanted.tables
        assert read.features == wanted.features
        assert read.properties == wanted.properties
        assert read.internal_tables == wanted.internal_tables
        assert (read.name, read.macos, read.layout) == ("own-1.2", "1.2", "as read")


def test_a_database_is_read_as_its_text_is(kinds_file):
    tahoe = schema.get("tahoe")
    found = reading.read(kinds_file)
    assert found.schema.tables == tahoe.tables
    assert found.schema.indexes == tahoe.indexes
    assert found.schema.triggers == tahoe.triggers
    assert (found.nearest, found.differences) == (tahoe, [])
    assert found.schema.name == "tahoe-as-read"


def test_no_value_of_any_row_is_in_the_manifest(kinds_file):
    found = reading.read(kinds_file, "tahoe-26.3")
    manifest = release_file.dumped(found.schema, found.nearest)
    declared = " ".join(schema.get("tahoe").ddl())
    looked_at, told = 0, set()
    with closing(sqlite3.connect(f"file:{kinds_file}?immutable=1", uri=True)) as db:
        for table in found.schema.tables:
            for row in db.execute(f'SELECT * FROM "{table}"').fetchall():
                for value in row:
                    text = value.hex() if isinstance(value, bytes) else str(value)
                    # A word that the schema itself has (iMessage) says nothing.
                    if len(text) > 3 and (text in told or text not in declared):
                        assert text in told or text not in manifest, (table, text)
                        told.add(text)
                        looked_at += 1
    assert looked_at > 5_000
    assert str(kinds_file.parent) not in manifest


def test_a_release_that_is_new_is_built_from_its_manifest_alone(tmp_path):
    """What a point release may bring, through text and manifest to a valid file."""
    new = schema.get("tahoe").evolve(
        name="new",
        add_tables="""
            spotted
                ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE
                chat INTEGER NOT NULL REFERENCES chat (ROWID) ON DELETE CASCADE
        """,
        add_columns={"message": "after guid: is_spotted INTEGER DEFAULT 0"},
        drop_columns={"attachment": ["is_commsafety_sensitive"]},
        add_indexes="message_idx_spotted ON message(is_spotted) WHERE is_spotted = 1",
        drop_indexes=["handle_idx_id"],
    )
    path = tmp_path / "tahoe-26.9.json"
    found = reading.read_text(text_of(new).encode(), "a test", "tahoe-26.9")
    assert {each.name for each in found.differences} == {
        *("spotted", "message.is_spotted", "attachment.is_commsafety_sensitive"),
        *("message_idx_spotted", "handle_idx_id"),
    }
    path.write_text(release_file.dumped(found.schema, found.nearest))
    own = release_file.load(path)
    file = build_kinds(tmp_path / "chat.db", own)
    report = validators.validate(file, release=own.name, extra={own.name: own})
    assert report.ok, list(map(str, report.findings))
    assert report.differences == ()
    assert not validators.validate(file, release="tahoe").ok


@pytest.mark.parametrize(
    ("name", "without", "feature"),
    [
        ("tahoe", {"drop_tables": ["index_state_metrics"]}, "index_state"),
        ("tahoe", {"drop_tables": ["chat_lookup"]}, "chat_lookup"),
        (
            "sequoia",
            {"drop_columns": {"message": ["associated_message_emoji"]}},
            "emoji_tapbacks",
        ),
    ],
)
def test_content_that_a_file_cannot_hold_is_left_out(tmp_path, name, without, feature):
    if feature == "index_state":
        triggers = schema.get(name).triggers
        without = without | {"drop_triggers": [t for t in triggers if "index_m" in t]}
    less = schema.get(name).evolve(name="less", **without)
    found = reading.read_text(text_of(less).encode(), "a test").schema
    assert schema.get(name).features - found.features == {feature}
    report = validators.validate(
        build_kinds(tmp_path / "chat.db", found),
        release=found.name,
        extra={found.name: found},
    )
    assert report.ok, list(map(str, report.findings))


def test_what_the_form_cannot_say_is_kept_as_it_stands():
    odd = {
        "a": "CREATE TABLE a (x VARCHAR(20) COLLATE NOCASE, y DEFAULT 'a, b')",
        "b": "CREATE TABLE b (k TEXT PRIMARY KEY, v) WITHOUT ROWID",
        "c": 'CREATE TABLE "c" ("order" TEXT, [x y] INTEGER, UNIQUE ("order"))',
        "d": "CREATE TABLE d (a, b, FOREIGN KEY (a, b) REFERENCES e (x, y))",
        "e": "CREATE TABLE e (x INTEGER DEFAULT (1 + 2), y REAL CHECK (y > 0.5))",
    }
    more = "CREATE UNIQUE INDEX i ON b(lower(v) DESC, k) WHERE v IS NOT NULL"
    tahoe = schema.get("tahoe")
    text = text_of(tahoe) + ";\n".join([*odd.values(), more]) + ";\n"
    found = reading.read_text(text.encode(), "a test").schema
    assert {name for name, table in found.tables.items() if table.verbatim} == {*odd}
    again = release_file.parsed(release_file.dumped(found, tahoe), "a test")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(re.sub("CREATE TABLE sqlite_.*\n", "", text))
        told = introspect.read(connection)
    for read in (found, again):
        assert introspect.differences(read, told) == []
    with pytest.raises(FoundryError, match="table a cannot be changed"):
        found.evolve(name="x", add_columns={"a": "z TEXT"})


def test_text_may_come_as_shells_write_it():
    """With comments, quotes, `IF NOT EXISTS`, SQLite's own tables, rows of a dump."""
    tahoe = schema.get("tahoe")
    text = text_of(tahoe).replace("CREATE TABLE chat ", 'CREATE TABLE "chat" ')
    text = text.replace("CREATE TABLE handle", "CREATE TABLE IF NOT EXISTS handle")
    text = text.replace(" BEGIN ", " BEGIN -- as it was; ever\n  ", 3)
    text = (
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n"
        f"CREATE TABLE x1 (a); CREATE TABLE x2 (b);{text}"
        "INSERT INTO message VALUES(1,'a CREATE TABLE x (y); in a message');\n"
        "/* No STAT tables available */\nCREATE VIEW v AS SELECT 1;\nCOMMIT;\n"
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        found = reading.read_text(text.encode(encoding), "a test")
        own = {k: v for k, v in found.schema.tables.items() if k[0] != "x"}
        assert (found.nearest, own) == (tahoe, tahoe.tables)
        assert len(found.schema.tables) == len(own) + 2
        assert found.schema.triggers == tahoe.triggers
        assert found.schema.internal_tables == ("sqlite_sequence", "sqlite_stat1")


def test_a_pipe_is_read_like_a_file(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    text = text_of(schema.get("sonoma")).encode()
    writer = threading.Thread(target=path.write_bytes, args=[text])
    writer.start()
    found = reading.read(path)
    writer.join()
    assert found.nearest.name == "sonoma"


# --- the file is left as it is ----------------------------------------------------


@pytest.mark.parametrize("has_wal", [False, True])
def test_the_file_is_not_changed_and_nothing_is_left_beside_it(
    kinds_file, tmp_path, has_wal
):
    path = Path(shutil.copyfile(kinds_file, tmp_path / "chat.db"))
    with closing(sqlite3.connect(path)) as other:
        if has_wal:
            other.execute("PRAGMA wal_autocheckpoint = 0").close()
            other.execute("CREATE TABLE later (a TEXT)")
            other.commit()
        before = {each: each.read_bytes() for each in tmp_path.iterdir()}
        times = {each: each.stat().st_mtime_ns for each in before}
        found = reading.read(path)
        assert ("later" in found.schema.tables) is has_wal
        assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before
        assert {each: each.stat().st_mtime_ns for each in before} == times


# --- what is refused --------------------------------------------------------------


def older() -> Schema:
    """About what macOS 13 has."""
    columns = [*SINCE_14, "bia_reference_id", "fallback_hash"]
    return schema.get("sonoma").evolve(
        name="older",
        drop_columns={"message": columns},
        drop_tables=["chat_recoverable_message_join", "recoverable_message_part"],
        drop_triggers=[
            name
            for name, each in schema.get("sonoma").triggers.items()
            if "recoverable" in each.sql()
            and each.table not in ("chat_recoverable_message_join",)
            and each.table != "recoverable_message_part"
        ],
    )


WHOLE = text_of(schema.get("sonoma"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"hello\n", "there is no schema in it"),
        (b"SELECT 1;\n-- CREATE TABLE a (b);\n", "there is no schema in it"),
        (b"CREATE TABLE a (b);", "no table message"),
        (WHOLE.replace("CREATE TABLE handle (", "CREATE TABLE hand (").encode(), "no "),
        (b"\x00\x01\x02 not text", "not a SQLite database"),
        (random.Random(1).randbytes(8192), "it looks encrypted"),
        (b"SQLite format 3\0" + bytes(200), "SQLite cannot read the database"),
        (text_of(older()).encode(), "older than macOS 14"),
        (WHOLE.replace("CREATE TABLE kv", "CREATE TABLE (kv").encode(), "understand"),
        (
            WHOLE.replace(
                "CREATE TABLE deleted_messages", "CREATE TABLE gone_messages"
            ).encode(),
            "not whole: it has no table deleted_messages",
        ),
        (b"{}", "its format is not"),
        (b"{", "it is no JSON"),
    ],
)
def test_what_is_no_schema_is_named(tmp_path, content, message):
    path = tmp_path / "chat.db"
    path.write_bytes(content)
    with pytest.raises(FoundryError, match=message) as caught:
        reading.read(path)
    assert str(path) in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["chat.db"]
    assert path.read_bytes() == content


def test_an_old_database_is_named_as_such(tmp_path):
    path = tmp_path / "chat.db"
    with closing(sqlite3.connect(path)) as connection:
        for statement in older().ddl():
            connection.execute(statement)
        connection.commit()
    with pytest.raises(FoundryError, match="older than macOS 14"):
        reading.read(path)
    assert "older than macOS 14" in version_detect.detect_file(path).notice
    report = validators.validate(path)
    assert report.is_older
    assert "older than macOS 14" in str(report.of("structure")[0])
    assert len(report.of("structure")) == 1
    # The file here is in no WAL mode, and has no properties.
    assert report.ok
    assert {each.check for each in report.findings} == {"structure", "file"}
    # Whoever names a release has it compared with that.
    assert len(validators.validate(path, release="sonoma").differences) > 5


def test_a_directory_and_what_is_not_there(tmp_path):
    with pytest.raises(UnreadableFileError, match="a directory is no database"):
        reading.read(tmp_path)
    with pytest.raises(UnreadableFileError, match="there is no such file"):
        reading.read(tmp_path / "none")


def manifest() -> dict:
    tahoe = schema.get("tahoe")
    return release_file.as_json(release_file.named(tahoe, "own", tahoe), tahoe)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "its format is not"),
        ({"name": "tahoe"}, "is a release of its own already"),
        ({"name": "../x"}, "cannot be the name of a release"),
        ({"name": "all"}, "cannot be the name of a release"),
        ({"name": 3}, "a value is of the wrong kind"),
        ({"like": "ventura"}, "unknown macOS release 'ventura'"),
        ({"page_size": "4096"}, "a value is of the wrong kind"),
        ({"page_size": 1000}, "a value is of the wrong kind"),
        ({"tables": []}, "a value is of the wrong kind"),
        ({"tables": {"message": "guid TEXT"}}, "a value is of the wrong kind"),
        ({"indexes": {"x": "CREATE INDEX x ON nowhere(a)"}}, "no such table"),
        ({"triggers": {"x": "DROP TABLE message"}}, "does not create trigger x"),
        ({"indexes": {"x": "CREATE TABLE x (a)"}}, "does not create index x"),
        ({"tables": {"x": ["a); DROP TABLE x; --"]}}, "one statement at a time"),
        ({"more": 1}, "more is missing or unknown"),
    ],
)
def test_a_manifest_that_is_wrong_is_named(tmp_path, change, message):
    path = tmp_path / "own.json"
    path.write_text(json.dumps(manifest() | change))
    with pytest.raises(FoundryError, match=message) as caught:
        release_file.load(path)
    assert str(path) in str(caught.value)


def test_a_manifest_without_a_part_is_named(tmp_path):
    path = tmp_path / "own.json"
    found = manifest()
    del found["triggers"]
    path.write_text(json.dumps(found))
    with pytest.raises(FoundryError, match="triggers is missing or unknown"):
        release_file.load(path)
    with pytest.raises(FoundryError, match="cannot read a schema: No such file"):
        release_file.load(tmp_path / "none.json")
    path.write_bytes(b"\xff\xff")
    with pytest.raises(FoundryError, match="it is no text"):
        release_file.load(path)


def test_a_column_of_which_nothing_is_known_hinders_building_alone():
    tahoe = schema.get("tahoe")
    release_file.check_can_be_built(tahoe, "a test")
    new = tahoe.evolve(name="new", add_columns={"message": "must TEXT NOT NULL"})
    with pytest.raises(FoundryError, match=r"message\.must must have a value"):
        release_file.check_can_be_built(new, "a test")
    other = tahoe.evolve(
        name="new",
        add_tables="own\n  must TEXT NOT NULL",
        add_columns={"chat": "a INTEGER NOT NULL DEFAULT 0"},
    )
    release_file.check_can_be_built(other, "a test")


def test_a_template_is_not_taken_for_that_of_another_schema_of_the_same_name():
    """Equal statements, and other properties: `like` of the manifest was changed."""
    tahoe, sequoia = schema.get("tahoe"), schema.get("sequoia")
    found = {
        Order(Spec(release="own"), Materials(schemas=(own,))).fingerprint
        for own in (
            release_file.named(tahoe, "own", tahoe),
            release_file.named(tahoe, "own", sequoia),
        )
    }
    assert len(found) == 2
