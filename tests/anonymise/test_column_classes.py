"""Every column of every release that is known has a class."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from originals import RELEASES, query

from pytest_imessage_foundry.anonymise.column_classes import UNKNOWN, class_of, columns
from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.rows import Replacing
from pytest_imessage_foundry.anonymise.secret import Secret
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema.migrated import migrated

MANIFESTS = Path(__file__).parent.parent / "db" / "manifests"


def unknown(pairs):
    return sorted(f"{t}.{c}" for t, c in pairs if class_of(t, c) == UNKNOWN)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("layout", ["fresh", "migrated"])
def test_every_column_of_a_release_has_a_class(release, layout):
    one = schema.get(release)
    tables = (migrated(one) if layout == "migrated" else one).tables.values()
    assert unknown((t.name, c.name) for t in tables for c in t.columns) == []


@pytest.mark.parametrize("path", sorted(MANIFESTS.glob("*.json")), ids=lambda p: p.stem)
def test_every_column_of_a_manifest_has_a_class(path):
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]
    pairs = [(t, c) for t, body in tables.items() for c in named_columns(body)]
    assert len(pairs) > 10
    assert unknown(pairs) == []


def named_columns(body):
    """Column names of a table, whichever way a manifest states them."""
    if isinstance(body, str):
        names = (each.split()[0] for each in body.split(", "))
        yield from (each for each in names if re.fullmatch("[a-z_]+|ROWID", each))
        return
    for each in body["columns"]:
        yield each["name"] if isinstance(each, dict) else each


@pytest.mark.parametrize("layout", ["fresh", "migrated"])
def test_every_column_of_a_file_has_a_class(built, layout):
    path = built("tahoe", "small", layout=layout)
    tables = query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    pairs = [
        (table, name)
        for (table,) in tables
        for (name,) in query(path, "SELECT name FROM pragma_table_info(?)", (table,))
    ]
    assert len(pairs) > 150
    assert unknown(pairs) == []


def test_every_class_is_one_that_replacing_knows():
    listed = {kind for table in columns().values() for kind in table.values()}
    assert listed == Replacing(Secret(""), Vocabulary(), Dates(0)).classes


def test_what_no_list_knows_is_unknown():
    assert class_of("message", "a_column_of_tomorrow") == UNKNOWN
    assert class_of("a_table_of_tomorrow", "guid") == UNKNOWN
