"""Places where a secret could hide from what replaces, and codings that hide it from
the proof."""

from __future__ import annotations

import base64
import gzip
import json
import plistlib
import quopri
import sqlite3
import unicodedata
import zlib
from contextlib import closing

import pytest
from originals import change, query

from pytest_imessage_foundry.anonymise import anonymise, anonymiser, proof, tokens
from pytest_imessage_foundry.anonymise.rows import Replacing
from pytest_imessage_foundry.anonymise.schema_texts import without_texts
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary
from pytest_imessage_foundry.db.blobs.keyed_archives import keyed_archive
from pytest_imessage_foundry.db.blobs.values import MutableData
from pytest_imessage_foundry.errors import FoundryError

pytestmark = pytest.mark.sweep

WORD = "Zanzibarik"
PHONE = "4915190817263"


@pytest.fixture(scope="session")
def little(built):
    """A built file of a few rows."""
    return built("tahoe", "empty")


@pytest.fixture
def planted(little, tmp_path):
    """A private copy with one message, one chat, one handle and one attachment."""
    path = tmp_path / "in.db"
    path.write_bytes(little.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in (
            "INSERT INTO handle (ROWID, id, service) VALUES (1, '+15550101234', 'SMS')",
            "INSERT INTO chat (ROWID, guid, chat_identifier, service_name, style)"
            " VALUES (1, 'SMS;-;+15550101234', '+15550101234', 'SMS', 45)",
            "INSERT INTO message (ROWID, guid, text, handle_id, date, service) VALUES"
            " (1, '5EC2E700-ABCD-4DEF-8ABC-0123456789AB', 'hi', 1, 7e17, 'SMS')",
            "INSERT INTO chat_message_join (chat_id, message_id) VALUES (1, 1)",
            "INSERT INTO attachment (ROWID, guid, original_guid) VALUES"
            " (1, 'at_0_5EC2E700-ABCD-4DEF-8ABC-0123456789AC', 'b')",
        ):
            connection.execute(statement)
    return path


@pytest.fixture
def copied(planted, tmp_path):
    """Return the bytes of the copy, in lower case."""

    def copy():
        anonymise(planted, tmp_path / "out.db", seed=1)
        return (tmp_path / "out.db").read_bytes().lower()

    return copy


def test_nothing_of_the_original_with_nothing_planted(planted, copied):
    assert b"5550101234" not in copied()


SCHEMAS = {
    "default": f"ALTER TABLE handle ADD COLUMN mood TEXT DEFAULT '{WORD}'",
    "bare default": f"ALTER TABLE handle ADD COLUMN mood TEXT DEFAULT {WORD}",
    "number": f"ALTER TABLE handle ADD COLUMN mood INTEGER DEFAULT {PHONE}",
    "quoted default": f'CREATE TABLE own (told TEXT DEFAULT "{WORD}")',
    "comment": f"CREATE TABLE own (told TEXT) -- {WORD}",
    "comment within": f"CREATE TABLE own (told /* {WORD} {PHONE} */ TEXT)",
    "check": f"CREATE TABLE own (told TEXT CHECK (told != '{WORD}'))",
    "index": f"CREATE INDEX own ON handle (id) WHERE id != '{WORD}'",
    "expression": f"CREATE INDEX own ON handle (id || '{WORD}')",
    "view": f"CREATE VIEW own AS SELECT '{WORD}' AS told, {PHONE} AS number",
    "trigger": "CREATE TRIGGER own AFTER INSERT ON handle BEGIN "
    f"UPDATE handle SET id = '{WORD}'; END",
    "blob": f"CREATE VIEW own AS SELECT x'{WORD.encode().hex()}' AS told",
    "generated": "ALTER TABLE handle ADD COLUMN "
    f"mood TEXT GENERATED ALWAYS AS (id || '{WORD}') VIRTUAL",
}


@pytest.mark.parametrize("place", SCHEMAS)
def test_what_is_written_into_a_schema_is_blanked_out(planted, copied, tmp_path, place):
    change(planted, SCHEMAS[place])
    data = copied()
    told = (WORD.lower().encode(), PHONE.encode(), WORD.encode().hex().encode())
    assert [each for each in told if each in data] == []
    names = "SELECT name FROM sqlite_master ORDER BY name"
    assert query(tmp_path / "out.db", names) == query(planted, names)


def test_a_genuine_schema_stays_to_the_letter(built, tmp_path):
    path = built()
    anonymise(path, tmp_path / "out.db", seed=1, last=1)
    schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid"
    assert sorted(query(tmp_path / "out.db", schema), key=str) == sorted(
        query(path, schema), key=str
    )


def test_names_in_a_statement_stay():
    sql = """CREATE TABLE "a""b" (own TEXT DEFAULT 'SMS', n INTEGER DEFAULT 2007)"""
    assert without_texts(sql, {'a"b'}) == sql


def test_a_word_of_the_schema_is_searched_for_in_values(planted, tmp_path, monkeypatch):
    """A table that is named after somebody does not make the name a safe word."""
    change(planted, f"CREATE TABLE {WORD} (a)")
    change(planted, "UPDATE message SET text = ?", (WORD,))
    monkeypatch.setattr(anonymiser, "_ATTEMPTS", 1)
    monkeypatch.setattr("pytest_imessage_foundry.anonymise.rows._SMALL", 1)
    from pytest_imessage_foundry.anonymise.stand_ins import StandIns

    monkeypatch.setattr(StandIns, "text", lambda self, text: text)
    with pytest.raises(FoundryError, match=r"found in message\.text"):
        anonymise(planted, tmp_path / "out.db", seed=1)


@pytest.mark.parametrize("pragma", ["user_version", "application_id"])
def test_numbers_in_the_header_are_no_place_for_a_secret(
    planted, copied, tmp_path, pragma
):
    change(planted, f"PRAGMA {pragma} = 1519081726")
    assert (1519081726).to_bytes(4, "big") not in copied()
    change(planted, f"PRAGMA {pragma} = 7")
    anonymise(planted, tmp_path / "two.db", seed=1)
    assert query(tmp_path / "two.db", f"PRAGMA {pragma}") == [(7,)]


RENDERED = {
    "base64": base64.b64encode(WORD.encode() * 3).decode(),
    "percent": "".join(f"%{byte:02X}" for byte in WORD.encode()),
    "punycode": "https://" + "zürich-zanzibarik".encode("idna").decode() + ".org/",
    "quoted-printable": quopri.encodestring(f"{WORD}ß".encode()).decode(),
    "json": json.dumps({"told": f"{WORD}ß"}),
    "escapes": "".join(f"\\u{ord(c):04x}" for c in WORD),
    "hex": WORD.encode().hex(),
    "full width": "".join(chr(ord(c) + 0xFEE0) for c in WORD),
    "bold": "".join(
        chr(0x1D41A + ord(c) - 97) if c.islower() else chr(0x1D419) for c in WORD
    ),
    "decomposed": unicodedata.normalize("NFD", "Zänzibärik"),
    "circled": "".join(chr(0x24D0 + ord(c) - 97) for c in WORD.lower()),
    "tags": "🏴" + "".join(chr(0xE0000 + ord(c)) for c in WORD),
    "digits in tags": "🏴" + "".join(chr(0xE0000 + ord(c)) for c in PHONE),
    "squares": "㋿㍻㍼㍽㍾㌀㌁㌂",
    "upper case": WORD.upper(),
    "spaced digits": " ".join(PHONE),
    "digits": PHONE,
    "international": f"00{PHONE}",
    "national": f"0{PHONE[2:5]} {PHONE[5:]}",
    "russian": "007 812 9081726",
    "arabic digits": "".join(chr(0x660 + int(c)) for c in PHONE),
    "full width digits": "".join(chr(0xFF10 + int(c)) for c in PHONE),
    "vCard": f"BEGIN:VCARD\nFN:{WORD}\nTEL:+{PHONE}\nEND:VCARD",
    "data URL": "data:," + base64.b64encode(json.dumps({"a": WORD}).encode()).decode(),
    "data URL of a text": "data:text/plain;base64,"
    + base64.b64encode(WORD.encode()).decode(),
}
PLACES = (
    "message.text",
    "message.subject",
    "message.group_title",
    "message.account",
    "message.service",
    "message.thread_originator_part",
    "message.balloon_bundle_id",
    "message.is_read",
    "message.date_read",
    "chat.chat_identifier",
    "chat.display_name",
    "handle.id",
    "attachment.filename",
    "attachment.transfer_name",
    "attachment.mime_type",
    "sqlite_sequence.name",
)


@pytest.mark.parametrize("form", RENDERED)
def test_no_coding_of_a_secret_gets_through(planted, copied, form):
    secret = RENDERED[form]
    for place in PLACES:
        table, _, column = place.partition(".")
        change(planted, f'UPDATE "{table}" SET "{column}" = ?', (secret,))
    data = copied()
    for piece in {secret.lower(), WORD.lower(), PHONE}:
        assert piece.encode() not in data
    for character in {c for c in secret if ord(c) > 0xFFFF and c not in "🏴"}:
        assert secret.count(character) > 3 or secret.encode() not in data


BLOBS = {
    "gzip": gzip.compress(WORD.encode() * 9, mtime=0),
    "zlib": zlib.compress(WORD.encode() * 9),
    "utf-16": WORD.encode("utf-16-be"),
    "utf-32": WORD.encode("utf-32-le"),
    "latin": "Zänzibärik".encode("latin-1"),
    "reversed": WORD[::-1].encode(),
    "XML": plistlib.dumps({"told": WORD}),
    "nested": keyed_archive(
        {"data": MutableData(keyed_archive({"ldtext": keyed_archive({"a": WORD})}))}
    ),
    "nested zlib": keyed_archive({"data": MutableData(zlib.compress(WORD.encode()))}),
    "behind a list": plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY) + WORD.encode(),
    "keys": plistlib.dumps({WORD: {WORD: 1}}, fmt=plistlib.FMT_BINARY),
    "integers": plistlib.dumps(
        {"P": int(PHONE), "appid": int(PHONE)}, fmt=plistlib.FMT_BINARY
    ),
    "reals": plistlib.dumps({"d": 4915190817.263}, fmt=plistlib.FMT_BINARY),
}


