"""Names for addresses: from the address book beside a database, or the number itself
as Messages writes it.

A Mac's address books are those of ~/Library/Application Support/AddressBook; an
iPhone's is Library/AddressBook/AddressBook.sqlitedb. What their tables mean is stated
in `db/addressbook.py` and `ios/address_book.py`, with its sources; this reads them
without that code.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.reading.open_readonly import opened

_MAC = "Application Support/AddressBook"
_MAC_FILE = "AddressBook-v22.abcddb"
_IPHONE_FILE = "AddressBook/AddressBook.sqlitedb"
_MAC_QUERIES = (
    "SELECT ZFIRSTNAME, ZLASTNAME, ZORGANIZATION, ZFULLNUMBER FROM ZABCDRECORD r "
    "JOIN ZABCDPHONENUMBER a ON a.ZOWNER = r.Z_PK",
    "SELECT ZFIRSTNAME, ZLASTNAME, ZORGANIZATION, ZADDRESS FROM ZABCDRECORD r "
    "JOIN ZABCDEMAILADDRESS a ON a.ZOWNER = r.Z_PK",
)
_IPHONE_QUERIES = (
    "SELECT First, Last, Organization, value FROM ABPerson p "
    "JOIN ABMultiValue a ON a.record_id = p.ROWID WHERE property IN (3, 4)",
)
# What a filter appends to an address before macOS 27; Messages does not show it.
_FILTERED = re.compile(r"\((?:filtered|smsf[pt](?:_\w+)?)\)$")
_SHORTEST = 7  # digits by which a number without its country is known


class AddressBook:
    """Who addresses belong to.

    Numbers are compared by their digits: a book keeps them as they were typed, with
    or without the country's code.
    """

    def __init__(self, entries: Iterable[tuple[str, str]] = ()) -> None:
        self._emails: dict[str, str] = {}
        self._numbers: dict[str, list[tuple[str, bool, str]]] = {}
        for address, name in entries:
            self._add(address, name)

    def _add(self, address: str, name: str) -> None:
        if "@" in address:
            self._emails.setdefault(address.strip().lower(), name)
            return
        digits = re.sub(r"\D", "", address)
        if not digits:
            return
        is_whole = address.lstrip().startswith("+") or len(digits) < _SHORTEST
        national = digits if is_whole else digits.lstrip("0")
        entry = (national, is_whole, name)
        self._numbers.setdefault(national[-_SHORTEST:], []).append(entry)

    def name(self, address: str) -> str | None:
        """Return the name that an address stands under, None if there is none."""
        if "@" in address:
            return self._emails.get(address.lower())
        digits = re.sub(r"\D", "", address)
        found = [
            (len(number), name)
            for number, is_whole, name in self._numbers.get(digits[-_SHORTEST:], ())
            if digits == number or (not is_whole and digits.endswith(number))
        ]
        return max(found)[1] if found else None


def beside(database: Path) -> AddressBook:
    """Return the address book of the home or the iPhone that a database stands in.

    It is empty if there is none, or none that can be read.
    """
    library = library_of(database)
    entries: list[tuple[str, str]] = []
    for book in mac_books(library):
        entries += _entries(book, _MAC_QUERIES)
    entries += _entries(iphone_book(library), _IPHONE_QUERIES)
    return AddressBook(entries)


def library_of(database: Path) -> Path:
    """Return the folder Library that a database stands in."""
    return database.resolve().parent.parent


def mac_books(library: Path) -> list[Path]:
    """Return where a Mac's address books are: its own, and one for each account."""
    mac = library / _MAC
    return [mac / _MAC_FILE, *sorted(mac.glob(f"Sources/*/{_MAC_FILE}"))]


def iphone_book(library: Path) -> Path:
    """Return where an iPhone's address book is."""
    return library / _IPHONE_FILE


def _entries(book: Path, queries: Iterable[str]) -> list[tuple[str, str]]:
    if not book.is_file():
        return []
    try:
        with opened(book) as source, source.connect() as connection:
            return [*_named(connection, queries)]
    except (FoundryError, sqlite3.Error, OSError):
        return []  # the page has other things to show


def _named(
    connection: sqlite3.Connection, queries: Iterable[str]
) -> Iterator[tuple[str, str]]:
    for query in queries:
        for first, last, organization, address in connection.execute(query):
            person = " ".join(each for each in (first, last) if isinstance(each, str))
            name = person or organization
            if isinstance(name, str) and isinstance(address, str):
                yield address, name


def names_of(
    addresses: Iterable[str],
    given: dict[str, str],
    book: AddressBook,
) -> dict[str, str]:
    """Return what to show for each address that is not shown as it is.

    A truth calls a stranger by the address; this is no name.
    """
    shown = _formatter()
    told = {each: name for each, name in given.items() if name and name != each}
    found = {
        each: told.get(each) or book.name(each) or shown(each) for each in addresses
    }
    return {each: name for each, name in found.items() if name != each} | told


def _formatter() -> Callable[[str], str]:
    """Return what writes a number as Messages does: +1 (212) 555-0142."""
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberFormat

    def shown(written: str) -> str:
        address = _FILTERED.sub("", written)
        if not address.startswith("+"):
            return address
        try:
            number = phonenumbers.parse(address)
        except NumberParseException:
            return address
        if number.country_code == 1:
            how = PhoneNumberFormat.NATIONAL
            return f"+1 {phonenumbers.format_number(number, how)}"
        how = PhoneNumberFormat.INTERNATIONAL
        return str(phonenumbers.format_number(number, how))

    return shown
