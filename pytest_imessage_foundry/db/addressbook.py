"""AddressBook-v22.abcddb: who the numbers and addresses belong to.

Contact-resolving tools read three tables of the Core Data store that Contacts
keeps: ZABCDRECORD for the person, ZABCDPHONENUMBER and ZABCDEMAILADDRESS, joined
on ZOWNER. Those tables, and the columns that such tools name, are here; the
dozens of tables that Contacts keeps beside them are not.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.builder import published

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_imessage_foundry.models import Persona

FILE_NAME = "AddressBook-v22.abcddb"
_TABLES = (
    "CREATE TABLE ZABCDRECORD (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, "
    "Z_OPT INTEGER, ZFIRSTNAME VARCHAR, ZLASTNAME VARCHAR, ZMIDDLENAME VARCHAR, "
    "ZNICKNAME VARCHAR, ZORGANIZATION VARCHAR, ZNAME VARCHAR, ZUNIQUEID VARCHAR)",
    "CREATE TABLE ZABCDPHONENUMBER (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, "
    "Z_OPT INTEGER, ZOWNER INTEGER, ZORDERINGINDEX INTEGER, ZISPRIMARY INTEGER, "
    "ZFULLNUMBER VARCHAR, ZLASTFOURDIGITS VARCHAR, ZLABEL VARCHAR, "
    "ZUNIQUEID VARCHAR)",
    "CREATE TABLE ZABCDEMAILADDRESS (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, "
    "Z_OPT INTEGER, ZOWNER INTEGER, ZORDERINGINDEX INTEGER, ZISPRIMARY INTEGER, "
    "ZADDRESS VARCHAR, ZADDRESSNORMALIZED VARCHAR, ZLABEL VARCHAR, "
    "ZUNIQUEID VARCHAR)",
    "CREATE INDEX ZABCDPHONENUMBER_ZOWNER_INDEX ON ZABCDPHONENUMBER (ZOWNER)",
    "CREATE INDEX ZABCDEMAILADDRESS_ZOWNER_INDEX ON ZABCDEMAILADDRESS (ZOWNER)",
)
_PHONE = (
    "INSERT INTO ZABCDPHONENUMBER (ZOWNER, ZORDERINGINDEX, ZISPRIMARY, "
    "ZFULLNUMBER, ZLASTFOURDIGITS, ZLABEL) VALUES (?, ?, ?, ?, ?, ?)"
)
_EMAIL = (
    "INSERT INTO ZABCDEMAILADDRESS (ZOWNER, ZORDERINGINDEX, ZISPRIMARY, "
    "ZADDRESS, ZADDRESSNORMALIZED, ZLABEL) VALUES (?, ?, ?, ?, ?, ?)"
)
_LABEL = "_$!<Mobile>!$_"


def build(path: Path, people: Iterable[Persona]) -> None:
    """Write an address book of `people` at `path`; numbers stand as E.164."""
    with published(path) as draft, closing(sqlite3.connect(draft)) as connection:
        for statement in _TABLES:
            connection.execute(statement)
        for number, persona in enumerate(people, 1):
            _add(connection, number, persona)
        connection.commit()


def _add(connection: sqlite3.Connection, owner: int, persona: Persona) -> None:
    is_business = persona.identifier_type in ("short-code", "business")
    first, _, last = persona.name.partition(" ")
    connection.execute(
        "INSERT INTO ZABCDRECORD (Z_PK, ZFIRSTNAME, ZLASTNAME, ZORGANIZATION, "
        "ZUNIQUEID) VALUES (?, ?, ?, ?, ?)",
        (
            owner,
            None if is_business else first,
            None if is_business else last or None,
            persona.name if is_business else None,
            f"{persona.id}:ABPerson",
        ),
    )
    for index, address in enumerate(persona.addresses):
        primary = int(index == 0)
        if "@" in address:
            row = (owner, index, primary, address, address.lower(), _LABEL)
            connection.execute(_EMAIL, row)
        else:
            row = (owner, index, primary, address, address[-4:], _LABEL)
            connection.execute(_PHONE, row)
