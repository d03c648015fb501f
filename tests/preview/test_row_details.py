"""The rows on a page are what the file holds, archives as trees."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from test_page import block

from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.preview import reader as reader_module
from pytest_imessage_foundry.preview import reading, render
from pytest_imessage_foundry.spec import Spec


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kinds") / "chat.db"
    forge(Order(Spec(release="tahoe", scenario="kinds")), path)
    return path


def test_every_column_of_every_row_is_there(kinds: Path) -> None:
    with reading(kinds) as phone:
        rows = {
            row["ROWID"]: row for chat in phone.chats for row in phone.details(chat)
        }
    with closing(sqlite3.connect(kinds)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT * FROM message")
        stored = {row["ROWID"]: dict(row) for row in found}

    assert len(rows) > 300
    for number, row in rows.items():
        kept = {name for name in stored[number] if stored[number][name]}
        assert row.keys() == kept
        for name, value in row.items():
            if not isinstance(stored[number][name], bytes):
                assert value == stored[number][name]
    trees = [row["attributedBody"] for row in rows.values() if "attributedBody" in row]
    texts = [tree["text"] for tree in trees]
    assert "Happy Easter" in texts
    json.dumps(list(rows.values()), allow_nan=False)


def test_a_page_of_many_messages_carries_no_rows(
    kinds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading(kinds) as phone:
        assert block(render(phone), "rows-0")
    monkeypatch.setattr(reader_module, "MOST_ROWS", 10)

    with reading(kinds) as phone:
        assert 'id="rows-0"' not in render(phone)
