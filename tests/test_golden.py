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
    ("sonoma", "auto"): "cf439132a15bff58",
    ("sonoma", "faker"): "66ff2420fd91e27e",
    ("sequoia", "auto"): "a13cb5e4e5cfd862",
    ("sequoia", "faker"): "486f2ecc5fc51705",
    ("tahoe", "auto"): "e0e927f01b2ac0d2",
    ("tahoe", "faker"): "49e6efb3860cb004",
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
