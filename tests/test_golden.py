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
    ("sonoma", "auto"): "4348b5150156dbe1",
    ("sonoma", "faker"): "1be3ceadd4098335",
    ("sequoia", "auto"): "aa5fbd303df3388e",
    ("sequoia", "faker"): "bfdf0cce3d337ba9",
    ("tahoe", "auto"): "c41e9ff7df35b81f",
    ("tahoe", "faker"): "0db604d5e1ce990d",
    ("golden-gate", "auto"): "6c219b6f57b0a923",
    ("golden-gate", "faker"): "f7abb152d9ad4675",
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
