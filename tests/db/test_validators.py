"""The validator: what is whole passes, what is not is told, and no trace is left."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.validators import CHECKS, validate
from pytest_imessage_foundry.errors import UnknownReleaseError, UnreadableFileError
from pytest_imessage_foundry.reading import open_readonly

EVERY = [(name, layout) for name in schema.RELEASES for layout in ("fresh", "migrated")]


@pytest.fixture
def copy(whole, tmp_path):
    return Path(shutil.copyfile(whole, tmp_path / "chat.db"))


# --- what is whole ------------------------------------------------------------


@pytest.mark.parametrize(("release", "layout"), EVERY)
def test_a_database_of_every_kind_is_valid(kinds, release, layout):
    report = validate(kinds(release, layout).path)
    assert not [f for f in report.findings if f.severity == "error"], str(report)
    assert report.exit_code == 0
    assert (report.release, report.layout) == (release, layout)
    assert report.differences == ()
    assert list(report.checks) == list(CHECKS)
    # Notes are the oddities that the catalogue means to have.
    assert {f.check for f in report.findings} <= {
        "app-messages",
        "associations",
        "attachments",
        "bodies",
        "body-attachments",
        "chat-lookup",
        "chats",
        "dates",
        "membership",
        "message-values",
        "reply-chain",
        "required-values",
        "senders",
        "threads",
    }


def test_every_check_looked_at_something(kinds):
    """On the newest release, which has all that the others have."""
    report = validate(kinds(schema.RELEASES[-1], "fresh").path)
    assert [name for name, each in report.checks.items() if each.looked_at == 0] == []


def test_report_as_text_and_as_json(whole):
    report = validate(whole)
    text = str(report)
    assert text.splitlines()[0] == str(whole)
    assert "closest release: tahoe" in text
    assert text.splitlines()[-1].startswith("valid: 0 errors")
    plain = json.loads(json.dumps(report.as_json()))
    assert plain["valid"] is True
    assert plain["release"] == "tahoe"
    assert plain["checks"]["plists"]["findings"] == 0
    assert len(plain["findings"]) == len(report.findings)


def test_an_expected_release_is_held_against_the_file(whole):
    assert validate(whole, release="26").ok
    report = validate(whole, release="sonoma")
    assert report.exit_code == 1
    assert report.is_expected
    assert any("extra table chat_lookup" in each for each in report.differences)
    assert {f.check for f in report.findings if f.severity == "error"} >= {"structure"}


def test_an_unknown_release_is_refused(whole):
    with pytest.raises(UnknownReleaseError, match="ventura"):
        validate(whole, release="ventura")


# --- leaving no trace ---------------------------------------------------------


def listing(folder):
    return {
        each.name: (each.read_bytes(), each.stat().st_mtime_ns, each.stat().st_mode)
        for each in folder.iterdir()
    }


def test_the_file_and_its_folder_stay_as_they_are(copy):
    copy.chmod(0o444)
    before = listing(copy.parent)
    validate(copy)
    assert listing(copy.parent) == before
    assert list(before) == ["chat.db"]


def test_a_file_in_rollback_mode_stays_as_it_is_and_is_told(copy):
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").close()
    before = listing(copy.parent)
    report = validate(copy)
    assert [f.reason for f in report.of("file")] == ["the file is not in WAL mode"]
    assert listing(copy.parent) == before


def test_what_stands_in_a_hot_log_is_read(copy):
    with closing(register_functions(sqlite3.connect(copy))) as connection:
        connection.execute("UPDATE message SET version = 11 WHERE ROWID = 1")
        connection.commit()
        before = listing(copy.parent)
        assert {"chat.db", "chat.db-wal", "chat.db-shm"} == set(before)
        report = validate(copy)
        assert listing(copy.parent) == before
    assert 1 in [f.rowid for f in report.of("message-values")]


def test_a_copied_log_without_its_index_is_read(copy, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    with closing(register_functions(sqlite3.connect(copy))) as connection:
        connection.execute("UPDATE message SET version = 11 WHERE ROWID = 1")
        connection.commit()
        for name in ("chat.db", "chat.db-wal"):
            shutil.copyfile(copy.with_name(name), other / name)
    before = listing(other)
    assert validate(other / "chat.db").of("message-values")
    assert listing(other) == before


def test_odd_names_and_links_are_followed(whole, tmp_path):
    odd = tmp_path / "50% of #1? ü.db"
    shutil.copyfile(whole, odd)
    (tmp_path / "link.db").symlink_to(odd)
    assert validate(odd).ok
    assert validate(str(tmp_path / "link.db")).ok


# --- unusable input -----------------------------------------------------------


def _encrypted(path):
    path.write_bytes(bytes((n * 167 + n // 256 * 13) % 256 for n in range(8192)))


def _truncated(path):
    os.truncate(path, path.stat().st_size - 4096)


def _no_schema(path):
    data = bytearray(path.read_bytes())
    data[100:4096] = b"\xa5" * 3996
    path.write_bytes(data)


UNUSABLE = {
    "not there": (lambda path: path.unlink(), "no such file"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "text": (lambda path: path.write_text("hello " * 30), "not a SQLite database"),
    "short": (lambda path: os.truncate(path, 60), "truncated"),
    "encrypted": (_encrypted, "encrypted"),
    "truncated": (_truncated, "truncated"),
    "half": (lambda path: os.truncate(path, path.stat().st_size // 2), "truncated"),
    "no schema": (_no_schema, "cannot read the database"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_input_is_refused_in_three_parts(copy, name):
    spoil, what = UNUSABLE[name]
    spoil(copy)
    before = listing(copy.parent)
    with pytest.raises(UnreadableFileError, match=what) as caught:
        validate(copy)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert lines[1] == f"looked at {copy}"
    assert listing(copy.parent) == before


def test_a_directory_is_refused_and_the_file_in_it_named(copy):
    with pytest.raises(UnreadableFileError, match="directory") as caught:
        validate(copy.parent)
    assert str(copy) in str(caught.value)


def test_a_path_through_a_file_is_refused(copy):
    with pytest.raises(UnreadableFileError):
        validate(copy / "chat.db")


def test_what_is_no_file_is_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableFileError, match="regular"):
        validate(pipe)


LOCKER = """
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE").close()
    connection.execute(f"PRAGMA journal_mode = {sys.argv[2]}").close()
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("CREATE TABLE t (x)")
    print("locked", flush=True)
    sys.stdin.read()
    connection.close()
