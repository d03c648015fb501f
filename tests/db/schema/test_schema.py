"""Every release's file is held against the facts of real files of that release."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema import introspect, parse
from pytest_imessage_foundry.db.schema.declarations import quote
from pytest_imessage_foundry.db.schema.definition import Schema
from pytest_imessage_foundry.errors import FoundryError, UnknownReleaseError

MANIFESTS = Path(__file__).parents[1] / "manifests"
COMPOSED = ("golden-gate",)  # of several sources: test_golden_gate.py has its facts
WHOLE = tuple(name for name in schema.RELEASES if name not in COMPOSED)


def manifest(name: str) -> dict[str, Any]:
    path = MANIFESTS / f"{name}.json"
    assert path.exists(), f"{path.name} must state what a real file of {name} holds"
    return json.loads(path.read_text(encoding="utf-8"))


def build(wanted: Schema, path: Path | str = ":memory:") -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    for statement in wanted.ddl():
        connection.execute(statement)
    connection.commit()
    return connection


def bare(sql: str | None) -> str | None:
    """SQL without white space; the manifests keep a `where` as Apple typed it."""
    if sql is None:
        return None
    return re.sub(r"\s+", "", sql).replace(")where", ")WHERE")


@pytest.fixture(scope="module", params=WHOLE)
def release(request, tmp_path_factory):
    """A release's manifest and the structure of a real file built from its schema."""
    path = tmp_path_factory.mktemp("schema") / "chat.db"
    with closing(build(schema.get(request.param), path)):
        pass
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield manifest(request.param), introspect.read(connection)


def test_every_table_is_as_in_the_manifest(release) -> None:
    facts, found = release
    assert found.damage == ()
    assert sorted(found.tables) == sorted(facts["tables"])
    for name, table in facts["tables"].items():
        built = found.tables[name]
        assert [vars(column) for column in built.columns] == table["columns"], name
        assert list(built.foreign_keys) == table["foreign_keys"], name
        assert [list(names) for names in built.unique] == table["unique"], name
        assert list(built.primary_key) == table["primary_key"], name
        assert list(built.check) == table["check"], name
        assert built.autoincrement is table["autoincrement"], name
        assert built.without_rowid is table["without_rowid"], name
        assert bare(built.sql) == bare(table["sql"]), name


def test_every_index_is_as_in_the_manifest(release) -> None:
    facts, found = release
    assert sorted(found.indexes) == sorted(facts["indexes"])
    for name, index in facts["indexes"].items():
        built = found.indexes[name]
        assert built.table == index["table"], name
        assert list(built.columns) == index["columns"], name
        # The manifests state directions only where one is DESC.
        directions = index["desc"] or [False] * len(index["columns"])
        assert list(built.desc) == directions, name
        assert built.unique is index["unique"], name
        assert built.origin == index["origin"], name
        assert (built.where is not None) is index["partial"], name
        assert built.where == index["where"], name
        assert bare(built.sql) == bare(index["sql"]), name


def test_every_trigger_is_as_in_the_manifest(release) -> None:
    facts, found = release
    assert sorted(found.triggers) == sorted(facts["triggers"])
    for name, trigger in facts["triggers"].items():
        built = vars(found.triggers[name])
        of = trigger["of_columns"]
        assert built == {**trigger, "of_columns": tuple(of or ())}, name


def test_the_file_is_as_in_the_manifest(release) -> None:
    facts, found = release
    assert sorted(found.internal_tables) == sorted(facts["internal_tables"])
    assert list(found.views) == []
    keys = ("page_size", "encoding", "user_version", "application_id", "auto_vacuum")
    for key in keys if facts["file_properties"] else ():
        assert found.file_properties[key] == facts["file_properties"][key]
    counts = facts["counts"]
    assert len(found.tables) == counts["tables"]
    assert sum(len(t.columns) for t in found.tables.values()) == counts["columns"]
    created = [index for index in found.indexes.values() if index.origin == "c"]
    assert len(created) == counts["indexes_created"]
    assert len(found.triggers) == counts["triggers"]


def test_tables_stand_in_the_order_of_the_file_where_that_is_known(release) -> None:
    facts, found = release
    if facts["master_order_is_real"]:
        assert list(found.tables) == list(facts["tables"])


