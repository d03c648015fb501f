"""Pictures of contacts, from the address book beside a database.

On a Mac they are in ZABCDRECORD: a byte 1 and then the file, or a byte 2 and the name
of a file elsewhere, which is not looked for. Several public readers of
AddressBook-v22.abcddb state this. No file with pictures was seen for this project.
On an iPhone they are in AddressBookImages.sqlitedb by the ROWID of a person; format 0
is the thumbnail (iLEAPP, scripts/artifacts/addressBook.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.preview import address_names
from pytest_imessage_foundry.preview.address_names import AddressBook
from pytest_imessage_foundry.reading.open_readonly import opened

_MAC_QUERIES = (
    "SELECT ZTHUMBNAILIMAGEDATA, ZIMAGEDATA, ZFULLNUMBER FROM ZABCDRECORD r "
    "JOIN ZABCDPHONENUMBER a ON a.ZOWNER = r.Z_PK",
    "SELECT ZTHUMBNAILIMAGEDATA, ZIMAGEDATA, ZADDRESS FROM ZABCDRECORD r "
    "JOIN ZABCDEMAILADDRESS a ON a.ZOWNER = r.Z_PK",
)
_IPHONE_ADDRESSES = "SELECT record_id, value FROM ABMultiValue WHERE property IN (3, 4)"
_IPHONE_PICTURES = "SELECT record_id, data FROM ABThumbnailImage WHERE format = 0"
_IPHONE_FILE = "AddressBookImages.sqlitedb"
_INLINE = b"\1"


def faces_of(database: Path, addresses: Iterable[str]) -> dict[str, bytes]:
    """Return the pictures by address. Unreadable ones are left out."""
    pictures: list[bytes] = []
    entries: list[tuple[str, str]] = []
    for address, picture in _found(address_names.library_of(database)):
        entries.append((address, str(len(pictures))))
        pictures.append(picture)
    book = AddressBook(entries)
    found = {each: book.name(each) for each in addresses}
    return {each: pictures[int(at)] for each, at in found.items() if at is not None}


def _found(library: Path) -> Iterator[tuple[str, bytes]]:
    for book in address_names.mac_books(library):
        for query in _MAC_QUERIES:
            yield from _inline(_rows(book, query))
    book = address_names.iphone_book(library)
    pictures = dict(_rows(book.with_name(_IPHONE_FILE), _IPHONE_PICTURES))
    for record, address in _rows(book, _IPHONE_ADDRESSES) if pictures else ():
        picture = pictures.get(record)
        if isinstance(picture, bytes) and isinstance(address, str):
            yield address, picture


def _inline(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, bytes]]:
    for *blobs, address in rows:
        for blob in blobs:
            if isinstance(blob, bytes) and blob[:1] == _INLINE:
                if isinstance(address, str):
                    yield address, blob[1:]
                break


def _rows(book: Path, query: str) -> list[tuple[Any, ...]]:
    if not book.is_file():
        return []
    try:
        with opened(book) as source, source.connect() as connection:
            return connection.execute(query).fetchall()
    except (FoundryError, sqlite3.Error, OSError):
        return []  # initials are shown instead
