"""Values of the wrong class, and bytes that are none: a report, and no trace."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import shutil
import sqlite3
from contextlib import closing

import pytest
from spoiling import without_triggers

from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.validators import validate
from pytest_imessage_foundry.errors import UnreadableFileError

pytestmark = pytest.mark.sweep

# Of each class some; a row takes the one that its number names.
VALUES = (
    "'text'",
    "''",
    "x'ff00'",
    "x''",
    "CAST(x'c328' AS TEXT)",
    "1.5",
    "-1e300",
    "NULL",
    "-1",
    "0",
    "7",
    "4611686018427387904",
    "'9223372036854775808'",
    "x'62706c697374303000'",
    "'p:0/'",
    "char(0)",
)
# Their columns hold values of any class.
MIXED = ("kvtable", "_SqliteDatabaseProperties")


def listing(folder):
    return {
        each.name: (
            hashlib.sha256(each.read_bytes()).digest(),
            each.stat().st_mtime_ns,
        )
        for each in folder.iterdir()
    }


def report_of(path):
    """The report, after proof that nothing changed and that it can be shown."""
    before = listing(path.parent)
    report = validate(path)
    assert listing(path.parent) == before
    json.dumps(report.as_json())
    assert str(report)
    return report


@pytest.fixture(scope="module")
def bare(whole, tmp_path_factory):
    return without_triggers(whole, tmp_path_factory.mktemp("bare") / "chat.db")


def columns_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return [
            (table, column)
            for table, column in connection.execute(
                "SELECT m.name, c.name FROM sqlite_master m, "
                "pragma_table_info(m.name) c WHERE m.type = 'table'"
            )
            if not table.startswith("sqlite_") and column != "ROWID"
        ]


def write_everywhere(path, table, column, value):
    with closing(register_functions(sqlite3.connect(path))) as connection:
        count = f'SELECT count(*) FROM "{table}" WHERE rowid > 0'
        if not connection.execute(count).fetchone()[0]:
            return False
        connection.execute("PRAGMA ignore_check_constraints = ON").close()
        connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = {value}')
        connection.commit()
    return True


def test_every_column_with_values_of_every_class_is_answered(bare, tmp_path):
    """In one file a row has one of these values, in the next it has the next."""
    path = tmp_path / "chat.db"
    cases = " ".join(f"WHEN {at} THEN {value}" for at, value in enumerate(VALUES))
    looked_at = 0
    for shift, (table, column) in enumerate(columns_of(bare)):
        shutil.copyfile(bare, path)
        value = f"CASE (rowid + {shift}) % {len(VALUES)} {cases} END"
        if write_everywhere(path, table, column, value):
            is_found = not report_of(path).ok
            assert is_found or table in MIXED, (table, column)
            looked_at += 1
    assert looked_at > 180


def test_a_text_among_numbers_is_named(bare, tmp_path):
    """A text in an integer column once ended the validator with a TypeError."""
    path = tmp_path / "chat.db"
    shutil.copyfile(bare, path)
    write_everywhere(path, "message", "associated_message_range_location", "'first'")
    report = report_of(path)
    assert not report.ok
    assert "storage-classes" in {each.check for each in report.findings}


@pytest.mark.parametrize("block", range(8))
def test_files_with_random_bytes_are_answered(whole, tmp_path, block):
    """400 files in all: bytes changed, runs overwritten, pieces cut out or doubled."""
    content = whole.read_bytes()
    path = tmp_path / "chat.db"
    for number in range(50):
        draw = random.Random(f"bytes:{block}:{number}")
        path.write_bytes(spoilt(bytearray(content), draw))
        before = listing(tmp_path)
        with contextlib.suppress(UnreadableFileError):
            report_of(path)
        assert listing(tmp_path) == before


def spoilt(content, draw):
    how = draw.choice(("header", "bytes", "run", "page", "cut", "double"))
    at = draw.randrange(len(content))
    if how == "header":
        for _ in range(draw.randint(1, 4)):
            content[draw.randrange(100)] = draw.randrange(256)
    elif how == "bytes":
        for _ in range(draw.choice((1, 10, 1000))):
            content[draw.randrange(len(content))] = draw.randrange(256)
    elif how == "run":
        length = draw.randint(1, 400)
        content[at : at + length] = draw.randbytes(min(length, len(content) - at))
    elif how == "page":
        page = at // 4096 * 4096
        content[page : page + 4096] = draw.randbytes(4096)
    elif how == "cut":
        del content[at : at + draw.randint(1, 9000)]
    else:
        content[at:at] = content[at : at + draw.randint(1, 9000)]
    return content