@pytest.mark.parametrize("name", WHOLE)
def test_client_version_is_what_was_seen(name) -> None:
    seen = (manifest(name)["file_properties"] or {}).get("_ClientVersion", "")
    ours = schema.get(name).properties["_ClientVersion"]
    if re.match(r"\d{5} ?(seen|$)", seen):
        assert ours == seen[:5]
    assert ours[:2] == {"so": "17", "se": "18", "ta": "19"}[name[:2]]


@pytest.mark.parametrize("name", schema.RELEASES)
def test_migrated_is_the_same_release_in_an_old_file(name) -> None:
    fresh, old = schema.get(name), schema.get(name, layout="migrated")
    kept = {
        "message": {"sr_ck_sync_state", "sr_ck_record_id", "sr_ck_record_change_tag"},
        "chat": {"sr_server_change_token", "sr_ck_sync_state", "sr_cloudkit_record_id"},
        "attachment": {
            "sr_ck_record_id",
            "sr_ck_sync_state",
            "sr_ck_server_change_token_blob",
        },
    }
    assert list(old.tables) == list(fresh.tables)
    for table, columns in fresh.tables.items():
        names = old.tables[table].column_names
        assert len(names) == len(set(names))
        assert set(names) == set(columns.column_names) | kept.get(table, set())
    message = old.tables["message"]
    for column in (
        "associated_message_guid",
        "balloon_bundle_id",
        "expressive_send_style_id",
    ):
        assert message.column(column).sql() == f"{column} STRING DEFAULT NULL"
    assert message.column("other_handle").default == "-1"
    assert message.column("date_edited").default == "0"
    attachment = old.tables["attachment"]
    assert attachment.column("total_bytes").default == "-1"
    assert attachment.column("original_guid").sql() == "original_guid TEXT"
    assert (old.indexes, old.triggers) == (fresh.indexes, fresh.triggers)
    with closing(build(old)) as connection:
        best, left = introspect.closest(introspect.read(connection))
    assert (best.name, best.layout, left) == (name, "migrated", [])


def test_migrated_sequoia_has_the_order_of_the_dumped_file() -> None:
    names = schema.get("sequoia", layout="migrated").tables["message"].column_names
    assert len(names) == 95
    assert names[51:57] == (
        "associated_message_guid",
        "balloon_bundle_id",
        "payload_data",
        "associated_message_type",
        "expressive_send_style_id",
        "associated_message_range_location",
    )
    assert names[-3:] == (
        "schedule_state",
        "sent_or_received_off_grid",
        "date_recovered",
    )
    tahoe = schema.get("tahoe", layout="migrated").tables["message"].column_names
    assert tahoe[:95] == names
    assert tahoe[95:] == ("is_time_sensitive", "ck_chat_id", "index_state")


@pytest.mark.parametrize("name", schema.RELEASES)
def test_fresh_is_recognised(name) -> None:
    with closing(build(schema.get(name))) as connection:
        best, left = introspect.closest(introspect.read(connection))
    assert (best.name, best.layout, left) == (name, "fresh", [])


def test_features_grow_with_the_releases() -> None:
    sets = [schema.get(name).features for name in schema.RELEASES]
    assert [len(features) for features in sets] == [8, 16, 16, 23, 24, 25]
    assert all(old <= new for old, new in pairwise(sets))
    assert sets[4] - sets[3] == {"index_state"}
    assert sets[5] - sets[4] == {"filter_actions"}
    assert "polls" not in sets[2]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        *((name, name) for name in schema.RELEASES),
        ("Sonoma", "sonoma"),
        (" TAHOE ", "tahoe"),
        ("14", "sonoma"),
        ("14.5", "sonoma"),
        ("15.2", "sequoia-15.2"),
        ("15.3.1", "sequoia-15.2"),
        ("15", "sequoia"),
        ("15.6", "sequoia"),
        ("15.21", "sequoia"),
        ("26", "tahoe"),
        ("26.0", "tahoe-26.0"),
        ("26.0.1", "tahoe-26.0"),
        ("26.5.2", "tahoe"),
        ("27", "golden-gate"),
    ],
)
def test_resolve(word, name) -> None:
    assert schema.resolve(word) == name
    assert schema.get(word) is schema.get(name)


@pytest.mark.parametrize("word", ["ventura", "13", "28", "", "14.", "150", "26.x"])
def test_resolve_names_the_candidates(word) -> None:
    with pytest.raises(UnknownReleaseError) as caught:
        schema.resolve(word)
    assert str(caught.value) == (
        f"unknown macOS release {word!r} (choose from sonoma, sequoia-15.2, sequoia, "
        "tahoe-26.0, tahoe, golden-gate, all)"
    )


