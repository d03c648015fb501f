"""Folders that are there whole or not at all, and what killed builds leave."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_imessage_foundry import atomic_folders
from pytest_imessage_foundry.atomic_folders import replacing_folder, with_companions
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.replaceable import KeptFiles


def write(folder, **files):
    for name, text in files.items():
        place = folder / name.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def held(folder):
    return {
        each.relative_to(folder).as_posix(): each.read_text()
        for each in folder.rglob("*")
        if each.is_file()
    }


def a_dead_process():
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


@pytest.mark.parametrize("is_there", [False, True], ids=["new", "empty"])
def test_it_appears_whole(tmp_path, is_there):
    path = tmp_path / "deep" / "phone"
    if is_there:
        path.mkdir(parents=True)
    with replacing_folder(path, last=Path("db")) as draft:
        write(draft, db="rows", a__file="bytes")
        assert not path.exists() or not [*path.iterdir()]
    assert held(path) == {"db": "rows", "a/file": "bytes"}
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("swaps", [False, True])
@pytest.mark.parametrize("before", [{}, {"db": "old", "mine": "kept"}])
def test_a_failure_changes_nothing(tmp_path, swaps, before):
    path = tmp_path / "deep" / "phone"
    write(path, **before)

    def interrupted():
        with replacing_folder(path, last=Path("db"), swaps=swaps) as draft:
            write(draft, db="new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert held(tmp_path) == {f"deep/phone/{n}": text for n, text in before.items()}
    assert (tmp_path / "deep").exists() is bool(before)


def test_what_else_is_there_stays(tmp_path):
    write(tmp_path, db="old", mine="kept", a__mine="kept")
    (tmp_path / "db-wal").write_text("a log that would spoil the new one")
    with replacing_folder(tmp_path, last=Path("db")) as draft:
        write(draft, db="new", a__file="bytes")
    assert held(tmp_path) == {
        "db": "new",
        "mine": "kept",
        "a/mine": "kept",
        "a/file": "bytes",
    }


def test_a_file_of_somebody_else_is_not_taken_back(tmp_path, monkeypatch):
    path = tmp_path / "db"
    real = os.link

    def link(source, target):
        path.write_text("theirs")
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    refused = pytest.raises(FoundryError, match="is there by now")
    with refused, with_companions(path, kept=KeptFiles((path,))) as draft:
        write(draft.parent, db="new", Attachments__mine="bytes")
    assert held(tmp_path) == {"db": "theirs"}


def test_the_database_comes_last(tmp_path, monkeypatch):
    write(tmp_path, mine="kept")
    moved = []
    real = os.replace

    def replace(source, target):
        moved.append(str(target))
        real(source, target)

    monkeypatch.setattr(atomic_folders.os, "replace", replace)
    with replacing_folder(tmp_path, last=Path("a/db")) as draft:
        write(draft, a__db="rows", z__file="bytes")
    assert moved[-1] == str(tmp_path / "a" / "db")


def test_a_failed_merge_takes_back_what_is_new(tmp_path, monkeypatch):
    write(tmp_path, mine="kept")
    real = os.replace

    def replace(source, target):
        if os.path.basename(target) == "db":
            raise OSError("no room")
        real(source, target)

    monkeypatch.setattr(atomic_folders.os, "replace", replace)
    with (
        pytest.raises(OSError, match="no room"),
        replacing_folder(tmp_path, last=Path("db")) as draft,
    ):
        write(draft, db="rows", a__file="bytes")
    assert held(tmp_path) == {"mine": "kept"}
    assert not (tmp_path / "a").exists()


def test_a_folder_is_swapped_as_a_whole(tmp_path):
    path = tmp_path / "backup"
    write(path, db="old", ab__orphan="of the old one")
    with replacing_folder(path, last=Path("db"), swaps=True) as draft:
        write(draft, db="new")
        assert held(path) == {"db": "old", "ab/orphan": "of the old one"}
    assert held(path) == {"db": "new"}
    assert [*tmp_path.iterdir()] == [path]


def test_a_failed_swap_brings_the_old_one_back(tmp_path, monkeypatch):
    path = tmp_path / "backup"
    write(path, db="old")
    real, count = os.replace, []

    def replace(source, target):
        count.append(target)
        if len(count) == 2:
            raise OSError("no room")
        real(source, target)

    monkeypatch.setattr(atomic_folders.os, "replace", replace)
    with (
        pytest.raises(OSError, match="no room"),
        replacing_folder(path, last=Path("db"), swaps=True) as draft,
    ):
        write(draft, db="new")
    assert held(tmp_path) == {"backup/db": "old"}


@pytest.mark.parametrize("swaps", [False, True])
def test_what_a_killed_build_left_is_swept(tmp_path, swaps):
    path = tmp_path / "phone"
    write(path, mine="kept")
    beside = path.parent if swaps else path
    write(beside / f".phone.{a_dead_process()}.draft", db="half")
    write(beside / f".phone.{os.getppid()}.draft", db="somebody's who is at it")
    with replacing_folder(path, last=Path("db"), swaps=swaps) as draft:
        write(draft, db="new")
    left = [each.name for each in beside.glob(".*")]
    assert left == [f".phone.{os.getppid()}.draft"]


def test_a_swap_that_was_killed_in_between_is_undone_first(tmp_path):
    path = tmp_path / "backup"
    write(tmp_path / f".backup.{a_dead_process()}.old", db="old")
    with (
        pytest.raises(KeyboardInterrupt),
        replacing_folder(path, last=Path("db"), swaps=True),
    ):
        raise KeyboardInterrupt
    assert held(tmp_path) == {"backup/db": "old"}


def test_by_way_of_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    with replacing_folder(tmp_path / "link", last=Path("db")) as draft:
        write(draft, db="rows")
    assert (tmp_path / "link").is_symlink()
    assert held(tmp_path / "real") == {"db": "rows"}


# --- a file with folders beside it -------------------------------------------


def make(path, **files):
    with with_companions(path) as draft:
        write(draft.parent, **{draft.name: "rows"} | files)


def test_a_file_and_its_folders_appear_together(tmp_path):
    with with_companions(tmp_path / "new" / "db") as draft:
        write(draft.parent, db="rows", Attachments__a__b="bytes")
        assert [each.name for each in (tmp_path / "new").iterdir()] == [
            draft.parent.name
        ]
    assert held(tmp_path) == {"new/db": "rows", "new/Attachments/a/b": "bytes"}


def test_they_join_what_is_there(tmp_path):
    write(tmp_path, db="old", mine="kept", Attachments__a__mine="kept")
    (tmp_path / "db-wal").write_text("a log that would spoil the new one")
    make(tmp_path / "db", Attachments__a__b="bytes", Attachments__c__d="bytes")
    assert held(tmp_path) == {
        "db": "rows",
        "mine": "kept",
        "Attachments/a/mine": "kept",
        "Attachments/a/b": "bytes",
        "Attachments/c/d": "bytes",
    }


def test_a_failed_move_takes_back_new_folders_too(tmp_path, monkeypatch):
    write(tmp_path, mine="kept", a__mine="kept")
    real = os.replace

    def replace(source, target):
        if os.path.basename(target) == "db":
            raise OSError("no room")
        real(source, target)

    monkeypatch.setattr(atomic_folders.os, "replace", replace)
    with pytest.raises(OSError, match="no room"):
        make(tmp_path / "db", a__new="bytes", b__c__new="bytes")
    assert held(tmp_path) == {"mine": "kept", "a/mine": "kept"}
    assert {each.name for each in tmp_path.iterdir()} == {"mine", "a"}


def test_a_folder_that_another_build_made_meanwhile_is_joined(tmp_path, monkeypatch):
    path, real = tmp_path / "Attachments", os.replace

    def replace(source, target):
        if target == path and not path.exists():
            write(path, a__theirs="kept")
        if os.path.basename(target) == "db":
            raise OSError("no room")
        real(source, target)

    monkeypatch.setattr(atomic_folders.os, "replace", replace)
    with pytest.raises(OSError, match="no room"):
        make(tmp_path / "db", Attachments__a__b="bytes")
    assert held(tmp_path) == {"Attachments/a/theirs": "kept"}


def test_a_link_on_the_way_is_not_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "out" / "Attachments").mkdir(parents=True)
    (tmp_path / "out" / "Attachments" / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(FoundryError, match="a link on the way leads elsewhere"):
        make(tmp_path / "out" / "db", Attachments__a__b="bytes")
    assert held(tmp_path) == {}


def test_the_first_folder_may_be_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "Attachments").symlink_to(tmp_path / "disk")
    make(tmp_path / "db", Attachments__a__b="bytes")
    assert held(tmp_path / "disk") == {"a/b": "bytes"}


@pytest.mark.parametrize("place", ["phone", "there"])
def test_errors_name_what_is_meant(tmp_path, place):
    write(tmp_path / "there", mine="kept")

    def refused():
        with replacing_folder(tmp_path / place, last=Path("db")) as draft:
            raise FoundryError(f"no room\nlooked at: {draft / 'db'}\nmake room")

    with pytest.raises(FoundryError) as raised:
        refused()
    assert f"looked at: {tmp_path / place / 'db'}" in str(raised.value)
