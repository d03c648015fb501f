"""AddressBook.sqlitedb: who the numbers and addresses belong to, on an iPhone.

Sources of `address_book.json`: ABPerson, ABStore and ABAccount stand so in Apple's
framework AddressBookLegacy (iOS 17 and 18, public lists and listings of its
strings); the other tables and the indexes in a public tool that writes such files;
the numbered columns of ABPersonFullTextSearch_content in a public article (since
iOS 10), and in the queries of many readers. That ABMultiValue and ABPersonLink have
a guid, too, is known from the article and from the framework's own INSERT; that it
is declared like the others' is assumed.

What tools read, by their public code:

- imessage-exporter 5: ABPersonFullTextSearch_content must be there; names from
  ABPerson, keys from ABMultiValue (property 3 a number, 4 an e-mail address), but
  for the person that ABStore.MeIdentifier names.
- MVT: ABPerson and ABMultiValue. iLEAPP: these, with labels, entries, groups and
  stores, and both tables of AddressBookImages.sqlitedb beside it.
- others: c0First, c1Last, c16Phone and c17Email of ABPersonFullTextSearch_content;
  the number in all its forms, each followed by a space.

Left out: triggers and keys of sorting (both need functions of Apple's process), and
the virtual table above ABPersonFullTextSearch_content (it needs Apple's tokenizer,
and SQLite's own check of the file fails without).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.db.addressbook import has_name, shown
from pytest_imessage_foundry.models.apple_time import SECOND, from_iso
from pytest_imessage_foundry.models.guids import random_guid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_imessage_foundry.db.addressbook import Numbers
    from pytest_imessage_foundry.models import Persona

FILE_NAME = "AddressBook.sqlitedb"
IMAGES_NAME = "AddressBookImages.sqlitedb"
PHONE, EMAIL = 3, 4  # ABMultiValue.property
# Row numbers of ABMultiValueLabel; standard labels stand in this wrapper.
_LABELS = {PHONE: (1, "_$!<Mobile>!$_"), EMAIL: (2, "_$!<Home>!$_")}
_PERSON, _COMPANY = 0, 1  # ABPerson.Kind: kABPersonKindPerson, -Organization
_LOCAL = 0  # the store "On My iPhone": its row number and its type


def build(
    folder: Path, people: Iterable[Persona], *, numbers: Numbers = "e164"
) -> None:
    """Write the address book of `people`, and that of their pictures, empty.

    Args:
        numbers: how phone numbers stand in ABMultiValue, see `db.addressbook.build`.
    """
    with _new_file(folder / FILE_NAME, "book") as connection:
        contacts = _Contacts(connection)
        for persona in filter(has_name, people):
            contacts.add(persona, numbers)
        contacts.add_store()
    with _new_file(folder / IMAGES_NAME, "images"):
        pass


def search_terms(number: str) -> str:
    """Return a number as ABPersonFullTextSearch_content lists it: in full, without the
    plus, and as it is within its country, each followed by a space."""
    import phonenumbers

    if not number.startswith("+"):
        return f"{number} "
    within: str = phonenumbers.national_significant_number(phonenumbers.parse(number))
    return f"{number} {number[1:]} {within} "


@contextmanager
def _new_file(path: Path, kind: str) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a new file with the tables of its kind."""
    with replacing(path) as draft, closing(sqlite3.connect(draft)) as connection:
        for statement in _statements()[kind]:
            connection.execute(statement)
        yield connection
        connection.commit()
        # As on a phone, where a file AddressBook.sqlitedb-wal lies beside it.
        connection.execute("PRAGMA journal_mode = WAL").close()


@cache
def _statements() -> dict[str, list[str]]:
    text = (files(__package__) / "address_book.json").read_text(encoding="utf-8")
    statements: dict[str, list[str]] = json.loads(text)
    return statements


class _Contacts:
    """The rows of one address book."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._me = -1
        for number, label in _LABELS.values():
            self._insert("ABMultiValueLabel", {"ROWID": number, "value": label})

    def add(self, persona: Persona, numbers: Numbers) -> None:
        """A person, or a company, with all addresses."""
        ids = Random(f"contact:{persona.id}")
        name = _name(persona)
        created = from_iso(persona.created_at) // SECOND
        row = self._insert(
            "ABPerson",
            name
            | {
                "Kind": _COMPANY if "Organization" in name else _PERSON,
                "CreationDate": created,
                "ModificationDate": created,
                "StoreID": _LOCAL,
                "guid": f"{random_guid(ids)}:ABPerson",
            },
        )
        if persona.is_self:
            self._me = row
        # A business that one can only write to (urn:biz:...) has no number.
        known = [each for each in persona.addresses if not each.startswith("urn:")]
        for address in known:
            self._add_address(row, address, random_guid(ids), numbers)
        self._add_search(row, name, known)

    def add_store(self) -> None:
        """The store that holds them all, and which of them is the owner."""
        self._insert(
            "ABStore",
            {
                "ROWID": _LOCAL,
                "Type": _LOCAL,
                "MeIdentifier": self._me,
                "guid": random_guid(Random("address book store")),
            },
        )

    def _add_address(
        self, person: int, address: str, guid: str, numbers: Numbers
    ) -> None:
        kind = EMAIL if "@" in address else PHONE
        counted = self._connection.execute(
            "SELECT count(*) FROM ABMultiValue WHERE record_id = ? AND property = ?",
            (person, kind),
        )
        row = self._insert(
            "ABMultiValue",
            {
                "record_id": person,
                "property": kind,
                "identifier": counted.fetchone()[0],
                "label": _LABELS[kind][0],
                "value": address if kind == EMAIL else shown(address, numbers),
                "guid": guid,
            },
        )
        if kind == PHONE:
            last_four = {"multivalue_id": row, "value": address[-4:]}
            self._insert("ABPhoneLastFour", last_four)

    def _add_search(
        self, person: int, name: dict[str, str | None], addresses: list[str]
    ) -> None:
        phones = "".join(search_terms(each) for each in addresses if "@" not in each)
        emails = "".join(f"{each} " for each in addresses if "@" in each)
        self._insert(
            "ABPersonFullTextSearch_content",
            {
                "docid": person,
                "c0First": name.get("First"),
                "c1Last": name.get("Last"),
                "c6Organization": name.get("Organization"),
                "c16Phone": phones or None,
                "c17Email": emails or None,
            },
        )

    def _insert(self, table: str, row: dict[str, Any]) -> int:
        marks = ", ".join("?" * len(row))
        done = self._connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",
            tuple(row.values()),
        )
        assert done.lastrowid is not None
        return done.lastrowid


def _name(persona: Persona) -> dict[str, str | None]:
    if persona.identifier_type in ("short-code", "business"):
        return {"Organization": persona.name}
    first, _, last = persona.name.partition(" ")
    return {"First": first, "Last": last or None}
