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
    ("tahoe", "auto"): "e8179d51054cca4b",
    ("tahoe", "faker"): "602d3e6605d12c5d",
    ("golden-gate", "auto"): "3d71ae0f3466440f",
    ("golden-gate", "faker"): "ab6cc9aa47888e73",
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
