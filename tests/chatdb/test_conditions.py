"""Conditions of the file, each seen by plain sqlite3."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.chatdb import conditions
from pytest_imessage_foundry.errors import FoundryError

MESSAGES = 10
IN_FILE = MESSAGES - conditions.LAST


@pytest.fixture
def db(tmp_path):
    author = ChatDBBuilder("tahoe", path=tmp_path / "chat.db")
    group = author.group(author.person("Alex Doe"), author.person("Kim Lee"))
    for number in range(MESSAGES - 1):
        group.send(f"message {number}")
    group.set_photo()
    return author.build()


def count(db, options):
    """How many messages a reader sees that opens the file so."""
    address = f"{db.path.as_uri()}?{options}"
    with closing(sqlite3.connect(address, uri=True, timeout=0.05)) as connection:
        return connection.execute("SELECT count(*) FROM message").fetchone()[0]


def beside(db):
    return {path.name for path in db.path.parent.glob("chat.db*")}


def test_hot_wal(db):
    before = db.path.read_bytes()
    with db.condition("hot-wal") as same:
        assert same is db
        assert beside(db) == {"chat.db", "chat.db-wal", "chat.db-shm"}
        assert count(db, "immutable=1") == IN_FILE
        assert count(db, "mode=ro") == MESSAGES
        # Nobody else has it open: whoever writes may move the -wal into the file.
        assert count(db, "mode=rw") == MESSAGES
        assert beside(db) == {"chat.db"}
        assert count(db, "immutable=1") == MESSAGES
    assert db.path.read_bytes() == before
    assert beside(db) == {"chat.db"}


def test_a_reader_that_deletes_the_wal_loses_messages_until_the_end(db):
    with db.condition("hot-wal"):
        db.path.with_name("chat.db-wal").unlink()
        assert count(db, "mode=ro") == IN_FILE
    assert count(db, "mode=ro") == MESSAGES


def test_copying_the_file_alone_misses_the_last_messages(db, tmp_path):
    with db.condition("hot-wal"):
        alone = tmp_path / "copy.db"
        shutil.copyfile(db.path, alone)
        with closing(sqlite3.connect(alone)) as connection:
            query = "SELECT count(*) FROM message"
            assert connection.execute(query).fetchone() == (IN_FILE,)


def test_missing_shm(db):
    with db.condition("missing-shm"):
        assert beside(db) == {"chat.db", "chat.db-wal"}
        assert count(db, "immutable=1") == IN_FILE
        assert count(db, "mode=ro") == MESSAGES


def test_open_wal(db):
    with db.condition("open-wal"):
        for _ in range(2):
            assert count(db, "immutable=1") == IN_FILE
            assert count(db, "mode=ro") == MESSAGES
            assert count(db, "mode=rw") == MESSAGES
            # The writer has it open: no reader is the last one to close it.
            assert beside(db) == {"chat.db", "chat.db-wal", "chat.db-shm"}
    assert beside(db) == {"chat.db"}


def test_checkpointed_wal(db):
    with db.condition("checkpointed-wal"):
        assert db.path.with_name("chat.db-wal").stat().st_size > 0
        assert count(db, "immutable=1") == count(db, "mode=ro") == MESSAGES


def test_writing(db):
    with db.condition("writing"):
        assert count(db, "mode=ro") == MESSAGES
        with (
            closing(sqlite3.connect(db.path, timeout=0.05)) as connection,
            pytest.raises(sqlite3.OperationalError, match="database is locked"),
        ):
            connection.execute("DELETE FROM kvtable")
    with closing(sqlite3.connect(db.path)) as connection:
        connection.execute("DELETE FROM kvtable")


def test_locked(db):
    with db.condition("locked"):
        # Opening and closing the file here takes no lock of the writer's away.
        db.path.read_bytes()
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            count(db, "mode=ro")
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            count(db, "mode=rw")
        assert count(db, "immutable=1") == MESSAGES
    assert count(db, "mode=ro") == MESSAGES


def test_read_only_folder(db, as_a_user):
    with as_a_user():
        with db.condition("read-only-folder"):
            # WAL mode needs a -shm that nobody may make here.
            with pytest.raises(
                sqlite3.OperationalError, match=r"unable to open|readonly"
            ):
                count(db, "mode=ro")
            assert count(db, "immutable=1") == MESSAGES
        assert count(db, "mode=rw") == MESSAGES


def test_a_hot_wal_in_a_read_only_folder(db, as_a_user):
    with (
        db.condition("hot-wal"),
        as_a_user(),
        db.condition("read-only-folder"),
    ):
        assert count(db, "immutable=1") == IN_FILE
        assert count(db, "mode=ro") == MESSAGES
    assert count(db, "mode=rw") == MESSAGES


def test_the_superuser_is_told_that_nothing_is_read_only(db, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_, **__: True)
    before = db.path.stat().st_mode, db.path.parent.stat().st_mode
    with (
        pytest.raises(FoundryError, match="run the test as another user"),
        db.condition("read-only-folder"),
    ):
        pass
    assert (db.path.stat().st_mode, db.path.parent.stat().st_mode) == before


def test_what_was_living_takes_part(db):
    with db.live() as phone:
        phone.send(db.conversations[0], "one more")
    with db.condition("hot-wal"):
        assert count(db, "immutable=1") == IN_FILE + 1
        assert count(db, "mode=ro") == MESSAGES + 1


def test_the_truth_stays(db):
    before = db.conversations
    for name in sorted(conditions.NAMES.keys() - {"read-only-folder"}):
        with db.condition(name):
            assert db.conversations == before
    assert db.report().ok


def test_an_unknown_condition_lists_those_there_are(db):
    with (
        pytest.raises(FoundryError, match=r"unknown condition 'wet' \(choose from hot"),
        db.condition("wet"),
    ):
        pass


def test_a_shared_database_is_left_alone(db):
    db._readonly = True
    with pytest.raises(FoundryError, match="chat_db_readonly"), db.condition("locked"):
        pass


def test_a_file_that_cannot_be_opened_is_said_so(db):
    with (
        db.condition("locked"),
        pytest.raises(FoundryError, match="database is locked"),
        db.condition("writing"),
    ):
        pass


@pytest.mark.parametrize("name", conditions.NAMES)
def test_a_file_that_was_removed_is_said_so(db, name):
    db.path.unlink()

    with (
        pytest.raises(FoundryError, match=f"no database to put .* '{name}'\nlooked"),
        db.condition(name),
    ):
        pass

    assert beside(db) == set()


def test_a_writer_makes_no_file(db):
    """Also where the file goes after it was looked for."""
    db.path.unlink()

    with (
        pytest.raises(FoundryError, match="unable to open"),
        conditions._writer("writing", db.path),
    ):
        pass

    assert beside(db) == set()
