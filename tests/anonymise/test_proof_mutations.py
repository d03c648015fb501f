"""Each step that replaces is switched off by one: the proof must catch it."""

from __future__ import annotations

import base64
import json
import plistlib
import shutil
import sqlite3
from contextlib import closing

import pytest
from originals import change, without_triggers

from pytest_imessage_foundry.anonymise import (
    anonymise,
    anonymiser,
    archives,
    bodies_in_place,
    json_texts,
    property_lists,
    protobufs,
    reserved_addresses,
    rows,
    stand_ins,
    urls,
)
from pytest_imessage_foundry.anonymise.column_classes import columns
from pytest_imessage_foundry.anonymise.copying import NewCopy
from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.blobs.keyed_archives import keyed_archive
from pytest_imessage_foundry.db.blobs.protobuf import handwriting
from pytest_imessage_foundry.db.blobs.values import MutableData, Url, Uuid
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Handwriting

pytestmark = pytest.mark.sweep

WORD, NUMBER = "Zanzibarik", "90817263"
GUID = "5EC2E700-ABCD-4DEF-8ABC-0123456789AB"
# Texts of people, by the class of their column.
TEXTS = {
    "name": "Mum",
    "guid": GUID,
    "identifier": "iMessage;-;+4915190817263",
    "address": "+4915190817263",
    "account": "E:kim@zanzibarik.org",
    "path": "/Users/kim/Library/Messages/Attachments/a.heic",
    "token": "5ec2e7005ec2e7005ec2e7005ec2e700",
    "country": WORD,
    "range": WORD,
}
# These tell nothing that the proof could look for: an emoji is no word.
SILENT = ("emoji", "table", "key", "flag", "size", "date", "setting_key")
NULLED = ("empty",)


def listed():
    for table, by_column in columns().items():
        for column, kind in by_column.items():
            if kind not in SILENT and not table.startswith("sqlite_"):
                yield pytest.param(table, column, kind, id=f"{table}.{column}")


