"""A refresh end to end by a real model, as `make llm` runs it.

Its words are poor; the path is what is tested. Nothing of it is shipped.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import model_server
import pytest
import typedstream

from pytest_imessage_foundry.db.schema import ALL

pytestmark = pytest.mark.llm
TWO = """\
name = "two"
[[conversations]]
id = "mom"
participants = ["mom"]
theme = "a picnic by the lake"
message_count_target = 20
[[conversations]]
id = "pals"
participants = ["priya", "marcus"]
chat_type = "group"
name = "Pals"
theme = "a quiz night"
message_count_target = 20
"""


@pytest.fixture(scope="session")
def url():
    # Minutes of both cores: nobody's plain `pytest` should pay for that.
    if os.environ.get("IMESSAGE_LLM") != "required":
        pytest.skip("a real model takes minutes; `make llm` runs it")
    if not model_server.is_installed():
        pytest.fail("no model; `make llm` installs one", pytrace=False)
    with model_server.serving() as address:
        yield address


def test_refresh(url, foundry, scenario, tmp_path, capsys):
    from pytest_imessage_foundry.cli import main

    scenario.write_text(TWO)
    assert foundry("status", "--check") == 1
    where = ["--base-url", url, "--model", model_server.MODEL, "--jobs", "1"]
    assert foundry("refresh", *where) == 0, foundry.errors
    with capsys.disabled():
        print("", foundry.output, foundry.errors, sep="\n")
    assert foundry("status", "--check") == 0
    assert main(["cache", "verify", str(foundry.pack)]) == 0
    assert len(foundry.conversations) == 2
    for each in foundry.conversations:
        assert each["provenance"]["kind"] == "llm"
        assert each["turns"]
    for release in ALL:
        path = tmp_path / release / "chat.db"
        built = ["build", path, "--macos", release, "--scenario", scenario]
        options = ["--source", "cache", "--cache", foundry.out]
        assert main([*map(str, [*built, *options])]) == 0
        assert main(["validate", str(path)]) == 0
        assert set(read(path)) == set(foundry.texts())


def read(path):
    """The texts of a database as an independent reader finds them."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT text, attributedBody FROM message WHERE associated_message_type = 0"
        ).fetchall()
    return [body_text(body) if body else text for text, body in rows]


def body_text(body):
    return typedstream.unarchive_from_data(body).contents[0].values[0].value
