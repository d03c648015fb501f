"""Files that are there whole or not at all, and what killed builds leave."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.atomic_folders import replacing_folder, with_companions
from pytest_imessage_foundry.errors import FoundryError


def a_dead_process():
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


@pytest.fixture(scope="module")
def dead():
    return a_dead_process()


def held(folder):
    return {each.name: each.read_text() for each in folder.iterdir()}


def write(path, text="new", *, force=True):
    with replacing(path, force=force) as draft:
        draft.write_text(text)


@pytest.mark.parametrize("ending", ["", "-journal", "-wal", "-shm"])
def test_what_a_killed_build_left_is_swept(tmp_path, dead, ending):
    (tmp_path / f".chat.db.{dead}.draft{ending}").write_text("half")
    write(tmp_path / "chat.db")
    assert held(tmp_path) == {"chat.db": "new"}


@pytest.mark.parametrize(
    "name",
    [
        ".chat.db.{running}.draft",
        ".chat.db.{running}.draft-journal",
        ".chat.db.{running}.old-wal",
        # None of ours.
        ".chat.db.{dead}.draft.txt",
        ".chat.db.{dead}",
        ".chat.db.x{dead}.draft",
        ".other.db.{dead}.draft",
        "chat.db.{dead}.draft",
        ".chat-db.{dead}.draft",
    ],
)
def test_what_is_somebody_elses_stays(tmp_path, dead, name):
    theirs = tmp_path / name.format(running=os.getppid(), dead=dead)
    theirs.write_text("theirs")
    write(tmp_path / "chat.db")
    assert held(tmp_path) == {"chat.db": "new", theirs.name: "theirs"}


def test_a_folder_by_the_name_of_a_draft_stays(tmp_path, dead):
    (tmp_path / f".chat.db.{dead}.draft").mkdir()
    write(tmp_path / "chat.db")
    assert (tmp_path / f".chat.db.{dead}.draft").is_dir()


def interrupted(path):
    with replacing(path) as draft:
        for ending in ("", "-journal", "-wal", "-shm"):
            draft.with_name(draft.name + ending).write_text("half")
        raise KeyboardInterrupt


def test_an_interrupted_build_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "chat.db")
    assert held(tmp_path) == {}


# --- the log of the file that is replaced ------------------------------------


def test_the_log_of_the_former_file_goes(tmp_path):
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"chat.db{ending}").write_text("former")
    write(tmp_path / "chat.db")
    assert held(tmp_path) == {"chat.db": "new"}


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_it_comes_back_where_the_move_fails(tmp_path, monkeypatch, error):
    before = {"chat.db": "former", "chat.db-wal": "log", "chat.db-shm": "index"}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    real = os.replace

    def replace(source, target):
        if target == tmp_path / "chat.db":
            raise error
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(error):
        write(tmp_path / "chat.db")
    assert held(tmp_path) == before


def test_killed_before_the_move_the_former_file_gets_its_log_again(tmp_path, dead):
    (tmp_path / "chat.db").write_text("former")
    (tmp_path / f".chat.db.{dead}.old-wal").write_text("its log")
    (tmp_path / f".chat.db.{dead}.draft").write_text("half")
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "chat.db")
    assert held(tmp_path) == {"chat.db": "former", "chat.db-wal": "its log"}


def test_killed_after_the_move_the_log_is_nobodys(tmp_path, dead):
    (tmp_path / "chat.db").write_text("complete")
    (tmp_path / f".chat.db.{dead}.old-wal").write_text("of the former one")
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "chat.db")
    assert held(tmp_path) == {"chat.db": "complete"}


def fill(path):
    """Write to a database that has no room for it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE large (x)")
        connection.execute("INSERT INTO large VALUES (zeroblob(100000))")


def refuse(path):
    raise OSError(28, "No space left on device", str(path))


@pytest.mark.parametrize("act", [fill, refuse])
def test_a_full_disk_is_told_of_the_file_and_not_of_its_draft(tmp_path, act):
    path = tmp_path / "chat.db"
    refused = pytest.raises(FoundryError, match="could not be written")
    with refused as caught, replacing(path) as draft:
        act(draft)
    assert str(caught.value).split("\n")[1] == f"tried to write: {path}"
    assert not [*tmp_path.iterdir()]


LONG = "n" * 250  # a name that a file may have, and its draft may not


def folder_of(path):
    return replacing_folder(path, last=Path("chat.db"))


