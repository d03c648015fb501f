"""The AddressBook as a Core Data store, and by the queries of those who read it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry.db import addressbook
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import handles

ME = Persona(
    id="me",
    name="Robin Vale",
    identifier="+12125550100",
    is_self=True,
    created_at="2024-03-01T12:00:00Z",
)
ALEX = Persona(
    id="alex",
    name="Alex Doe",
    identifier="+12125550142",
    other_identifiers=("Alex@example.com",),
)
UMA = Persona(id="uma", name="Uma Kent", identifier="+447700900123", country_code="GB")
CODE = Persona(
    id="code", name="Parcels", identifier="15512", identifier_type="short-code"
)
SHOP = Persona(
    id="shop",
    name="A Shop",
    identifier="urn:biz:0b5c9c6e",
    identifier_type="business",
)
EVERYBODY = (ME, ALEX, UMA, CODE, SHOP)
NAMES = {
    "+12125550100": "Robin Vale",
    "+12125550142": "Alex Doe",
    "+447700900123": "Uma Kent",
    "alex@example.com": "Alex Doe",
    "15512": "Parcels",
}


@pytest.fixture
def book(tmp_path):
    def built(**how):
        path = tmp_path / addressbook.FILE_NAME
        addressbook.build(path, EVERYBODY, **how)
        connection = sqlite3.connect(path)
        opened.append(connection)
        return connection

    opened = []
    yield built
    for connection in opened:
        connection.close()


# Each as a tool asks it, in its columns; the public code of each was read.
PHONES = {
    "outer join of everything": (
        "SELECT coalesce(r.ZFIRSTNAME || ' ' || r.ZLASTNAME, r.ZORGANIZATION), "
        "p.ZFULLNUMBER FROM ZABCDRECORD AS r "
        "LEFT JOIN ZABCDPHONENUMBER AS p ON r.Z_PK = p.ZOWNER "
        "LEFT JOIN ZABCDEMAILADDRESS AS e ON r.Z_PK = e.ZOWNER "
        "WHERE p.ZFULLNUMBER IS NOT NULL"
    ),
    "by the entity's name": (
        "SELECT coalesce(r.ZFIRSTNAME || ' ' || r.ZLASTNAME, r.ZORGANIZATION), "
        "p.ZFULLNUMBER FROM ZABCDPHONENUMBER p JOIN ZABCDRECORD r ON r.Z_PK = p.ZOWNER "
        "WHERE r.Z_ENT = (SELECT Z_ENT FROM Z_PRIMARYKEY WHERE Z_NAME = 'ABCDContact')"
    ),
    "owner of either kind": (
        "SELECT coalesce(r.ZFIRSTNAME || ' ' || r.ZLASTNAME, r.ZNICKNAME, r.ZNAME, "
        "r.ZORGANIZATION), p.ZFULLNUMBER FROM ZABCDPHONENUMBER p "
        "JOIN ZABCDRECORD r ON r.Z_PK = coalesce(nullif(p.ZOWNER, 0), p.Z22_OWNER)"
    ),
}


@pytest.mark.parametrize("query", PHONES.values(), ids=PHONES)
def test_numbers_lead_to_names(book, query):
    found = {number: name for name, number in book().execute(query)}
    assert found == {each: NAMES[each] for each in NAMES if "@" not in each}


def test_addresses_lead_to_names(book):
    query = (
        "SELECT r.ZFIRSTNAME || ' ' || r.ZLASTNAME, e.ZADDRESSNORMALIZED, e.ZADDRESS "
        "FROM ZABCDEMAILADDRESS e JOIN ZABCDRECORD r ON r.Z_PK = e.ZOWNER"
    )
    row = ("Alex Doe", "alex@example.com", "Alex@example.com")
    assert book().execute(query).fetchall() == [row]


def test_the_last_four_digits_find_a_number_written_anyhow(book):
    query = "SELECT ZFULLNUMBER FROM ZABCDPHONENUMBER WHERE ZLASTFOURDIGITS = '0142'"
    assert book(numbers="national").execute(query).fetchall() == [("(212) 555-0142",)]


def test_joining_on_the_entity_number_finds_nobody(book):
    query = (
        "SELECT count(*) FROM ZABCDPHONENUMBER p JOIN ZABCDRECORD r "
        "ON r.Z_PK = p.Z22_OWNER"
    )
    connection = book()
    assert connection.execute(query).fetchone() == (0,)
    owners = "SELECT DISTINCT Z22_OWNER FROM ZABCDPHONENUMBER"
    assert connection.execute(owners).fetchall() == [(addressbook.CONTACT,)]


def test_a_record_that_is_nobody(book):
    query = (
        "SELECT count(*) FROM ZABCDRECORD WHERE ZFIRSTNAME IS NULL AND ZLASTNAME IS "
        "NULL AND ZORGANIZATION IS NULL"
    )
    assert book().execute(query).fetchone() == (1,)


def test_whom_the_book_belongs_to(book):
    query = (
        "SELECT m.ZFIRSTNAME FROM ZABCDRECORD m JOIN ZABCDRECORD c "
        "ON m.ZCONTAINERWHERECONTACTISME = c.Z_PK"
    )
    assert book().execute(query).fetchall() == [("Robin",)]


def test_dates_are_seconds_since_2001(book):
    query = (
        "SELECT datetime(ZCREATIONDATE + 978307200, 'unixepoch'), ZCREATIONDATEYEAR "
        "FROM ZABCDRECORD WHERE ZFIRSTNAME = 'Robin'"
    )
    assert book().execute(query).fetchone() == ("2024-03-01 12:00:00", 2024)


def test_keys_are_counted_as_core_data_counts_them(book):
    connection = book()
    counted = dict(
        connection.execute("SELECT Z_NAME, Z_MAX FROM Z_PRIMARYKEY WHERE Z_MAX > 0")
    )
    assert counted == {"ABCDRecord": 6, "ABCDPhoneNumber": 4, "ABCDEmailAddress": 1}
    for name, table in (
        ("ABCDPhoneNumber", "ZABCDPHONENUMBER"),
        ("ABCDEmailAddress", "ZABCDEMAILADDRESS"),
    ):
        entities = f"SELECT DISTINCT Z_ENT FROM {table}"
        named = f"SELECT Z_ENT FROM Z_PRIMARYKEY WHERE Z_NAME = '{name}'"
        found = connection.execute(entities).fetchall()
        assert found == connection.execute(named).fetchall()


def test_identifiers_are_unique_and_the_same_each_time(book):
    query = "SELECT ZUNIQUEID FROM ZABCDRECORD UNION ALL SELECT ZUNIQUEID FROM "
    query += "ZABCDPHONENUMBER UNION ALL SELECT ZUNIQUEID FROM ZABCDEMAILADDRESS"
    first = book().execute(query).fetchall()
    assert len(first) == len(set(first)) == 11
    assert book().execute(query).fetchall() == first


def test_a_business_has_no_number(book):
    query = "SELECT count(*) FROM ZABCDPHONENUMBER WHERE ZFULLNUMBER LIKE '%urn%'"
    assert book().execute(query).fetchone() == (0,)


def test_the_file_is_in_wal_mode_as_real_ones_are(book):
    assert book().execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("style", "alex", "uma"),
    [
        ("e164", "+12125550142", "+447700900123"),
        ("national", "(212) 555-0142", "07700 900123"),
        ("international", "+1 212-555-0142", "+44 7700 900123"),
    ],
)
def test_how_numbers_are_written(book, style, alex, uma):
    query = "SELECT ZFULLNUMBER FROM ZABCDPHONENUMBER ORDER BY Z_PK"
    numbers = [row[0] for row in book(numbers=style).execute(query)]
    assert numbers[1:] == [alex, uma, "15512"]


def test_typed_numbers_are_written_in_several_ways():
    every = [handles.phone("US", number) for number in range(40)]
    written = [addressbook.shown(each, "typed") for each in every]
    assert written == [addressbook.shown(each, "typed") for each in every]
    shapes = {"".join("9" if c.isdigit() else c for c in each) for each in written}
    assert shapes == {
        "+99999999999",
        "(999) 999-9999",
        "+9 999-999-9999",
        "999.999.9999",
    }


def test_writing_over_one_that_somebody_has_open(tmp_path):
    path = tmp_path / addressbook.FILE_NAME
    addressbook.build(path, [ALEX])
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT * FROM ZABCDRECORD").fetchall()
        addressbook.build(path, [ALEX, UMA])
    with closing(sqlite3.connect(path)) as reader:
        count = "SELECT count(*) FROM ZABCDPHONENUMBER"
        assert reader.execute(count).fetchone() == (2,)
