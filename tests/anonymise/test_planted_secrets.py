"""Secrets in every column and every archive of all releases: none gets through."""

from __future__ import annotations

import base64
import json
import plistlib
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from itertools import count

import pytest
from originals import RELEASES, change, query, without_triggers

from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.blobs.keyed_archives import Obj, keyed_archive
from pytest_imessage_foundry.db.blobs.values import MutableData, Url, Uuid

pytestmark = pytest.mark.sweep

LETTERS = "bcdfghjklm"
# As `Secrets` makes them.
SECRET = re.compile(rb"zyxw[a-z]{4}ova|9081726[0-9]{4}")
ARCHIVES = (
    ("message", "attributedBody"),
    ("message", "message_summary_info"),
    ("message", "payload_data"),
    ("chat", "properties"),
    ("attachment", "user_info"),
    ("attachment", "sticker_user_info"),
    ("attachment", "attribution_info"),
    ("recoverable_message_part", "part_text"),
)
GUID = "5EC2E700-ABCD-4DEF-8ABC-0123456789AB"


class Secrets:
    """Words, numbers and names that nobody else has."""

    def __init__(self):
        self.all = []
        self._numbers = count()

    def word(self):
        number = self._next()
        return self._kept("zyxw" + "".join(LETTERS[int(d)] for d in number) + "ova")

    def number(self):
        return self._kept(f"9081726{self._next()}")

    def _next(self):
        number = next(self._numbers)
        assert number < 10_000  # `SECRET` finds four digits
        return f"{number:04}"

    def _kept(self, text):
        self.all.append(text)
        return text


def found(path, secrets):
    """Return the secrets that stand in the bytes of a file, in any coding."""
    data = path.read_bytes()
    coded = b" ".join(base64_pieces(data))
    # Every second byte of UTF-16, either way round, is what UTF-8 has.
    codings = (data, data[::2], data[1::2], coded)
    hits = {hit.decode() for each in codings for hit in SECRET.findall(each.lower())}
    return sorted(hits.intersection(secrets))


def base64_pieces(data):
    for piece in re.findall(rb"[A-Za-z0-9+/]{24,}", data):
        with suppress(ValueError):
            yield base64.b64decode(piece + b"=" * (-len(piece) % 4))