@pytest.mark.parametrize("form", BLOBS)
@pytest.mark.parametrize(
    "place", ["message.text", "message.payload_data", "message.ck_record_id"]
)
def test_no_secret_of_a_blob_gets_through(planted, copied, place, form):
    table, _, column = place.partition(".")
    change(planted, f"UPDATE {table} SET {column} = ?", (BLOBS[form],))
    data = copied()
    middle = BLOBS[form][12:-33] if form in ("gzip", "zlib") else WORD.lower().encode()
    assert not middle or middle not in data
    assert WORD.lower().encode() not in data
    assert int(PHONE).to_bytes(8, "big") not in data


@pytest.mark.parametrize("name", ["ed", "fe", "home", "Messages", "Kim", "mobile"])
@pytest.mark.parametrize("above", ["/Users", "/home"])
def test_the_login_in_a_path_is_a_name(planted, copied, tmp_path, above, name):
    path = f"{above}/{name}/Library/Messages/Attachments/0f/15/x.heic"
    change(planted, "UPDATE attachment SET filename = ?", (path,))
    copied()
    ((new,),) = query(tmp_path / "out.db", "SELECT filename FROM attachment")
    assert new.split("/")[2] != name
    assert new.split("/")[3:8] == ["Library", "Messages", "Attachments", "0f", "15"]


