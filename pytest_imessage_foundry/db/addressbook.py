"""AddressBook-v22.abcddb: who the numbers and addresses belong to.

The Core Data store of Contacts. Tables, columns and entity numbers are those of
macOS 26.6.2, as a public test of a contacts connector states them; those that only
sync knows are left out. What tools read, by their public code:

- imessage-exporter 5: ZABCDRECORD with ZFIRSTNAME and ZLASTNAME, left-joined on
  ZOWNER = Z_PK to ZABCDPHONENUMBER.ZFULLNUMBER and to
  ZABCDEMAILADDRESS.ZADDRESSNORMALIZED; the stores under Sources alone.
- others: ZORGANIZATION, ZNICKNAME, ZMIDDLENAME and ZNAME as further names;
  ZLASTFOURDIGITS to find a number by index; ZADDRESS for an e-mail;
  ZABCDMESSAGINGADDRESS.ZADDRESS as a third kind of address; the entity number of
  ABCDContact by its name in Z_PRIMARYKEY; the store above Sources as well, or alone.

Z22_OWNER is no key: it holds the entity number of the owner, as a script that
writes into real stores has it. A tool that joins on it finds nobody, or contact 22.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.models.apple_time import SECOND, from_iso
from pytest_imessage_foundry.models.guids import random_guid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_imessage_foundry.models import Persona

Numbers = Literal["e164", "national", "international", "typed"]
FILE_NAME = "AddressBook-v22.abcddb"

EMAIL, PHONE, RECORD, CONTACT, CONTAINER = 11, 15, 17, 22, 25  # entities (Z_ENT)
# Standard labels stand in this wrapper, custom ones bare.
_MOBILE, _HOME = "_$!<Mobile>!$_", "_$!<Home>!$_"
_AS_COMPANY = 1  # bit 0 of ZDISPLAYFLAGS


def build(path: Path, people: Iterable[Persona], *, numbers: Numbers = "e164") -> None:
    """Write an address book of `people` at `path`.

    Args:
        numbers: how phone numbers stand in ZFULLNUMBER. Contacts keeps them as they
            were entered, so that readers must normalise: 'e164' "+12125550142",
            'national' "(212) 555-0142", 'international' "+1 212-555-0142", 'typed'
            one of several ways for each number, as people type them.
    """
    with replacing(path) as draft, closing(sqlite3.connect(draft)) as connection:
        for statement in _statements():
            connection.execute(statement)
        rows = _Rows(connection)
        for persona in filter(has_name, people):
            rows.add(persona, numbers)
        rows.write_counts()
        connection.commit()
        # Like the real stores (the same public test).
        connection.execute("PRAGMA journal_mode = WAL").close()


def has_name(persona: Persona) -> bool:
    """Return whether somebody is known by more than an address: others are in no
    address book."""
    return persona.name not in persona.addresses


def shown(number: str, style: Numbers) -> str:
    """Return an E.164 number as Contacts may hold it; short codes stay as they are."""
    import phonenumbers
    from phonenumbers import PhoneNumberFormat

    if style == "e164" or not number.startswith("+"):
        return number
    parsed = phonenumbers.parse(number)
    national: str = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    international: str = phonenumbers.format_number(
        parsed, PhoneNumberFormat.INTERNATIONAL
    )
    if style == "typed":
        dots = national.translate({ord(" "): ".", ord("-"): ".", 40: None, 41: None})
        ways = (number, national, international, dots)
        return Random(f"typed:{number}").choice(ways)
    return national if style == "national" else international


@cache
def _facts() -> dict[str, Any]:
    """Entities in the order of their numbers, each with its parent's, and tables
    with their columns by type, in order."""
    text = (files(__package__) / "addressbook.json").read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


def _statements() -> Iterator[str]:
    yield (
        "CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME VARCHAR, "
        "Z_SUPER INTEGER, Z_MAX INTEGER)"
    )
    for table, groups in _facts()["tables"].items():
        columns = "".join(
            f", {name} {kind}" for kind, names in groups for name in names.split()
        )
        yield (
            f"CREATE TABLE {table} "
            f"(Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER{columns})"
        )
    for table in ("ZABCDPHONENUMBER", "ZABCDEMAILADDRESS"):
        yield f"CREATE INDEX {table}_ZOWNER_INDEX ON {table} (ZOWNER)"
    yield (
        "CREATE INDEX ZABCDPHONENUMBER_ZLASTFOURDIGITS_INDEX "
        "ON ZABCDPHONENUMBER (ZLASTFOURDIGITS)"
    )


class _Rows:
    """The rows of one store, their keys counted per table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._last: dict[str, int] = {}
        # Records are more than contacts: a reader that takes them all for people
        # meets this one, which has neither name nor owner.
        self._container = self._insert(
            "ZABCDRECORD", CONTAINER, {"ZTYPE": 0, "ZUNIQUEID": "LOCAL:ABContainer"}
        )

    def add(self, persona: Persona, numbers: Numbers) -> None:
        """A contact with all its addresses."""
        ids = Random(f"contact:{persona.id}")
        is_company = persona.identifier_type in ("short-code", "business")
        first, _, last = persona.name.partition(" ")
        created = from_iso(persona.created_at) / SECOND
        owner = self._insert(
            "ZABCDRECORD",
            CONTACT,
            {
                "ZUNIQUEID": f"{random_guid(ids)}:ABPerson",
                "ZCONTAINER1": self._container,
                "ZCONTAINERWHERECONTACTISME": self._container
                if persona.is_self
                else None,
                "ZDISPLAYFLAGS": _AS_COMPANY if is_company else 0,
                "ZFIRSTNAME": None if is_company else first,
                "ZLASTNAME": None if is_company else last or None,
                "ZORGANIZATION": persona.name if is_company else None,
                "ZCREATIONDATE": created,
                "ZCREATIONDATEYEAR": int(persona.created_at[:4]),
                "ZMODIFICATIONDATE": created,
                "ZMODIFICATIONDATEYEAR": int(persona.created_at[:4]),
            },
        )
        for index, address in enumerate(persona.addresses):
            facts = {
                "ZOWNER": owner,
                "Z22_OWNER": CONTACT,
                "ZORDERINGINDEX": index,
                "ZISPRIMARY": int(index == 0),
                "ZUNIQUEID": random_guid(ids),
            }
            self._address(address, facts, persona, numbers)

    def write_counts(self) -> None:
        """Z_PRIMARYKEY: each entity and the last key given out."""
        last = {
            EMAIL: self._last.get("ZABCDEMAILADDRESS", 0),
            PHONE: self._last.get("ZABCDPHONENUMBER", 0),
            RECORD: self._last["ZABCDRECORD"],
        }
        for number, (name, parent) in enumerate(_facts()["entities"], 1):
            self._connection.execute(
                "INSERT INTO Z_PRIMARYKEY VALUES (?, ?, ?, ?)",
                (number, name, parent, last.get(number, 0)),
            )

    def _address(
        self, address: str, facts: dict[str, Any], persona: Persona, numbers: Numbers
    ) -> None:
        if "@" in address:
            facts |= {
                "ZADDRESS": address,
                "ZADDRESSNORMALIZED": address.lower(),
                "ZLABEL": _HOME,
            }
            self._insert("ZABCDEMAILADDRESS", EMAIL, facts)
        # A business that one can only write to (urn:biz:...) has no number.
        elif not address.startswith("urn:"):
            facts |= {
                "ZFULLNUMBER": shown(address, numbers),
                "ZLASTFOURDIGITS": address[-4:],
                "ZCOUNTRYCODE": persona.country_code.lower(),
                "ZLABEL": _MOBILE,
            }
            self._insert("ZABCDPHONENUMBER", PHONE, facts)

    def _insert(self, table: str, entity: int, row: dict[str, Any]) -> int:
        key = self._last[table] = self._last.get(table, 0) + 1
        row = {"Z_PK": key, "Z_ENT": entity, "Z_OPT": 1, **row}
        marks = ", ".join("?" * len(row))
        self._connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",
            tuple(row.values()),
        )
        return key
