"""What is replaced, inserted and searched at once: the result is that of one by one."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from itertools import product
from string import ascii_lowercase

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from originals import change, query

from pytest_imessage_foundry.anonymise import (
    anonymise,
    characters,
    copying,
    tokens,
)
from pytest_imessage_foundry.anonymise.column_classes import columns
from pytest_imessage_foundry.anonymise.copying import NewCopy, TableShape, shapes
from pytest_imessage_foundry.anonymise.dates import NANOSECONDS, Dates
from pytest_imessage_foundry.anonymise.number_search import large_flag
from pytest_imessage_foundry.anonymise.rows import Replacing
from pytest_imessage_foundry.anonymise.secret import Secret
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary
from pytest_imessage_foundry.db.blobs import bodies

FEW = settings(derandomize=True, deadline=None, max_examples=100)
GUID = "5EC2E700-ABCD-4DEF-8ABC-0123456789AB"
PIECES = st.sampled_from(
    [
        *("a", "Oma", "kim", "Zanzibarik", "IMG_0042.heic", "4915190817263", "12 "),
        *("+4915190817263", GUID, "https://praxis.org/a", "kim@zanzibarik.org", "."),
        *("Loved “", "”", "Removed", "completed a workout.", "é", "Zänzibärik", "漢字"),
        *("👍🏽", "❤️", "e\u0301", "\udc80", " ", "\n", "\0", "\x01", ":", "@"),
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=6).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


def vocabulary():
    """One that has half of all short words, so that many stand-ins are drawn again."""
    of_three = map("w".__add__, map("".join, product(*[ascii_lowercase] * 3)))
    of_three = (each for each in of_three if each[1] < "n")
    made = Vocabulary()
    made.add(of_three)
    made.add(tokens.told_by_name(f"Zanzibarik kim {GUID}"))
    return made


VOCABULARY = vocabulary()


def replacing():
    return Replacing(Secret("1"), VOCABULARY, Dates(52))


@given(st.binary(max_size=80).map(lambda raw: bytes(c & 0x7F for c in raw)))
@FEW
def test_ascii_is_drawn_character_by_character(raw):
    stream = random.Random(raw).randbytes(2 * len(raw))
    classes = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")
    expected = ""
    for character, number in zip(raw.decode(), stream, strict=False):
        group = next((g for g in classes if character in g), character)
        expected += group[number % len(group)]
    assert characters.ascii_drawn(raw, stream).decode() == expected


@given(st.lists(TEXTS, max_size=8))
@FEW
@example(["Are you kim?", "äöü kim", "", "Are you kim?", "a\0b", "call 4915190817263"])
@example(["the cat sat for two", "“the” cat sat for two", "and the dog did too"])
def test_texts_drawn_ahead_are_those_drawn_one_by_one(texts):
    ahead, alone = replacing().stand_ins, replacing().stand_ins
    ahead.prepare(texts)
    assert [*map(ahead.text, texts)] == [*map(alone.text, texts)]


def test_a_text_that_was_drawn_ahead_is_not_drawn_again(monkeypatch):
    stand_ins = replacing().stand_ins
    stand_ins.prepare(["Are you there?", "“Yes” 👍🏽, at 10"])
    monkeypatch.delattr(type(stand_ins), "_text")
    assert stand_ins.text("Are you there?") != "Are you there?"
    assert stand_ins.text("“Yes” 👍🏽, at 10") != "“Yes” 👍🏽, at 10"


NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.sampled_from([NANOSECONDS, 7 * 10**17, 99_999, 100_000, 10**9, 10**10]),
    st.floats(allow_nan=False),
)
BLOBS = st.one_of(
    st.binary(max_size=30),
    TEXTS.filter(lambda text: text and text.isprintable()).map(bodies.plain),
)
VALUES = st.one_of(st.none(), NUMBERS, TEXTS, BLOBS)
TABLES = sorted(name for name in columns() if not name.startswith("sqlite_"))


@pytest.mark.parametrize("examples", [8, pytest.param(60, marks=pytest.mark.sweep)])
@pytest.mark.parametrize("table", TABLES)
def test_rows_are_replaced_as_one_by_one(table, examples):
    names = tuple(columns()[table])

    @settings(derandomize=True, deadline=None, max_examples=examples)
    @given(data=st.data())
    def holds(data):
        # A few columns have something, the others what they nearly always have.
        told = data.draw(st.lists(st.sampled_from(names), max_size=6, unique=True))
        one = st.tuples(
            *(VALUES if n in told else st.sampled_from([None, 0]) for n in names)
        )
        are_replaced_as_one_by_one(
            table, names, data.draw(st.lists(one, min_size=1, max_size=4))
        )

    holds()


def are_replaced_as_one_by_one(table, names, rows):
    some, each = replacing(), replacing()
    at_once = [*zip(*rows, strict=True)]
    some.of_table(table, names)(at_once)
    replace = each.of_table(table, names)
    alone = []
    for row in rows:
        values = [(value,) for value in row]
        replace(values)
        alone.append(tuple(value for (value,) in values))
    # Equal and of one type: 1 is not 1.0.
    assert repr([*zip(*at_once, strict=True)]) == repr(alone)
    assert some.tally == each.tally


INSERTED = st.one_of(
    st.none(), st.sampled_from([0, 1, 1.0, 9, 10, -1, 1 << 62, "a", b"a", "a\udc80b"])
)


@FEW
@given(
    st.lists(st.tuples(*[INSERTED] * 3), min_size=1, max_size=6)
    | st.tuples(*[INSERTED] * 3).map(lambda row: [row] * 3)
)
@example([(1, 1, None), (1, 1.0, None)])
@example([("a", 1, None), ("b\udc80", 1, None), ("c", 1, None)])
def test_rows_are_inserted_as_they_are(rows):
    table = TableShape("told", ("a", "b", "c"), has_rowid=False)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = copying.as_text
        connection.execute("CREATE TABLE told (a, b, c)")
        copy = NewCopy.__new__(NewCopy)
        copy.connection = connection
        copy._insert(table, [*zip(*rows, strict=True)])
        assert repr(connection.execute("SELECT * FROM told").fetchall()) == repr(rows)


@pytest.mark.parametrize("at_once", [1, 2, 3, 10])
@pytest.mark.parametrize("bad", [(), (0,), (2, 3), (6,)])
def test_rows_are_read_as_if_each_text_was_decoded_alone(monkeypatch, at_once, bad):
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", at_once)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = copying.as_text
        connection.execute("CREATE TABLE told (a)")
        for at in range(7):
            raw = b"Oma \xff" if at in bad else "Zänzi".encode()
            connection.execute("INSERT INTO told VALUES (CAST(? AS TEXT))", (raw,))
        found = [*copying.walked(connection, "SELECT rowid, a FROM told")]
        assert max(map(len, found)) <= at_once
        expected = connection.execute("SELECT rowid, a FROM told").fetchall()
        assert [row for some in found for row in some] == expected
        assert sum(text == "Oma \udcff" for _, text in expected) == len(bad)


def test_an_error_of_the_file_is_no_text_that_cannot_be_decoded():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE told (a)")
        connection.execute("INSERT INTO told VALUES (1)")
        walk = copying.walked(
            connection, "SELECT abs(-9223372036854775807 - a) FROM told"
        )
        with pytest.raises(sqlite3.OperationalError, match="overflow"):
            next(walk)


def test_a_text_that_is_no_utf_8_comes_between_others(original, tmp_path):
    change(
        original,
        "UPDATE message SET text = CAST(? AS TEXT) WHERE ROWID = 3",
        (b"Oma \xff\xfe Zanzibarik",),
    )
    anonymise(original, tmp_path / "out.db", seed=1)
    told = "SELECT ROWID, length(CAST(text AS BLOB)) FROM message"
    assert query(tmp_path / "out.db", told) == query(original, told)
    data = (tmp_path / "out.db").read_bytes()
    assert b"Zanzibarik" not in data


def test_a_guid_is_known_however_often_and_long_ago_it_was_met(monkeypatch):
    name = "pytest_imessage_foundry.anonymise.vocabulary._MOST_GUIDS"
    monkeypatch.setattr(name, 3)
    made = Vocabulary()
    guids = [f"{tokens.GUID}{number:032X}" for number in range(20)]
    for at in range(0, 20, 2):
        made.add(guids[at : at + 2] * 2)
        made.add(guids[:2])
    assert made.known(guids) == guids
    assert made.known([f"{tokens.GUID}{1 << 90:032X}"]) == []


@pytest.mark.parametrize("value", [100_000, -100_000, 1e6])
@pytest.mark.parametrize("column", ["error", "is_read", "sort_id"])
def test_a_large_flag_is_named(column, value):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE message (error, is_read, sort_id, text)")
        connection.execute("INSERT INTO message VALUES (0, 99999, NULL, 100000)")
        connection.execute("INSERT INTO message VALUES ('100000', x'31', -99999, '')")
        tables = shapes(connection)
        assert large_flag(connection, tables) is None
        connection.execute(f"UPDATE message SET {column} = ? WHERE rowid = 1", (value,))
        assert large_flag(connection, tables) == f"message.{column}"
