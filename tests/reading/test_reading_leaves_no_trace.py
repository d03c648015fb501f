"""Whatever the header of a file says, looking at it changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from contextlib import closing
from itertools import product

import pytest

from pytest_imessage_foundry.db.validators import validate
from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.preview import read
from pytest_imessage_foundry.reading import open_readonly

# What the header may say of who may write, and of who may read.
VERSIONS = (0, 1, 2, 3, 9, 255)
COMPANIONS = {
    "alone": {},
    "an empty log": {"-wal": b""},
    "an empty log and its index": {"-wal": b"", "-shm": bytes(32768)},
    "a log of something else": {"-wal": b"no log" * 20},
    "an empty journal": {"-journal": b""},
    "a journal of something else": {"-journal": b"no journal" * 60},
    "an index alone": {"-shm": bytes(32768)},
}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The bytes of a file with one message."""
    path = tmp_path_factory.mktemp("small") / "chat.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE message (guid TEXT, text TEXT)")
        connection.execute("INSERT INTO message VALUES ('A', 'a text')")
        connection.commit()
    return path.read_bytes()


def listing(folder):
    return {
        file.name: (
            hashlib.sha256(file.read_bytes()).hexdigest(),
            file.stat().st_mtime_ns,
            file.stat().st_ino,
        )
        for file in folder.iterdir()
    }


@pytest.mark.parametrize("companions", COMPANIONS)
@pytest.mark.parametrize(("write", "read_"), [*product(VERSIONS, VERSIONS)])
def test_any_header_leaves_the_folder_as_it_was(
    content, tmp_path, companions, write, read_
):
    path = tmp_path / "chat.db"
    path.write_bytes(content[:18] + bytes((write, read_)) + content[20:])
    for name, data in COMPANIONS[companions].items():
        (tmp_path / f"chat.db{name}").write_bytes(data)
    before = listing(tmp_path)
    for look in (read, _opened):
        with contextlib.suppress(UnreadableFileError):
            look(path)
        assert listing(tmp_path) == before


@pytest.mark.parametrize("write", VERSIONS)
def test_validating_leaves_the_folder_as_it_was(content, tmp_path, write):
    path = tmp_path / "chat.db"
    path.write_bytes(content[:18] + bytes((write, 2)) + content[20:])
    before = listing(tmp_path)
    assert not validate(path).ok
    assert listing(tmp_path) == before


def _opened(path):
    with open_readonly.opened(path) as source, source.connect() as connection:
        return connection.execute("SELECT text FROM message").fetchall()


@pytest.mark.parametrize("write", VERSIONS)
@pytest.mark.parametrize("read_", [0, 1, 2])
def test_a_header_that_sqlite_accepts_is_read(content, tmp_path, write, read_):
    path = tmp_path / "chat.db"
    path.write_bytes(content[:18] + bytes((write, read_)) + content[20:])
    assert _opened(path) == [("a text",)]


def test_nothing_can_be_written(content, tmp_path):
    path = tmp_path / "chat.db"
    path.write_bytes(content)
    with (
        open_readonly.opened(path) as source,
        source.connect() as connection,
        pytest.raises(sqlite3.OperationalError),
    ):
        connection.execute("DELETE FROM message")


@pytest.mark.parametrize("name", ["a?b.db", "a#b%41.db", "a b.db", "é.db"])
def test_any_name_of_a_file_is_the_file(content, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(content)
    assert _opened(path) == [("a text",)]
    assert os.listdir(tmp_path) == [name]