def test_numbers_in_columns_of_positions_and_flags(planted, copied, tmp_path):
    change(planted, "UPDATE message SET thread_originator_part = '0:0:519081726'")
    change(planted, "UPDATE message SET error = 4915190817263, sort_id = 4.9e12")
    copied()
    told = "SELECT thread_originator_part, error, sort_id FROM message"
    assert query(tmp_path / "out.db", told) == [("", 0, 0.0)]


def test_a_flag_that_was_not_replaced_is_caught(planted, tmp_path, monkeypatch):
    change(planted, "UPDATE message SET error = 4915190817263")
    monkeypatch.setattr("pytest_imessage_foundry.anonymise.rows._SMALL", 1 << 62)
    with pytest.raises(FoundryError, match=r"message\.error"):
        anonymise(planted, tmp_path / "out.db", seed=1)


def test_columns_beside_a_setting_are_emptied(planted, copied, tmp_path):
    change(planted, "ALTER TABLE kvtable ADD COLUMN mood TEXT")
    change(
        planted,
        "INSERT INTO kvtable (key, value, mood) VALUES (?, ?, ?)",
        (WORD, WORD, WORD),
    )
    assert WORD.lower().encode() not in copied()


FORMS = (
    "Großvaterchen",
    "GROSSVATERCHEN",
    "".join(chr(ord(c) + 0xFEE0) for c in "grossvaterchen"),  # full width
    "".join(chr(0x1D41A + ord(c) - 97) for c in "grossvaterchen"),  # bold
)