@pytest.mark.parametrize("maker", [replacing, folder_of, with_companions])
@pytest.mark.parametrize("name", [LONG, 2 * LONG])
def test_a_name_that_is_too_long_is_told_as_it_was_given(tmp_path, maker, name):
    path = tmp_path / name
    refused = pytest.raises(FoundryError, match="could not be written: File name too")
    with refused as caught, maker(path):
        pytest.fail("there is no such draft")
    assert str(caught.value).split("\n")[1] == f"tried to write: {path}"
    assert f".{name}" not in str(caught.value)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("maker", [replacing, folder_of, with_companions])
def test_a_folder_that_nobody_may_write_to_is_told_of(read_only, maker):
    path = read_only / "output"
    refused = pytest.raises(FoundryError, match="could not be written: Permission")
    with refused as caught, maker(path) as draft:
        draft.write_text("new")
    assert str(caught.value).split("\n")[1] == f"tried to write: {path}"
    assert ".output" not in str(caught.value)


@pytest.mark.parametrize("name", ["input", ".output.toml"])
def test_an_error_of_another_file_names_that_one(tmp_path, name):
    other = tmp_path / name
    with (
        pytest.raises(FileNotFoundError) as caught,
        replacing(tmp_path / "output") as draft,
    ):
        draft.write_text(other.read_text())
    assert caught.value.filename == str(other)
    assert not [*tmp_path.iterdir()]


def test_folders_that_were_made_for_a_file_go_with_it(tmp_path):
    path = tmp_path / "deep" / "down" / "chat.db"
    with replacing(path, makes_folder=True) as draft:
        draft.write_text("new")
    assert path.read_text() == "new"
    other = tmp_path / "other" / "down" / "chat.db"
    with pytest.raises(KeyboardInterrupt), replacing(other, makes_folder=True):
        raise KeyboardInterrupt
    assert [each.name for each in tmp_path.iterdir()] == ["deep"]


def vanish(path, *, is_begun):
    """Write to a database whose folder is removed meanwhile."""
    with closing(sqlite3.connect(path)) as connection:
        if is_begun:
            connection.execute("CREATE TABLE first (x)")
        shutil.rmtree(path.parent)
        connection.execute("CREATE TABLE second (x)")


# SQLite says "attempt to write a readonly database", or "disk I/O error".
@pytest.mark.parametrize("is_begun", [True, False])
def test_a_folder_that_vanishes_is_told_of(tmp_path, is_begun):
    path = tmp_path / "folder" / "chat.db"
    path.parent.mkdir()
    refused = pytest.raises(FoundryError, match="could not be written")
    with refused as caught, replacing(path) as draft:
        vanish(draft, is_begun=is_begun)
    assert str(caught.value).split("\n")[1] == f"tried to write: {path}"
    assert not path.parent.exists()


def test_what_comes_in_the_last_moment_stays(tmp_path, monkeypatch):
    path = tmp_path / "chat.db"
    real = os.link

    def link(source, target):
        path.write_text("theirs")
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(FoundryError, match="is there by now"):
        write(path, force=False)
    assert held(tmp_path) == {"chat.db": "theirs"}


def test_what_comes_with_a_log_keeps_it(tmp_path):
    path, log = tmp_path / "chat.db", tmp_path / "chat.db-wal"
    refused = pytest.raises(FoundryError, match="is there by now")
    with refused, replacing(path, force=False) as draft:
        draft.write_text("new")
        path.write_text("theirs")
        log.write_text("their log")
    assert held(tmp_path) == {"chat.db": "theirs", "chat.db-wal": "their log"}


@pytest.mark.parametrize("act", [fill, refuse])
def test_a_full_disk_is_told_of_the_folder_and_not_of_its_draft(tmp_path, act):
    path = tmp_path / "home"
    refused = pytest.raises(FoundryError, match="could not be written")
    with refused as caught, replacing_folder(path, last=Path("chat.db")) as draft:
        act(draft / "chat.db")
    assert str(path) in str(caught.value).split("\n")[1]
    assert ".home." not in str(caught.value)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_no_file_takes_a_name_that_sqlite_keeps_for_a_database(tmp_path, ending):
    free = tmp_path / f"other.db{ending}"
    write(free)
    (tmp_path / "chat.db").write_text("database")
    with pytest.raises(FoundryError, match="no name for a file of its own"):
        write(tmp_path / f"chat.db{ending}")
    assert held(tmp_path) == {free.name: "new", "chat.db": "database"}