def test_all_is_several_releases() -> None:
    assert schema.select("ALL") == schema.ALL
    assert set(schema.ALL) < set(schema.RELEASES)
    assert schema.select("26.0.1") == ("tahoe-26.0",)
    with pytest.raises(UnknownReleaseError, match="'all' is no single macOS release"):
        schema.resolve("all")


def test_a_user_s_own_release_is_found_by_name() -> None:
    own = schema.get("tahoe").evolve(
        name="Tahoe-Beta", add_columns={"message": "is_new INTEGER DEFAULT 0"}
    )
    extra = {"Tahoe-Beta": own}
    assert schema.get("tahoe-beta", extra=extra) is own
    old = schema.get("tahoe-beta", extra=extra, layout="migrated")
    assert old.tables["message"].column_names[-1] == "is_new"
    assert introspect.differences(own, introspect.structure_of(own)) == []
    best, left = introspect.closest(introspect.structure_of(own), extra)
    assert (best.name, left) == ("Tahoe-Beta", [])
    with pytest.raises(UnknownReleaseError, match="golden-gate, Tahoe-Beta, all"):
        schema.resolve("ventura", extra)


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(FoundryError, match="unknown layout 'old'"):
        schema.get("tahoe", layout="old")  # type: ignore[arg-type]


def test_a_schema_cannot_be_changed_in_place() -> None:
    with pytest.raises(TypeError):
        schema.get("tahoe").tables["message"] = None  # type: ignore[index]
    assert schema.get("sonoma") is schema.get("sonoma")


def test_evolve_adds_changes_moves_and_drops() -> None:
    sonoma = schema.get("sonoma")
    later = sonoma.evolve(
        name="later",
        features="polls",
        drop_features="check_in",
        properties={"_ClientVersion": "20001"},
        add_tables="""
            pair
                a INTEGER REFERENCES chat (ROWID) ON DELETE SET NULL
                b TEXT DEFAULT 'x'
                PRIMARY KEY (a, b)
                CHECK (a != 0)

            single
                order INTEGER
        """,
        drop_tables=["kvtable"],
        drop_triggers=["update_last_failed_message_date"],
        replace_tables="""
            deleted_messages
                guid TEXT NOT NULL
        """,
        drop_columns={"handle": ["uncanonicalized_id"]},
        change_columns={"handle": "after ROWID: service TEXT"},
        add_columns={"handle": "after id: note TEXT\nlast BLOB"},
        change_indexes="message_idx_date ON message(date DESC)",
        add_indexes="UNIQUE only_one ON pair(b) WHERE b IS NOT NULL",
        add_triggers="""
            noticed AFTER UPDATE OF id, note ON handle WHEN NEW.id IS NULL BEGIN
                SELECT 1;
            END
        """,
    )
    assert later.tables["handle"].column_names == (
        *("ROWID", "service", "id", "note", "country", "person_centric_id", "last"),
    )
    assert "kvtable" not in later.tables
    assert later.features == (sonoma.features | {"polls"}) - {"check_in"}
    assert later.properties["_ClientVersion"] == "20001"
    assert list(later.tables)[-2:] == ["pair", "single"]
    found = introspect.structure_of(later)
    assert found.tables["pair"].check == ("a != 0",)
    assert found.tables["pair"].primary_key == ("a", "b")
    assert found.tables["pair"].foreign_keys[0]["on_delete"] == "SET NULL"
    assert [each.name for each in found.tables["single"].columns] == ["order"]
    assert found.indexes["only_one"].unique
    assert found.indexes["message_idx_date"].desc == (True,)
    assert found.triggers["noticed"].of_columns == ("id", "note")
    assert sonoma == schema.get("sonoma")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"add_columns": {"message": "text TEXT"}},
            "x: column message.text cannot be added: it is there already",
        ),
        (
            {"add_columns": {"messages": "extra TEXT"}},
            "x: table messages cannot be changed: there is none",
        ),
        (
            {"add_columns": {"message": "after nothing: extra TEXT"}},
            "x: column message.nothing cannot be followed: there is none",
        ),
        (
            {"change_columns": {"message": "extra TEXT"}},
            "x: column message.extra cannot be changed: there is none",
        ),
        (
            {"drop_columns": {"message": ["extra"]}},
            "x: column message.extra cannot be dropped: there is none",
        ),
        (
            {"drop_columns": {"message": ["date"]}},
            "x: index message_idx_date names message.date, which is not there",
        ),
        (
            {"drop_tables": ["extra"]},
            "x: table extra cannot be dropped: there is none",
        ),
        (
            {"add_tables": "chat\n  guid TEXT"},
            "x: table chat cannot be added: it is there already",
        ),
        (
            {"table_order": "chat extra"},
            "x: table extra cannot be put in order: there is none",
        ),
        (
            {"drop_indexes": ["extra"]},
            "x: index extra cannot be dropped: there is none",
        ),
        (
            {"change_indexes": "extra ON message(text)"},
            "x: index extra cannot be changed: there is none",
        ),
        (
            {"add_indexes": "message_idx_date ON message(text)"},
            "x: index message_idx_date cannot be added: it is there already",
        ),
        (
            {"add_indexes": "extra ON nowhere(text)"},
            "x: index extra is on table nowhere, which is not there",
        ),
        (
            {"add_triggers": "t AFTER UPDATE OF no ON chat BEGIN SELECT 1; END"},
            "x: trigger t names chat.no, which is not there",
        ),
        (
            {"drop_triggers": ["extra"]},
            "x: trigger extra cannot be dropped: there is none",
        ),
        (
            {"add_tables": "extra\n  a TEXT\n  UNIQUE (b)"},
            "x: UNIQUE of extra names extra.b, which is not there",
        ),
        (
            {"add_column": {}},
            "sonoma: unknown change add_column (choose from name, title, ",
        ),
        (
            {"add_columns": {"message": "extra TEXT SOMETIMES"}},
            "cannot read this as a schema's column: 'extra TEXT SOMETIMES'",
        ),
        (
            {"add_indexes": "extra message(text)"},
            "cannot read this as a schema's index: 'extra message(text)'",
        ),
        (
            {"add_triggers": "extra AFTER LUNCH ON chat"},
            "cannot read this as a schema's trigger: 'extra AFTER LUNCH ON chat'",
        ),
    ],
)
def test_evolve_says_what_cannot_be(changes, message) -> None:
    with pytest.raises(FoundryError) as caught:
        schema.get("sonoma").evolve(**{"name": "x", **changes})
    assert str(caught.value).startswith(message)


