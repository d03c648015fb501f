"""The iPhone's address book: what readers of it join, and Apple's own shapes."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.ios import address_book
from pytest_imessage_foundry.models import Persona

# What imessage-exporter, MVT and iLEAPP ask, in short.
NAMES = """
    SELECT p.First, p.Last, p.Organization, m.property, m.value, l.value
    FROM ABPerson p JOIN ABMultiValue m ON m.record_id = p.ROWID
    LEFT JOIN ABMultiValueLabel l ON l.ROWID = m.label
    ORDER BY p.ROWID, m.UID
"""
SEARCH = """
    SELECT c0First, c1Last, c6Organization, c16Phone, c17Email
    FROM ABPersonFullTextSearch_content ORDER BY docid
"""


def rows(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def people():
    author = ChatDBBuilder("tahoe")
    author.person("Uma Kent", country="GB")
    author.person("Kim Lee", email=True)
    bank = Persona(
        id="bank", name="Example Bank", identifier="10455", identifier_type="short-code"
    )
    shop = Persona(
        id="shop",
        name="Example Shop",
        identifier="urn:biz:5b7c1e0a-3f46-4d0e-9c55-0d1f6a2b8e11",
        identifier_type="business",
    )
    return (*author.people, bank, shop)


@pytest.fixture
def book(tmp_path, people):
    address_book.build(tmp_path, people)
    return tmp_path / "AddressBook.sqlitedb"


def test_names_and_what_they_go_by(book, people):
    me, uma, kim, bank, _ = people
    found = rows(book, NAMES)
    assert [each for each in found if each[0] in ("Uma", "Kim") or each[2]] == [
        ("Uma", "Kent", None, 3, uma.identifier, "_$!<Mobile>!$_"),
        ("Kim", "Lee", None, 4, kim.identifier, "_$!<Home>!$_"),
        (None, None, "Example Bank", 3, bank.identifier, "_$!<Mobile>!$_"),
    ]
    # A business that one can only write to is known, without a number.
    assert ("Example Shop",) in rows(book, "SELECT Organization FROM ABPerson")
    (owner,) = rows(
        book,
        "SELECT First || ' ' || Last FROM ABPerson, ABStore "
        "WHERE ABPerson.ROWID = MeIdentifier AND StoreID = ABStore.ROWID",
    )
    assert owner == (me.name,)


def test_the_search_table(book, people):
    _, uma, kim, bank, _ = people
    digits = uma.identifier.removeprefix("+")
    found = rows(book, SEARCH)
    assert found[1:] == [
        ("Uma", "Kent", None, f"+{digits} {digits} {digits[2:]} ", None),
        ("Kim", "Lee", None, None, f"{kim.identifier} "),
        (None, None, "Example Bank", f"{bank.identifier} ", None),
        (None, None, "Example Shop", None, None),
    ]
    columns = [each[1] for each in rows(book, f"PRAGMA table_info({_SEARCH_TABLE})")]
    assert columns[0] == "docid"
    assert all(name.startswith(f"c{i}") for i, name in enumerate(columns[1:]))
    assert (columns[17], columns[18]) == ("c16Phone", "c17Email")


_SEARCH_TABLE = "ABPersonFullTextSearch_content"


def test_numbers_may_stand_as_people_type_them(tmp_path, people):
    address_book.build(tmp_path, people, numbers="national")
    values = rows(tmp_path / "AddressBook.sqlitedb", NAMES)
    uma = next(each for each in values if each[0] == "Uma")
    assert uma[4].startswith("07700 900")


def test_sqlite_finds_nothing_wrong(book):
    for path in (book, book.with_name("AddressBookImages.sqlitedb")):
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]
        assert rows(path, "PRAGMA journal_mode") == [("wal",)]


def test_guids_are_apples_function_by_default(book):
    with closing(sqlite3.connect(book)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="ab_generate_guid"):
            connection.execute("INSERT INTO ABPerson (First) VALUES ('New')")
        connection.create_function("ab_generate_guid", 0, lambda: "made:ABPerson")
        connection.execute("INSERT INTO ABPerson (First) VALUES ('New')")
    guids = [each for (each,) in rows(book, "SELECT guid FROM ABPerson")]
    assert len(set(guids)) == len(guids) == 5
    assert all(each.endswith(":ABPerson") for each in guids)


def test_no_pictures_but_where_they_would_be(book):
    # The query of iLEAPP, which has both files or none.
    with closing(sqlite3.connect(book)) as connection:
        images = book.with_name("AddressBookImages.sqlitedb")
        connection.execute("ATTACH ? AS ABI", (str(images),))
        found = connection.execute(
            "SELECT (SELECT data FROM ABI.ABThumbnailImage t "
            "WHERE t.record_id = ABPerson.ROWID AND t.format = 0), "
            "(SELECT data FROM ABI.ABFullSizeImage f "
            "WHERE f.record_id = ABPerson.ROWID) FROM ABPerson"
        ).fetchall()
    assert found == [(None, None)] * 5


def test_the_same_bytes_again(tmp_path, book, people):
    (tmp_path / "again").mkdir()
    address_book.build(tmp_path / "again", people)
    assert (tmp_path / "again" / book.name).read_bytes() == book.read_bytes()
