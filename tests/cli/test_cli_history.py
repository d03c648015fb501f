"""Builds with people of the library, and the history that tells of them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture(autouse=True)
def path(library_path):
    return library_path


SCENARIO = """\
name = "mine"
personas = ["library:ana"]
[[conversations]]
id = "x"
participants = ["ana"]
message_count_target = 6
"""


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(SCENARIO)
    return file


def build(run, target, scenario, *more):
    return run("build", target, "--macos", "tahoe", "--scenario", scenario, *more)


def test_a_build_is_in_the_history(personas, run, scenario, tmp_path, monkeypatch):
    personas("add", "ana", "--name", "Ana Ruiz")
    monkeypatch.chdir(tmp_path)
    assert "nothing was built" in run("history").out
    assert build(run, "one.db", scenario).code == 0
    assert build(run, "two.db", scenario, "--messages", 9).code == 0
    newest, oldest = json.loads(run("history", "--json").out)
    assert newest["output_path"] == str(tmp_path / "two.db")
    assert oldest["output_path"] == str(tmp_path / "one.db")
    assert oldest["persona_ids"] == ["ana"]
    assert oldest["macos_version"] == "tahoe"
    with closing(sqlite3.connect(tmp_path / "two.db")) as db:
        (rows,) = db.execute("SELECT count(*) FROM message").fetchone()
    assert newest["message_count"] == rows
    lines = run("history").out.splitlines()
    assert len(lines) == 2
    assert "two.db" in lines[0]


def test_a_build_from_another_library(personas, run, scenario, tmp_path, path):
    other = tmp_path / "other.db"
    personas("add", "ana", "--name", "Ana Ruiz", "--library", other)
    out = tmp_path / "chat.db"
    assert build(run, out, scenario, "--library", other).code == 0
    assert len(json.loads(run("history", "--json", "--library", other).out)) == 1
    assert not path.exists()


@pytest.mark.parametrize("name", ["small", "file"])
def test_other_builds_make_no_library(run, scenario, tmp_path, path, name):
    scenario.write_text(
        SCENARIO.replace("library:ana", "mom").replace('"ana"', '"mom"')
    )
    which = scenario if name == "file" else name
    assert build(run, tmp_path / "chat.db", which).code == 0
    assert not path.parent.exists()


def test_a_failed_build_is_in_no_history(personas, run, scenario, tmp_path):
    personas("add", "ana", "--name", "Ana Ruiz")
    (tmp_path / "chat.db").write_text("mine")
    assert build(run, tmp_path / "chat.db", scenario).code == 2
    assert json.loads(run("history", "--json").out) == []


def test_a_history_that_cannot_be_kept_spoils_no_build(
    personas, run, scenario, tmp_path, path, monkeypatch
):
    from pytest_imessage_foundry.personas import storage

    personas("add", "ana", "--name", "Ana Ruiz")
    monkeypatch.setattr(storage, "PATIENCE", 0.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # readers go on, writers do not
        built = build(run, tmp_path / "chat.db", scenario)
        other.execute("ROLLBACK")
    assert built.code == 0
    assert (tmp_path / "chat.db").exists()
    assert "the build is not in the history: the persona library cannot" in built.err