def columns_of(path):
    for (table,) in query(path, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        info = query(path, "SELECT name FROM pragma_table_info(?)", (table,))
        yield table, [name for (name,) in info]


def plant(path, make):
    """Put `make()` into each column of the first row of each table, where it goes."""
    planted = 0
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, names in columns_of(path):
            if table.startswith("sqlite_"):
                continue
            row = connection.execute(f'SELECT rowid FROM "{table}"').fetchone()
            if row is None:
                continue
            for name in names:
                update = f'UPDATE "{table}" SET "{name}" = ? WHERE rowid = ?'
                with suppress(sqlite3.IntegrityError):
                    connection.execute(update, (make(), row[0]))
                    planted += 1
    return planted


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("form", ["word", "number", "bytes", "utf-16"])
def test_no_secret_of_a_column_gets_through(built, tmp_path, release, form):
    path = without_triggers(built(release), tmp_path / "in.db")
    secrets = Secrets()
    make = {
        "word": secrets.word,
        "number": lambda: f"call {secrets.number()}",
        "bytes": lambda: secrets.word().encode(),
        "utf-16": lambda: secrets.word().encode("utf-16-le"),
    }[form]
    assert plant(path, make) > 150
    assert len(found(path, secrets.all)) > 150

    anonymise(path, tmp_path / "out.db", seed=1)

    assert found(tmp_path / "out.db", secrets.all) == []


@pytest.mark.parametrize("release", RELEASES)
def test_no_secret_of_an_empty_table_gets_through(built, tmp_path, release):
    path = without_triggers(built(release), tmp_path / "in.db")
    secrets = Secrets()
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, names in columns_of(path):
            if table.startswith("sqlite_"):
                continue
            marks = ", ".join("?" * len(names))
            texts = [
                None if n in ("ROWID", "id", "chat") else secrets.word() for n in names
            ]
            with suppress(sqlite3.IntegrityError):
                connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', texts)
    assert len(found(path, secrets.all)) > 50

    anonymise(path, tmp_path / "out.db", seed=1)

    assert found(tmp_path / "out.db", secrets.all) == []


def test_unknown_tables_and_columns_are_emptied_and_named(original, tmp_path):
    secrets = Secrets()
    change(original, "CREATE TABLE tomorrow (id INTEGER PRIMARY KEY, told TEXT)")
    change(original, "INSERT INTO tomorrow (told) VALUES (?)", (secrets.word(),))
    change(original, "ALTER TABLE message ADD COLUMN mood TEXT")
    change(original, "UPDATE message SET mood = ?", (secrets.word(),))

    outcome = anonymise(original, tmp_path / "out.db", seed=1)

    assert found(tmp_path / "out.db", secrets.all) == []
    assert set(outcome.unknown) == {"tomorrow", "message.mood"}
    assert query(tmp_path / "out.db", "SELECT count(*) FROM tomorrow") == [(0,)]
    assert query(tmp_path / "out.db", "SELECT DISTINCT mood FROM message") == [("",)]
    assert (
        "mood TEXT"
        in query(
            tmp_path / "out.db", "SELECT sql FROM sqlite_master WHERE name = 'message'"
        )[0][0]
    )


def with_secrets(value, secrets):
    """Return a property list whose every text, number and value has a secret."""
    if isinstance(value, dict):
        return {key: with_secrets(each, secrets) for key, each in value.items()} | {
            secrets.word(): secrets.word()
        }
    if isinstance(value, list):
        return [with_secrets(each, secrets) for each in value]
    if isinstance(value, bytes) and value.startswith(b"bplist00"):
        return planted_list(value, secrets)
    if isinstance(value, str) and not value.startswith(("$", "NS", "data:")):
        return f"{value} {secrets.word()}"
    return value


def planted_list(data, secrets):
    content = plistlib.loads(data)
    if isinstance(content, dict) and "$objects" in content:
        objects = [
            each if isinstance(each, dict) else with_secrets(each, secrets)
            for each in content["$objects"]
        ]
        new = content | {"$objects": [*objects, secrets.word()]}
    else:
        new = with_secrets(content, secrets)
    return plistlib.dumps(new, fmt=plistlib.FMT_BINARY, sort_keys=False)


@pytest.mark.parametrize("release", RELEASES)
def test_no_secret_of_an_archive_gets_through(built, tmp_path, release):
    path = without_triggers(built(release), tmp_path / "in.db")
    secrets = Secrets()
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, column in ARCHIVES:
            select = f'SELECT rowid, "{column}" FROM "{table}"'
            for rowid, data in connection.execute(select).fetchall():
                if isinstance(data, bytes) and data.startswith(b"bplist00"):
                    update = f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?'
                    new = planted_list(data, secrets)
                    connection.execute(update, (new, rowid))
    assert len(secrets.all) > 300

    anonymise(path, tmp_path / "out.db", seed=1)

    assert found(tmp_path / "out.db", secrets.all) == []


def json_url(secrets):
    told = {"item": {"title": secrets.word(), secrets.word(): [secrets.number()]}}
    coded = base64.b64encode(json.dumps(told).encode()).decode()
    return f"data:,{coded}?src=p&{secrets.word()}={secrets.word()}"


def attributes(secrets):
    """Run attributes with a secret in each kind of value and in unknown keys."""
    archive = keyed_archive(Obj(secrets.word(), {secrets.word(): secrets.word()}))
    return {
        "__kIMMessagePartAttributeName": 0,
        "__kIMLinkAttributeName": Url(f"https://{secrets.word()}.org/{secrets.word()}"),
        "__kIMMentionConfirmedMention": f"{secrets.word()}@{secrets.word()}.org",
        "__kIMFilenameAttributeName": f"{secrets.word()}.heic",
        "__kIMDataDetectedAttributeName": MutableData(archive),
        "__kIMOneTimeCodeAttributeName": {"code": secrets.number()},
        "__kIMRichCardsAttributeName": [{"title": secrets.word()}],
        "__kIMUrlToTransferMapAttributeName": {f"https://{secrets.word()}.org/a": GUID},
        secrets.word(): secrets.word(),
        f"own {secrets.word()}": secrets.word().encode(),
        "IMAudioTranscription": secrets.word(),
    }


@pytest.mark.parametrize("mutable", [True, False])
def test_no_secret_of_a_body_gets_through(original, tmp_path, mutable):
    secrets = Secrets()
    body = bodies.attributed(
        [(f"Hello {secrets.word()} ", attributes(secrets)), (secrets.word(), {})],
        mutable=mutable,
    )
    card = keyed_archive(
        {
            "URL": Url(json_url(secrets)),
            "ldtext": secrets.word(),
            "data": json.dumps({"a": secrets.word(), secrets.word(): 1}).encode(),
            "sessionIdentifier": Uuid(GUID),
            "userInfo": {"caption": secrets.word(), secrets.word(): secrets.word()},
            secrets.word(): MutableData(secrets.word().encode("utf-16-be")),
        }
    )
    history = plistlib.dumps(
        {"ec": {"0": [{"t": body, "d": 700000000.5}]}, "euh": [secrets.word()]},
        fmt=plistlib.FMT_BINARY,
    )
    change(original, "UPDATE message SET attributedBody = ? WHERE ROWID = 5", (body,))
    change(original, "UPDATE message SET payload_data = ? WHERE ROWID = 6", (card,))
    change(
        original,
        "UPDATE message SET message_summary_info = ? WHERE ROWID = 7",
        (history,),
    )
    secrets.all.append(GUID)

    anonymise(original, tmp_path / "out.db", seed=1)

    assert found(tmp_path / "out.db", secrets.all) == []
    assert (
        bytes.fromhex(GUID.replace("-", "")) not in (tmp_path / "out.db").read_bytes()
    )


@pytest.mark.parametrize("cut", [1, 7, 40, 100])
@pytest.mark.parametrize("column", ["attributedBody", "payload_data"])
def test_a_damaged_archive_is_emptied(original, tmp_path, column, cut):
    secrets = Secrets()
    if column == "attributedBody":
        data = bodies.attributed([(secrets.word(), attributes(secrets))])
    else:
        data = keyed_archive({"ldtext": secrets.word(), "caption": secrets.word()})
    spoilt = data[:-cut]
    change(original, f"UPDATE message SET {column} = ? WHERE ROWID = 5", (spoilt,))

    outcome = anonymise(original, tmp_path / "out.db", seed=1)

    assert found(tmp_path / "out.db", secrets.all) == []
    assert outcome.unreadable >= 1
    (new,) = query(
        tmp_path / "out.db", f"SELECT {column} FROM message WHERE ROWID = 5"
    )[0]
    assert len(new) == len(spoilt)
    assert new[:8] == spoilt[:8]


def test_free_pages_and_slack_of_the_original_are_left_behind(original, tmp_path):
    secrets = Secrets()
    change(original, "CREATE TABLE gone (told TEXT)")
    for _ in range(50):
        change(original, "INSERT INTO gone VALUES (?)", (secrets.word() * 20,))
    with closing(sqlite3.connect(original)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DROP TABLE gone")
    assert found(original, secrets.all)

    anonymise(original, tmp_path / "out.db", seed=1)

    assert found(tmp_path / "out.db", secrets.all) == []
    assert query(tmp_path / "out.db", "PRAGMA freelist_count") == [(0,)]


def test_what_stands_in_the_wal_is_read(original, tmp_path):
    secrets = Secrets()
    writer = sqlite3.connect(original)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("UPDATE message SET text = ? WHERE ROWID = 5", (secrets.word(),))
    writer.commit()
    wal = original.with_name("original.db-wal")
    before = (original.read_bytes(), wal.read_bytes())

    anonymise(original, tmp_path / "out.db", seed=1)

    assert (original.read_bytes(), wal.read_bytes()) == before
    (text,) = query(tmp_path / "out.db", "SELECT text FROM message WHERE ROWID = 5")[0]
    assert len(text) == len(secrets.all[0])
    assert found(tmp_path / "out.db", secrets.all) == []
    writer.close()


def test_the_names_of_people_in_paths_and_accounts_are_gone(original, tmp_path):
    change(
        original,
        "UPDATE attachment SET filename = '/Users/jo/Library/Messages/Attachments/"
        "ab/11/x/Tom.heic', transfer_name = 'Tom.heic' WHERE ROWID = 1",
    )
    change(original, "UPDATE chat SET display_name = 'Mum' WHERE ROWID = 2")
    change(original, "UPDATE message SET account = 'E:kim@foo.org' WHERE ROWID = 3")

    anonymise(original, tmp_path / "out.db", seed=1)

    out = tmp_path / "out.db"
    ((filename, name),) = query(
        out, "SELECT filename, transfer_name FROM attachment WHERE ROWID = 1"
    )
    assert filename.startswith("/Users/")
    assert filename.endswith(f"/{name}")
    assert name.endswith(".heic")
    assert "Tom" not in name
    told = query(out, "SELECT display_name FROM chat WHERE ROWID = 2")[0][0]
    assert len(told) == 3
    assert told.lower() != "mum"
    account = query(out, "SELECT account FROM message WHERE ROWID = 3")[0][0]
    assert account.startswith("E:")
    assert "kim" not in account.lower()


def test_a_file_that_is_copied_is_no_part_of_it(original, tmp_path):
    shutil.copyfile(original, tmp_path / "other.db")
    anonymise(original, tmp_path / "out.db", seed=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "original.db",
        "other.db",
        "out.db",
    ]