def test_an_index_may_name_only_a_rowid_that_is_declared() -> None:
    more = schema.get("tahoe").evolve(add_indexes="more ON chat(style, rowid)")
    assert introspect.structure_of(more).indexes["more"].columns == ("style", "ROWID")
    with pytest.raises(FoundryError, match=r"names chat_service\.rowid"):
        schema.get("tahoe").evolve(add_indexes="more ON chat_service(chat, rowid)")


def test_dropping_a_table_takes_its_indexes_and_triggers_along() -> None:
    less = schema.get("sonoma").evolve(drop_tables=["attachment"])
    assert "attachment_idx_purged_attachments_v2" not in less.indexes
    assert "after_delete_on_attachment" not in less.triggers
    assert "after_delete_on_message" in less.triggers


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("guid", "guid"),
        ("_SqliteDatabaseProperties", "_SqliteDatabaseProperties"),
        ("replace", "replace"),
        ("order", '"order"'),
        ("Group", '"Group"'),
        ("two words", '"two words"'),
        ('a"b', '"a""b"'),
        ("1st", '"1st"'),
    ],
)
def test_quote(name, quoted) -> None:
    assert quote(name) == quoted
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t ({quote(name)} TEXT)")
        [column] = connection.execute("PRAGMA table_info(t)").fetchall()
    assert column[1] == name


def test_text_is_read_with_continued_lines() -> None:
    found = parse.indexes("""
        one ON t(a,
            b DESC)
            WHERE a = 1
        two ON t(c)
    """)
    assert found["one"].sql() == "CREATE INDEX one ON t(a, b DESC) WHERE a = 1"
    assert list(found) == ["one", "two"]


def test_a_release_s_file_is_imported_only_when_it_is_asked_for() -> None:
    code = (
        "import sys\n"
        "from pytest_imessage_foundry.db import schema\n"
        "schema.resolve('27'); schema.RELEASES\n"
        "here = schema.__name__\n"
        "assert not [m for m in sys.modules if m.startswith(here + '.')]\n"
        "schema.get('sonoma').ddl()\n"
        "assert here + '.sonoma' in sys.modules\n"
        "assert here + '.sequoia' not in sys.modules\n"
        "assert 'sqlite3' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
