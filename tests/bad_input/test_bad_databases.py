"""Databases that were spoilt: each is read or refused, and left as it is."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from refusals import limited, stands_in
from tables import cases

from pytest_imessage_foundry.cli import main

COMMANDS = ("validate", "preview", "detect", "schema read")


@pytest.fixture(scope="module")
def writable(ok, tmp_path_factory):
    """A copy without triggers, which call functions that only Apple has."""
    path = tmp_path_factory.mktemp("writable") / "chat.db"
    shutil.copyfile(ok, path)
    with closing(sqlite3.connect(path)) as database:
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in database.execute(names).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("PRAGMA journal_mode = delete")
    return path


def spoil(path, case):
    if "sql" in case:
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA writable_schema = ON")
            database.execute(case["sql"])
            database.commit()
        return
    content = path.read_bytes()
    given = bytes.fromhex(case.get("bytes", ""))
    if "cut" in case:
        given = content[: case["cut"]]
    elif "at" in case:
        end = case["at"] + len(given)
        given = content[: case["at"]] + given + content[end:]
    path.write_bytes(given)


@pytest.mark.parametrize("case", cases("databases"))
def test_database(case, writable, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "chat.db"
    shutil.copyfile(writable, path)
    spoil(path, case)
    before = stands_in(tmp_path)
    for command in COMMANDS:
        capsys.readouterr()
        with limited():
            code = main([*command.split(), path.name])
        told = capsys.readouterr()

        assert code in (0, 1, 2)
        assert code != 1 or command == "validate"
        lines = (told.out + told.err).splitlines()
        assert all(line.isprintable() for line in lines), lines
        if code == 2:
            assert told.out == ""
            assert len(lines) >= 3
        if "says" in case:
            assert code == 2
            missing = [each for each in case["says"] if each not in told.err]
            assert not missing, told.err
        for made in ("chat.html", *(each.name for each in tmp_path.glob("*.json"))):
            (tmp_path / made).unlink(missing_ok=True)
        assert stands_in(tmp_path) == before