@pytest.fixture(scope="module")
def small(built, tmp_path_factory):
    """A small file in which each table has a row, and each column that is listed:
    some are of releases older than those that are built."""
    folder = tmp_path_factory.mktemp("small")
    path = without_triggers(built("golden-gate", "small"), folder / "chat.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, by_column in columns().items():
            if table.startswith("sqlite_"):
                continue
            of_table = f'PRAGMA table_info("{table}")'
            there = {each[1].lower() for each in connection.execute(of_table)}
            for column in sorted(by_column.keys() - there if there else ()):
                connection.execute(f'ALTER TABLE "{table}" ADD COLUMN "{column}"')
            info = connection.execute(of_table).fetchall()
            if info and not connection.execute(f'SELECT 1 FROM "{table}"').fetchone():
                marks = ", ".join("?" * len(info))
                values = ["1" if by_column[each[1].lower()] else "" for each in info]
                connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', values)
    return path


@pytest.fixture
def planted(small, tmp_path):
    return shutil.copyfile(small, tmp_path / "in.db")


@pytest.fixture
def refused(planted, tmp_path, monkeypatch):
    """Check that the copy is refused, and left nowhere; return the message."""
    monkeypatch.setattr(anonymiser, "_ATTEMPTS", 1)

    def check():
        with pytest.raises(FoundryError, match="holds something of the original") as e:
            anonymise(planted, tmp_path / "out.db", seed=1)
        assert [p.name for p in tmp_path.iterdir()] == ["in.db"]
        return str(e.value)

    return check


def same(value, *_, **__):
    return value


def own(self, value, *_, **__):
    return value


@pytest.mark.parametrize(("table", "column", "kind"), [*listed()])
def test_a_column_that_is_not_replaced_is_named(
    planted, refused, monkeypatch, table, column, kind
):
    text = TEXTS.get(kind, f"{WORD} {NUMBER}")
    if column == "value":
        change(planted, f'UPDATE "{table}" SET key = ? WHERE rowid = 1', (WORD[::-1],))
    change(planted, f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = 1', (text,))
    usual = rows.Replacing.of_table

    def lazy(self, name, given):
        replace = usual(self, name, given)
        if name != table:
            return replace
        at = [each.lower() for each in given].index(column)

        def all_but_one(row):
            before = row[at]
            replace(row)
            row[at] = before

        return all_but_one

    monkeypatch.setattr(rows.Replacing, "of_table", lazy)
    assert (
        f"{table}.{column}" in refused().lower() or table.lower() in refused().lower()
    )


def plant_archives(path):
    """Put into one row each what the steps within archives are for."""
    told = {
        "item": {
            "title": f"{WORD} title",
            "creatorHandle": "kim@zanzibarik.org",
            "optionIdentifier": GUID,
            "n": int(NUMBER),
            "Grossmutter": 1,
        }
    }
    coded = base64.b64encode(json.dumps(told).encode()).decode()
    url = (
        f"https://kim:secretive@zanzibarik.org/Schlossallee/{NUMBER}?quarrel=Verwandte"
    )
    archive = {
        "ldtext": f"{WORD} Grossvater",
        "URL": Url(f"data:,{coded}?src=p&c=3"),
        "sessionIdentifier": Uuid(GUID),
        "appid": int(NUMBER),
        "data": json.dumps({"replyMessage": "Geburtstag"}).encode(),
        "requiredCapabilities": MutableData(keyed_archive(["Hausarzttermin"])),
        "Steuerberater": MutableData(b"Bankgeheimnis"),
    }
    text = f"{WORD} {url} call +4915190817263"
    body = bodies.attributed(
        [
            (text, {"__kIMMessagePartAttributeName": 0}),
            (
                "Hochzeit",
                {
                    "__kIMLinkAttributeName": Url("https://praxis.org/Wartezimmer"),
                    "__kIMFilenameAttributeName": "Passbild.heic",
                    "__kIMMentionConfirmedMention": "oma@zanzibarik.org",
                    "__kIMDataDetectedAttributeName": keyed_archive({"MS": "Freitags"}),
                    "Tagebuch": "Liebesbrief",
                    "own": b"Arztbericht",
                    "__kIMOneTimeCodeAttributeName": {"code": NUMBER},
                },
            ),
        ]
    )
    history = plistlib.dumps(
        {"ec": {"0": [{"t": body, "d": 7e8}]}, "Krankheit": "Diagnose"},
        fmt=plistlib.FMT_BINARY,
    )
    note = handwriting(Handwriting(id=GUID, strokes=(((1, 2), (3, 4)),)), 7 * 10**17)
    damaged = keyed_archive({"ldtext": "Testamentsvollstrecker"})[:-9]
    for rowid, column, value in (
        (1, "attributedBody", body),
        (1, "text", text),
        (2, "payload_data", keyed_archive(archive)),
        (3, "message_summary_info", history),
        (4, "payload_data", note),
        (4, "balloon_bundle_id", "com.apple.Handwriting.HandwritingProvider"),
        (5, "payload_data", damaged),
        (6, "text", f"Loved “{WORD}”"),
        (7, "text", "$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier) Vorstrafe"),
        (8, "text", "私の秘密の言葉 и Бабушка"),
        (9, "text", f"mail kim@zanzibarik.org or {GUID}"),
        (9, "balloon_bundle_id", f"com.{WORD}.game"),
        (10, "ck_record_id", "5ec2e7005ec2e700ab"),
    ):
        change(path, f"UPDATE message SET {column} = ? WHERE ROWID = ?", (value, rowid))
    change(path, "UPDATE handle SET id = 'urn:biz:' || ? WHERE ROWID = 1", (GUID,))
    change(path, "UPDATE handle SET id = '(0151) 908 17263' WHERE ROWID = 2")
    change(path, "UPDATE handle SET id = 'oma@zanzibarik.org' WHERE ROWID = 3")


def nothing_of_a_key(self, text, role):
    return text


LEFT_OUT = {
    "texts": (stand_ins.StandIns, "text", own),
    "texts in pieces": (stand_ins.StandIns, "in_pieces", own),
    "characters": (stand_ins.StandIns, "drawn", own),
    "reactions": (stand_ins.StandIns, "_reaction", lambda self, text, found: text),
    "pieces": (stand_ins.StandIns, "_piece", lambda self, kind, piece: piece),
    "GUIDs": (stand_ins.StandIns, "one_guid", own),
    "GUID columns": (stand_ins.StandIns, "guid", own),
    "tokens": (stand_ins.StandIns, "token", own),
    "file names": (stand_ins.StandIns, "name", own),
    "paths": (stand_ins.StandIns, "path", own),
    "strings of archives": (stand_ins.StandIns, "archived", own),
    "apps": (stand_ins.StandIns, "bundle", own),
    "lists": (stand_ins.StandIns, "one_of", own),
    "drawing again": (
        stand_ins.StandIns,
        "_mended",
        lambda self, text: WORD if len(text) == len(WORD) else text,
    ),
    "new addresses": (reserved_addresses.Addresses, "_new", own),
    "addresses": (reserved_addresses.Addresses, "address", own),
    "accounts": (reserved_addresses.Addresses, "account", own),
    "identifiers": (reserved_addresses.Addresses, "identifier", own),
    "URLs": (urls.Urls, "url", own),
    "hosts": (urls, "host_of", lambda of, host: host),
    "URLs' authority": (urls.Urls, "_hierarchical", own),
    "URLs' paths": (urls.Urls, "_tail", own),
    "URLs' queries": (urls.Urls, "_pair", lambda self, found: found[0]),
    "URLs' words": (urls.Urls, "_escaped", own),
    "data URLs": (urls.Urls, "_data", own),
    "base64": (urls.Urls, "_coded", own),
    "JSON": (json_texts.JsonTexts, "replaced", own),
    "JSON strings": (json_texts.JsonTexts, "_coded", own),
    "JSON numbers": (json_texts.JsonTexts, "_number", own),
    "bodies": (bodies_in_place.Bodies, "replaced", own),
    "body keys": (bodies_in_place._Edit, "_key", nothing_of_a_key),
    "body values": (bodies_in_place._Edit, "_value", nothing_of_a_key),
    "body data": (bodies_in_place._Edit, "_data", lambda self, start, raw: None),
    "body strings": (
        bodies_in_place._Edit,
        "_string",
        lambda self, node, stand_in: ("", ""),
    ),
    "property lists": (property_lists.PropertyLists, "replaced", own),
    "property list strings": (property_lists.PropertyLists, "_string", own),
    "property list values": (
        property_lists.PropertyLists,
        "_value",
        lambda self, item, raw, roles, quotation: raw,
    ),
    "what is no": (property_lists.PropertyLists, "_no", own),
    "protobufs": (protobufs.Protobufs, "replaced", own),
    "protobuf identifiers": (protobufs.Protobufs, "_identifier", own),
    "archives": (archives.ArchiveStandIns, "replaced", own),
    "damaged archives": (archives, "emptied", same),
    "archives of rows": (rows.Replacing, "_archive", own),
    "rows": (rows.Replacing, "of_table", lambda self, table, names: lambda row: None),
}


@pytest.mark.parametrize("step", LEFT_OUT)
def test_a_step_that_is_left_out_is_caught(planted, refused, monkeypatch, step):
    plant_archives(planted)
    owner, name, instead = LEFT_OUT[step]
    assert hasattr(owner, name)
    monkeypatch.setattr(owner, name, instead)
    assert "found in " in refused()


# An address that comes out unchanged is the original's, so that another is drawn.
MADE_GOOD = {
    "e-mail": "_mail",
    "phone numbers": "_phone",
    "written numbers": "_written",
    "digits": "_digits",
}


@pytest.mark.parametrize("step", MADE_GOOD)
def test_an_address_that_was_not_replaced_is_drawn_again(
    planted, tmp_path, monkeypatch, step
):
    plant_archives(planted)
    monkeypatch.setattr(reserved_addresses.Addresses, MADE_GOOD[step], first_part)
    anonymise(planted, tmp_path / "out.db", seed=1)
    data = (tmp_path / "out.db").read_bytes()
    told = (b"oma@", b"908 17263", b"5190817263")
    assert [each for each in told if each in data] == []


def first_part(self, text, attempt, count=None):
    return text if count is None else text[-count:] if count else ""


def test_with_all_steps_the_same_file_is_safe(planted, tmp_path):
    plant_archives(planted)
    anonymise(planted, tmp_path / "out.db", seed=1)
    data = (tmp_path / "out.db").read_bytes().lower()
    words = (WORD, NUMBER, "Testament", "Grossvater", "Geburtstag", "Passbild")
    assert [w for w in words if w.lower().encode() in data] == []


def test_tables_that_no_list_knows_are_caught(planted, refused, monkeypatch):
    change(planted, "CREATE TABLE tomorrow (told TEXT)")
    change(planted, "INSERT INTO tomorrow VALUES (?)", (WORD,))
    usual = NewCopy.fill

    def lazy(self, table, *how):
        result = usual(self, table, *how)
        if table.name == "tomorrow":
            self.connection.execute("INSERT INTO tomorrow VALUES (?)", (WORD,))
        return result

    monkeypatch.setattr(NewCopy, "fill", lazy)
    assert "tomorrow.told" in refused()


def leave_in_free_pages(self, path, *, is_wal):
    self.connection.execute("CREATE TABLE gone (told TEXT)")
    self.connection.execute("INSERT INTO gone VALUES (?)", (WORD * 3000,))
    self.connection.execute("DROP TABLE gone")
    self.connection.execute("COMMIT")
    self.connection.close()


def test_free_pages_are_caught(planted, refused, monkeypatch):
    monkeypatch.setattr(NewCopy, "finish", leave_in_free_pages)
    assert "free pages" in refused()


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
def test_what_stands_behind_the_pages_is_caught(planted, refused, monkeypatch, code):
    change(planted, "UPDATE message SET text = ? WHERE ROWID = 1", (WORD,))
    usual = NewCopy.finish

    def finish(self, path, *, is_wal):
        usual(self, path, is_wal=is_wal)
        with path.open("ab") as file:
            file.write(f"  {WORD}  ".encode(code).ljust(4096, b"\0"))

    monkeypatch.setattr(NewCopy, "finish", finish)
    assert "bytes of the file" in refused()


def test_a_failed_proof_is_tried_again_with_another_secret(
    planted, tmp_path, monkeypatch
):
    change(planted, "UPDATE message SET text = ? WHERE ROWID = 1", (WORD,))
    usual = rows.Replacing.of_table
    made = []

    def once(self, table, given):
        made.append(self)
        if len({id(each) for each in made}) == 1:
            return lambda row: None
        return usual(self, table, given)

    monkeypatch.setattr(rows.Replacing, "of_table", once)
    anonymise(planted, tmp_path / "out.db", seed=1)
    assert WORD.encode() not in (tmp_path / "out.db").read_bytes()
