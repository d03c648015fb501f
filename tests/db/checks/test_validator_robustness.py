"""Whatever the bytes are, the validator answers."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.validators import validate
from pytest_imessage_foundry.errors import UnreadableFileError

CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=40),
    st.sampled_from(["p:0/", "bp:", "0:0:-1", b"bplist00", b"\x04\x0bstreamtyped"]),
)
TABLES = ("message", "chat", "handle", "attachment", "chat_message_join")


@pytest.mark.parametrize("examples", [15, pytest.param(60, marks=pytest.mark.sweep)])
def test_any_value_in_any_column_is_answered(whole, tmp_path_factory, examples):
    @settings(derandomize=True, deadline=None, max_examples=examples)
    @given(data=st.data())
    def check(data):
        path = tmp_path_factory.mktemp("cells") / "chat.db"
        shutil.copyfile(whole, path)
        table = data.draw(st.sampled_from(TABLES))
        with closing(register_functions(sqlite3.connect(path))) as connection:
            columns = [
                row[1] for row in connection.execute(f"PRAGMA table_info({table})")
            ]
            for column in data.draw(st.lists(st.sampled_from(columns), max_size=12)):
                value = data.draw(CELLS)
                rowid = data.draw(st.integers(1, 9))
                statement = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE ROWID = ?"
                try:
                    connection.execute(statement, (value, rowid))
                except sqlite3.IntegrityError:
                    continue
            connection.commit()
        report = validate(path)
        json.dumps(report.as_json())
        assert str(report)

    check()


def test_a_schema_of_broken_text_is_answered(whole, tmp_path):
    """SQLite's own message then holds bytes that are no UTF-8."""
    content = whole.read_bytes()
    path = tmp_path / "chat.db"
    path.write_bytes(
        content.replace(b"CREATE TABLE handle", b"CREATE TABLE \x80andle", 1)
    )
    with pytest.raises(UnreadableFileError, match="cannot read the database"):
        validate(path)


@pytest.mark.parametrize("examples", [15, pytest.param(60, marks=pytest.mark.sweep)])
def test_flipped_bytes_of_a_file_are_answered(whole, tmp_path_factory, examples):
    @settings(derandomize=True, deadline=None, max_examples=examples)
    @given(data=st.data())
    def check(data):
        content = bytearray(whole.read_bytes())
        for _ in range(data.draw(st.integers(1, 30))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        path = tmp_path_factory.mktemp("bytes") / "chat.db"
        path.write_bytes(content)
        with contextlib.suppress(UnreadableFileError):
            assert str(validate(path))

    check()
