"""AddressBook-v22.abcddb: names for addresses."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry.db import addressbook
from pytest_imessage_foundry.models import Persona

ALEX = Persona(
    id="alex",
    name="Alex van Doe",
    identifier="+12125550101",
    other_identifiers=("Alex@example.com", "+12125550102"),
)
MONO = Persona(id="mono", name="Mono", identifier="mono@example.org")
BANK = Persona(
    id="bank",
    name="Example Bank",
    identifier="15512",
    identifier_type="short-code",
)


@pytest.fixture
def book(tmp_path):
    path = tmp_path / addressbook.FILE_NAME
    addressbook.build(path, [ALEX, MONO, BANK])
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_who_has_a_number(book):
    # What contact-resolving tools ask, in the words of several of them.
    query = (
        "SELECT r.ZFIRSTNAME, r.ZLASTNAME, r.ZORGANIZATION, p.ZFULLNUMBER, "
        "p.ZLASTFOURDIGITS, p.ZISPRIMARY FROM ZABCDRECORD r "
        "JOIN ZABCDPHONENUMBER p ON p.ZOWNER = r.Z_PK ORDER BY p.Z_PK"
    )
    assert book.execute(query).fetchall() == [
        ("Alex", "van Doe", None, "+12125550101", "0101", 1),
        ("Alex", "van Doe", None, "+12125550102", "0102", 0),
        (None, None, "Example Bank", "15512", "5512", 1),
    ]


def test_who_has_an_address(book):
    query = (
        "SELECT r.ZFIRSTNAME, r.ZLASTNAME, e.ZADDRESS, e.ZADDRESSNORMALIZED "
        "FROM ZABCDRECORD r JOIN ZABCDEMAILADDRESS e ON e.ZOWNER = r.Z_PK"
    )
    assert book.execute(query).fetchall() == [
        ("Alex", "van Doe", "Alex@example.com", "alex@example.com"),
        ("Mono", None, "mono@example.org", "mono@example.org"),
    ]


def test_the_file_is_whole_and_alone(book, tmp_path):
    assert book.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    # In WAL mode, as the real ones: what a reader has open has two files beside it.
    book.close()
    assert [each.name for each in tmp_path.iterdir()] == [addressbook.FILE_NAME]


def test_a_failure_leaves_nothing(tmp_path):
    def people():
        yield ALEX
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        addressbook.build(tmp_path / addressbook.FILE_NAME, people())
    assert list(tmp_path.iterdir()) == []
