"""What a spec gives does not drift: the hash of a database's logical content.

The same on every supported Python. A change here is a line in the changelog:
users who pinned a seed see other conversations.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry.foundry import Order, forge
from pytest_imessage_foundry.spec import Spec

GOLDEN = {
    ("sonoma", "auto"): "f315e11d1098ff73",
    ("sonoma", "faker"): "2c7a49ceed68f657",
    ("sequoia", "auto"): "e4c9e994aac89b63",
    ("sequoia", "faker"): "0b06a8876a509596",
    ("tahoe", "auto"): "52e9b1eacc9e718a",
    ("tahoe", "faker"): "37935e37e3a4133d",
    ("golden-gate", "auto"): "f9fc670b0cd14773",
    ("golden-gate", "faker"): "3877c121c94ba7c4",
}
# Scenario → digests of sources `auto` and seed 7, one for each release. Those of
# `tidy` are what `default` gave before it had a life.
LARGER = {
    "tidy": {
        "sonoma": "76d4cc0f539dc877",
        "sequoia": "8fd9c5547dcd554a",
        "tahoe": "3508f5d7df67c266",
        "golden-gate": "fff1f4f732697734",
    },
    "default": {
    },
    "lived-in": {
    },
}


def digest(path):
    """Of every row of every table, whatever pages they lie on."""
    total = hashlib.sha256()
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):
                total.update(repr((table, row)).encode())
    return total.hexdigest()[:16]


@pytest.mark.parametrize(("release", "source"), GOLDEN)
def test_content(tmp_path, release, source):
    spec = Spec(release=release, scenario="small", source=source, seed=7)
    path = tmp_path / "chat.db"
    forge(Order(spec), path)

    assert digest(path) == GOLDEN[release, source]


@pytest.mark.parametrize(
    ("scenario", "release"),
    [(name, release) for name, found in LARGER.items() for release in found],
)
def test_content_of_larger_ones(tmp_path, scenario, release):
    messages = 2_000 if scenario == "lived-in" else None
    spec = Spec(release=release, scenario=scenario, seed=7, messages=messages)
    path = tmp_path / "chat.db"
    forge(Order(spec), path, attachments=False)

    assert digest(path) == LARGER[scenario][release]