@pytest.mark.parametrize("copy", FORMS)
@pytest.mark.parametrize("original", FORMS)
def test_the_proof_knows_a_word_in_all_its_forms(original, copy):
    vocabulary = Vocabulary()
    proof.collected(vocabulary, [("message", ("text",), [(original,)])])
    with pytest.raises(proof.Leak):
        proof.prove_values(vocabulary, [("message", ("text",), [(f"a {copy} b",)])])


def test_the_proof_knows_letters_with_marks_either_way():
    for one, other in (("NFC", "NFD"), ("NFD", "NFC")):
        text = "Zänzibärik"
        told = tokens.told(unicodedata.normalize(one, text))
        assert set(told) == set(tokens.told(unicodedata.normalize(other, text)))


@pytest.mark.parametrize(
    "written", ["+49 151 90817263", "+49-151/9081 7263", "(49) 15190817263"]
)
def test_the_proof_knows_a_number_however_it_is_written(written):
    vocabulary = Vocabulary()
    proof.collected(vocabulary, [("handle", ("id",), [(f"+{PHONE}",)])])
    with pytest.raises(proof.Leak):
        proof.prove_values(vocabulary, [("message", ("text",), [(f"call {written}",)])])


def test_what_there_is_no_room_for_is_known_too(monkeypatch):
    monkeypatch.setattr("pytest_imessage_foundry.anonymise.vocabulary._MOST_WORDS", 3)
    vocabulary = Vocabulary()
    words = [f"wword{letter}" for letter in "abcdefghij"]
    vocabulary.add(words)
    assert vocabulary.known(words) == words
    assert vocabulary.known(["wother", "gabc"]) == []


NUMBERED = {
    "message": ("handle_id", "other_handle"),
    "chat_message_join": ("rowid",),
    "attachment": ("total_bytes",),
    "sqlite_sequence": ("seq",),
}


@pytest.mark.parametrize("table", NUMBERED)
def test_no_key_is_a_phone_number(planted, copied, tmp_path, table):
    for column in NUMBERED[table]:
        change(planted, f"UPDATE {table} SET {column} = {PHONE}")
        small = 99 if column != "total_bytes" else 2**31
    assert int(PHONE).to_bytes(6, "big") not in copied()
    change(planted, f"UPDATE {table} SET {column} = {small}")
    anonymise(planted, tmp_path / "two.db", seed=1)
    told = f"SELECT DISTINCT {column} FROM {table}"
    assert query(tmp_path / "two.db", told) == [(small,)]


@pytest.mark.parametrize("table", NUMBERED)
def test_a_key_that_was_not_replaced_is_caught(planted, tmp_path, monkeypatch, table):
    for column in NUMBERED[table]:
        change(planted, f"UPDATE {table} SET {column} = {PHONE}")
    monkeypatch.setattr(Replacing, "_whole", lambda self, value, limit: value)
    with pytest.raises(FoundryError, match=rf"found in {table}\."):
        anonymise(planted, tmp_path / "out.db", seed=1)
