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
    ("sonoma", "auto"): "e3552b62086a2f51",
    ("sonoma", "faker"): "3d77a06a005fd595",
    ("sequoia", "auto"): "5549cb093162f80b",
    ("sequoia", "faker"): "bdd776a834213bc0",
    ("tahoe", "auto"): "370db8d22fc3a095",
    ("tahoe", "faker"): "cadf2dade3c84781",
    ("golden-gate", "auto"): "399ae8566db95554",
    ("golden-gate", "faker"): "004f92aad93ab087",
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
