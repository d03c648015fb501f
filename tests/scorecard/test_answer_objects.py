"""Objects that Python code hands over as an answer."""

from __future__ import annotations

import json
import sqlite3
from collections import UserDict, namedtuple
from contextlib import closing
from dataclasses import make_dataclass
from types import SimpleNamespace

import pytest

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.scorecard import answer_objects

FIELDS = {"guid": "A", "text": "Hi"}


def row() -> sqlite3.Row:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        found: sqlite3.Row = connection.execute(
            "SELECT 'A' AS guid, 'Hi' AS text"
        ).fetchone()
    return found


@pytest.mark.parametrize(
    "reading",
    [
        FIELDS,
        UserDict(FIELDS),
        row(),
        SimpleNamespace(**FIELDS),
        namedtuple("Row", FIELDS)(**FIELDS),
        make_dataclass("Row", FIELDS)(**FIELDS),
        json.dumps(FIELDS),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_reading_may_be_of_many_types(reading):
    (line,) = answer_objects.lines_of([reading])
    assert json.loads(line) == FIELDS


@pytest.mark.parametrize("answer", [7, [7], [dict], [("A", "Hi")]], ids=repr)
def test_what_is_no_reading_is_refused(answer):
    with pytest.raises(FoundryError, match="rows of sqlite3"):
        list(answer_objects.lines_of(answer))
