"""`schema read`, and what takes the manifests that it writes."""

from __future__ import annotations

import io
import json
import re
import shlex
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pytest_imessage_foundry.db import schema

DOCS = Path(__file__).parents[2] / "docs"
NEW = """\
+ column message: is_new INTEGER DEFAULT 0
+ index message_idx_new ON message(is_new)
"""


@pytest.fixture(scope="module")
def new_text():
    """What the sqlite3 shell's `.schema` prints of a file of a later release."""
    later = schema.get("tahoe").evolve(
        name="later",
        add_columns={"message": "is_new INTEGER DEFAULT 0"},
        add_indexes="message_idx_new ON message(is_new)",
    )
    return "".join(f"{statement};\n" for statement in later.ddl())


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def text_file(here, new_text):
    path = here / "schema.sql"
    path.write_text(new_text)
    return path


def test_a_text_becomes_a_manifest(run, here, text_file):
    done = run("schema", "read", text_file)
    assert (done.code, done.err) == (0, "")
    assert "nearest: tahoe (macOS 26 Tahoe, fresh layout)" in done.out
    assert NEW in done.out
    assert "RELEASE" not in done.out
    read = json.loads((here / "tahoe-as-read.json").read_text())
    assert "is_new INTEGER DEFAULT 0" in read["tables"]["message"]


def test_as_names_the_release_and_prints_code_that_states_it(run, here, text_file):
    done = run("schema", "read", text_file, "--as", "tahoe-26.3", "-o", "own.json")
    assert done.code == 0
    code = done.out[done.out.index("from pytest_imessage_foundry") :]
    made: dict = {}
    exec(code, made)
    assert made["RELEASE"].tables["message"].column_names[-1] == "is_new"
    assert made["RELEASE"].name == "tahoe-26.3"
    assert json.loads((here / "own.json").read_text())["macos"] == "26.3"


def test_standard_input_and_json(run, here, new_text, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(new_text.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    done = run("schema", "read", "-", "--as", "tahoe-26.3", "--json")
    report = json.loads(done.out)
    assert report["nearest"] == "tahoe"
    assert report["differences"] == [
        "extra column message.is_new (INTEGER)",
        "extra index message_idx_new (on message)",
    ]
    assert report["code"].startswith("from pytest_imessage_foundry")
    assert (here / report["manifest"]).exists()


def test_a_manifest_builds_validates_and_is_compared(run, here, text_file):
    run("schema", "read", text_file, "--as", "tahoe-26.3")
    own = "tahoe-26.3.json"
    done = run("build", "own.db", "--schema", own, "--scenario", "small")
    assert (done.code, done.err) == (0, "")
    assert "release=tahoe-26.3" in done.out
    with closing(sqlite3.connect("own.db")) as connection:
        assert connection.execute("SELECT is_new FROM message").fetchone() == (0,)
    assert run("validate", "own.db", "--schema", own).code == 0
    assert run("validate", "own.db", "--macos", "tahoe").code == 1
    # Any two: a name, a manifest, a database, a text.
    assert NEW in run("schema", "diff", "tahoe", own).out
    assert NEW in run("schema", "diff", "26", "own.db").out
    for one, other in ((own, "own.db"), ("own.db", text_file), (text_file, own)):
        assert run("schema", "diff", one, other).out.endswith("\nno difference\n")
    assert "is_new INTEGER" in run("schema", "show", own).out
    assert "2 differences" in run("detect", "own.db").out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("hello", "there is no schema in it"),
        ("CREATE TABLE a (b);", "it has no table message"),
    ],
)
def test_what_holds_no_schema_ends_with_2(run, here, content, message):
    (here / "x").write_text(content)
    for verb in (["read", "x"], ["show", "./x"], ["diff", "tahoe", "x"]):
        done = run("schema", *verb)
        assert done.code == 2
        assert message in done.err
        assert "Traceback" not in done.err
    assert [each.name for each in here.iterdir()] == ["x"]


def test_a_name_that_is_neither_release_nor_file(run, here):
    done = run("schema", "show", "ventura")
    assert done.code == 2
    assert "unknown macOS release 'ventura'" in done.err
    assert "there is no such file" in done.err


def test_nothing_is_overwritten(run, here, text_file):
    (here / "own.json").write_text("mine")
    done = run("schema", "read", text_file, "-o", "own.json")
    assert done.code == 2
    assert "own.json is there already" in done.err
    assert (here / "own.json").read_text() == "mine"
    assert run("schema", "read", text_file, "-o", "own.json", "--force").code == 0
    done = run("schema", "read", text_file, "-o", text_file, "--force")
    assert "would take the place of a file that is read" in done.err
    (here / "folder").mkdir()
    done = run("schema", "read", text_file, "-o", "folder")
    assert "folder is a folder" in done.err


def test_options_that_contradict_a_schema(run, here, text_file):
    for more, message in (
        (["--macos", "tahoe"], "--macos and --schema cannot both be given"),
        (["--migrated"], "--migrated and --schema cannot both be given"),
    ):
        done = run("build", "own.db", "--schema", text_file, *more)
        assert done.code == 2
        assert message in done.err
    done = run("build", "own.db", "--schema", "none.json")
    assert "there is no such file" in done.err


def test_a_file_of_no_release_is_not_detected(run, here):
    with closing(sqlite3.connect("x.db")) as connection:
        connection.execute("CREATE TABLE a (b)")
        connection.commit()
    done = run("detect", "x.db")
    assert done.code == 2
    assert "this is no database of Messages" in done.err


def test_the_recipe_of_the_docs_runs(run, here, new_text):
    """All of its lines but the first, which needs a Mac and makes schema.sql."""
    page = (DOCS / "releases.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    first, *lines = block.splitlines()
    assert first == "sqlite3 ~/Library/Messages/chat.db .schema > schema.sql"
    (here / "schema.sql").write_text(new_text)
    assert len(lines) == 3
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "imessage-foundry"
        assert run(*arguments).code == 0, line