"""


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_locked_file_is_refused(copy, mode, monkeypatch):
    monkeypatch.setattr(open_readonly, "_PATIENCE", 0.1)  # it stays locked
    command = [sys.executable, "-c", textwrap.dedent(LOCKER), str(copy), mode]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(UnreadableFileError, match="locked") as caught:
            validate(copy)
        holder.stdin.close()
    assert len(str(caught.value).splitlines()) == 3


# --- damage below the level of rows -------------------------------------------


def root_page(path, name):
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        return database.execute(query, (name,)).fetchone()[0]


def overwrite(path, page, content):
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(content)


@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\xa5\x0d"])
@pytest.mark.parametrize(
    "name", ["message", "chat", "chat_message_join", "handle", "message_idx_date"]
)
def test_a_spoilt_page_is_told_by_integrity(copy, name, filling):
    overwrite(copy, root_page(copy, name), (filling * 4096)[:4096])
    report = validate(copy)
    assert report.of("integrity"), str(report)
    assert report.exit_code == 1


def test_an_index_that_holds_other_values_is_told_by_integrity(copy):
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA writable_schema = ON").close()
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(date)', '(date_read)') "
            "WHERE name = 'message_idx_date'"
        )
        connection.commit()
    report = validate(copy)
    assert report.of("integrity"), str(report)


# --- files from elsewhere -----------------------------------------------------


def from_elsewhere(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


def test_a_database_of_something_else_is_told(tmp_path):
    report = validate(from_elsewhere(tmp_path / "a.db", "CREATE TABLE t (x)"))
    assert report.exit_code == 1
    assert any("missing table message" in f.reason for f in report.of("structure"))


def test_a_database_without_tables_is_told(tmp_path):
    path = from_elsewhere(tmp_path / "a.db", "CREATE TABLE t (x)", "DROP TABLE t")
    assert validate(path).of("structure")


def test_a_database_with_few_columns_is_looked_at_as_far_as_it_goes(tmp_path):
    path = from_elsewhere(
        tmp_path / "sms.db",
        "CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, "
        "date INTEGER, is_from_me INTEGER, attributedBody BLOB)",
        "CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER)",
        "CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER)",
        "INSERT INTO message VALUES (1, 'M1', 'hi', 700000000, 0, x'0102')",
        "INSERT INTO chat VALUES (1, 'iMessage;-;+12025550101', 43)",
        "INSERT INTO chat_message_join VALUES (1, 1), (1, 2)",
    )
    report = validate(path)
    found = {f.check for f in report.findings}
    assert found >= {"structure", "guids", "dates", "bodies", "chats", "membership"}


@pytest.mark.parametrize("table", ["message", "chat", "handle", "attachment"])
def test_a_database_without_a_table_is_looked_at_as_far_as_it_goes(copy, table):
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA legacy_alter_table = ON").close()
        connection.execute(f"ALTER TABLE {table} RENAME TO renamed")
        connection.commit()
    report = validate(copy)
    assert any(f"missing table {table} " in f.reason for f in report.of("structure"))


def test_many_findings_are_counted_and_some_are_listed(copy):
    with closing(register_functions(sqlite3.connect(copy))) as connection:
        connection.execute("UPDATE message SET version = 9")
        connection.commit()
    report = validate(copy)
    common = [f for f in report.of("message-values") if "version" in f.reason]
    assert len(common) == 100
    assert report.checks["message-values"].findings > 200
    assert "more of message-values" in str(report)


def test_common_findings_hide_no_rare_one_of_their_check(copy):
    with closing(register_functions(sqlite3.connect(copy))) as connection:
        connection.execute("UPDATE message SET version = 9")
        last = "SELECT max(ROWID) FROM message"
        connection.execute(f"UPDATE message SET is_sent = 7 WHERE ROWID = ({last})")
        (row,) = connection.execute(last).fetchone()
        connection.commit()
    report = validate(copy)
    (rare,) = [f for f in report.of("message-values") if "is_sent" in f.reason]
    common = next(f for f in report.findings if "version" in f.reason)
    assert (rare.rowid, rare.severity) == (row, common.severity)
    assert str(rare) in str(report)
    assert len(report.of("message-values")) <= 200
