"""Files to anonymise, each built once."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry.order import NOTHING_ADDED, Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.spec import Spec

RELEASES = ("sonoma", "sequoia-15.2", "sequoia", "tahoe-26.0", "tahoe", "golden-gate")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Give the path of a scenario's file, of a release; never written to."""
    known = {}

    def path(release="tahoe", scenario="kinds", **fields):
        key = (release, scenario, *fields.items())
        if key not in known:
            spec = Spec(release=release, scenario=scenario, **fields)
            folder = tmp_path_factory.mktemp(f"{release}-{scenario}")
            known[key] = folder / "chat.db"
            forge(Order(spec, NOTHING_ADDED), known[key], attachments=False)
        return known[key]

    return path


@pytest.fixture
def original(built, tmp_path):
    """A private copy of `kinds` on tahoe, without triggers, to plant things in."""
    return without_triggers(built(), tmp_path / "original.db")


def without_triggers(path, target):
    shutil.copyfile(path, target)
    with closing(sqlite3.connect(target)) as connection, connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in connection.execute(query).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
    return target


def query(path, sql, given=()):
    """Rows of a file, texts as they are."""
    with closing(
        sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    ) as c:
        c.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        return c.execute(sql, given).fetchall()


def change(path, sql, given=()):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql, given)
