"""Readings: one for each row that a file holds, as the contract states them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.chatdb import truth
from pytest_imessage_foundry.foundry import ChatDB, Order, forge
from pytest_imessage_foundry.scorecard import reading_lines, reading_schema, shown_kinds
from pytest_imessage_foundry.scorecard.readings import READINGS
from pytest_imessage_foundry.spec import Spec

pytestmark = pytest.mark.sweep

RELEASES = ("sonoma", "sequoia", "tahoe", "golden-gate")


def select(db: ChatDB, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def lines(db: ChatDB) -> list[dict[str, Any]]:
    return [reading_lines.plain_data(each) for each in db.readings()]


@pytest.mark.parametrize(
    ("scenario", "messages"), [("kinds", None), ("default", None), ("lived-in", 3_000)]
)
@pytest.mark.parametrize("release", RELEASES)
def test_there_is_one_for_each_row_under_its_rowid(built, release, scenario, messages):
    db = built(release, scenario, messages)
    found = lines(db)
    listed = {
        name: [(e["guid"], e["rowid"]) for e in found if (e["kind"] == "chat") is chat]
        for name, chat in (("message", False), ("chat", True))
    }
    gone = [(e["guid"], e["rowid"]) for e in found if e["kind"] == "gone"]
    rows = select(db, "SELECT guid, ROWID FROM message ORDER BY ROWID")
    assert [each for each in listed["message"] if each not in gone] == rows
    assert sorted(listed["chat"]) == sorted(select(db, "SELECT guid, ROWID FROM chat"))
    noted = {guid for (guid,) in select(db, "SELECT guid FROM deleted_messages")}
    assert {guid for guid, _ in gone} == noted


@pytest.mark.parametrize("release", RELEASES)
def test_a_changed_tapback_keeps_the_rowids_after_it(release, tmp_path):
    phone = ChatDBBuilder(release, path=tmp_path / "chat.db")
    chat = phone.direct(phone.person("Alex Doe"))
    draft = chat.send("Hi").tapback("loved").tapback("liked")
    chat.receive("Hello")
    db = phone.build()
    found = [(e["guid"], e["rowid"], e["kind"]) for e in lines(db)]
    (tapback,) = draft.message.tapbacks
    assert (tapback.replaced[0].guid, 2, "gone") in found
    rows = select(db, "SELECT guid, ROWID FROM message ORDER BY ROWID")
    assert rows == [each[:2] for each in found if each[2] not in ("gone", "chat")]
    assert [rowid for _, rowid in rows] == [1, 3, 4]


def test_rows_of_a_file_that_lives_on_have_its_rowids(built, tmp_path):
    order = Order(Spec(release="tahoe", scenario="small"))
    forge(order, tmp_path / "chat.db")
    db = ChatDB(tmp_path / "chat.db", order)
    with db.live() as phone:
        message = phone.receive(db.conversations[0], "On my way")
        phone.tapback(message, "liked")
    found = {(e["guid"], e["rowid"]) for e in lines(db) if e["kind"] != "chat"}
    assert found == set(select(db, "SELECT guid, ROWID FROM message"))


@pytest.mark.parametrize("release", RELEASES)
def test_dates_chats_and_senders_are_those_of_the_columns(built, release):
    db = built(release, "kinds")
    query = """
        SELECT m.guid, m.date, m.is_from_me, h.id, m.service
        FROM message m LEFT JOIN handle h ON h.ROWID = m.handle_id"""
    found = {each["guid"]: each for each in lines(db)}
    for guid, date, mine, address, service in select(db, query):
        said = found[guid]
        in_seconds = "date-in-seconds" in said["shows"] and date < 10**10
        assert int(said["date_ns"]) // (10**9 if in_seconds else 1) == date
        assert said.get("from_me", False) == bool(mine)
        assert said.get("service", "iMessage") == service
        if said["kind"] == "message" and not mine:
            assert said.get("sender") == address
    joins = "SELECT m.guid, c.guid, c.ROWID FROM chat_message_join j "
    joins += "JOIN message m ON m.ROWID = message_id JOIN chat c ON c.ROWID = chat_id"
    for guid, chat, rowid in select(db, joins):
        said = found[guid]
        assert chat in (said["chat"], said.get("also_in"))
        assert (chat == said["chat"]) == (rowid == said["chat_rowid"])
    joined = {guid for guid, _, _ in select(db, joins)}
    lost = {e["guid"] for e in found.values() if e["kind"] not in ("gone", "chat")}
    for guid in lost - joined:
        assert found[guid].get("is_deleted") or "chat" not in found[guid]


def test_every_kind_of_row_and_every_field_is_shown_by_a_case(built):
    seen: dict[str, set[str]] = {kind: set() for kind in READINGS}
    for release in RELEASES:
        for each in lines(built(release, "kinds")):
            seen[each["kind"]] |= each.keys()
    unseen = {
        kind: set(model.__dataclass_fields__) - seen[kind]
        for kind, model in READINGS.items()
    }
    assert {kind: names for kind, names in unseen.items() if names} == UNSEEN


# What no case of the catalogue has.
UNSEEN = {
    "message": {"is_critical", "is_time_sensitive"},
    "tapback": {"also_in", "not_in_file", "service"},
    "sticker": {"also_in", "not_in_file", "or_else", "from_me", "service", "part"},
    "vote": {"also_in", "not_in_file", "or_else", "service"},
    "choice": {"also_in", "not_in_file", "or_else", "from_me", "service"},
    "event": {"also_in", "not_in_file", "or_else", "service"},
    "chat": {"or_else"},
}


def test_every_kind_of_the_table_is_shown_by_a_case(built):
    shown = {
        name
        for release in RELEASES
        for each in lines(built(release, "kinds"))
        for name in each["shows"]
    }
    assert shown == set(shown_kinds.kinds())


def test_fields_of_the_table_are_fields_of_readings():
    known = {each for model in READINGS.values() for each in model.__dataclass_fields__}
    for kind in shown_kinds.kinds().values():
        assert kind.fields <= known, kind.name


def test_the_columns_of_the_table_are_columns(built):
    names = {
        row[1]
        for release in RELEASES
        for row in select(built(release, "kinds"), "PRAGMA table_info(message)")
    }
    rules = [each.rule for each in shown_kinds.kinds().values()]
    for rule in (*rules, *shown_kinds.field_rules().values()):
        assert set(rule.columns) <= names, rule.rule


def test_the_truth_file_has_them_one_a_line(built, tmp_path):
    db = built("tahoe", "kinds")
    with (tmp_path / "truth.json").open("w", encoding="utf-8") as file:
        truth.write(db, file)
    written = (tmp_path / "truth.json").read_text(encoding="utf-8")
    document = json.loads(written)
    assert document["readings"] == lines(db)
    whole = json.loads(json.dumps(truth.document(db)))
    assert document["readings"] == whole["readings"]
    assert list(document) == list(whole)
    for each in document["readings"][:20]:
        assert f"\n  {json.dumps(each, ensure_ascii=False)}" in written


def test_the_schema_in_the_package_is_that_of_the_models():
    place = reading_schema.__file__.replace(
        "reading_schema.py", reading_schema.FILE_NAME
    )
    with open(place, encoding="utf-8") as file:
        assert file.read() == reading_schema.text(), "python -m docs.make_pages"


@pytest.mark.parametrize("release", RELEASES)
def test_readings_hold_to_the_schema(built, release):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(reading_schema.schema())
    for each in lines(built(release, "kinds")):
        errors = [error.message for error in validator.iter_errors(each)]
        assert errors == [], each


def test_the_schema_makes_good_types():
    made = reading_schema.schema()
    for name, each in made["$defs"].items():
        assert each["title"] == name
        assert each["description"]
        for field in each["properties"].values():
            assert "title" not in field
            if field.get("type") == "integer":
                assert field["format"] == "int64"
