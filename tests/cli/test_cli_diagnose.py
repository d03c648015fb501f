"""`diagnose`: counts of what is in a file, and nothing of its content."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.spec import Spec


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("diagnose") / "chat.db"
    forge(Order(Spec(release="tahoe", scenario="kinds")), path, attachments=False)
    return path


def test_counts_are_those_of_the_file(path, capsys):
    assert main(["diagnose", str(path), "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    with closing(sqlite3.connect(path)) as connection:
        for table, count in found["tables"].items():
            query = f'SELECT count(*) FROM "{table}"'
            assert connection.execute(query).fetchone()[0] == count
    assert found["release"] == "tahoe"
    assert found["notice"] == ""
    assert found["kinds"]["poll"] > 3
    assert found["states"]["rows in two chats"] == 1
    assert {each["level"] for each in found["findings"]} == {"unusual", "note"}


def test_nothing_of_the_content_is_told(path, capsys):
    assert main(["diagnose", str(path)]) == 0

    said = capsys.readouterr().out
    assert "tapback" in said
    queries = [
        *(f"SELECT {name} FROM message" for name in ("text", "guid", "account")),
        *("SELECT id FROM handle", "SELECT display_name FROM chat"),
        *("SELECT filename FROM attachment", "SELECT transfer_name FROM attachment"),
    ]
    with closing(sqlite3.connect(path)) as connection:
        values = {str(row[0]) for query in queries for row in connection.execute(query)}
    long = [each for each in values if len(each) > 10]
    assert len(long) > 500
    assert not [each for each in long if each in said]


def test_a_file_that_is_not_as_its_release_says_how_far_it_is(tmp_path, capsys):
    path = tmp_path / "chat.db"
    forge(Order(Spec(scenario="small")), path, attachments=False)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE secret_of_mine (word)")

    assert main(["diagnose", str(path)]) == 0

    assert "1 differences" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 10])
def test_what_is_no_database_is_refused(tmp_path, capsys, content):
    path = tmp_path / "chat.db"
    if content is not None:
        path.write_bytes(content)

    assert main(["diagnose", str(path)]) == 2

    assert len(capsys.readouterr().err.splitlines()) >= 3
