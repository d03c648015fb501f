"""What the file and the address book say of the names that an export uses.

imessage-exporter names people by the address book and chats by their people, and its
txt form marks no row with its GUID. What such a name stands for is looked up here, in
the columns of the file; where it stands for several, all of them are told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, Any

from ..exported import ME
from ..lines import EPOCH, Line, any_of, select

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_BOOKS = "Library/Application Support/AddressBook"
_PEOPLE = """
    SELECT trim(coalesce(ZFIRSTNAME, '') || ' ' || coalesce(ZLASTNAME, '')), a.address
    FROM ZABCDRECORD r JOIN (
        SELECT ZOWNER AS owner, ZFULLNUMBER AS address FROM ZABCDPHONENUMBER
        UNION SELECT ZOWNER, ZADDRESS FROM ZABCDEMAILADDRESS) a ON a.owner = r.Z_PK"""
_CHATS = "SELECT ROWID, guid, chat_identifier, display_name, style FROM chat"
_MEMBERS = """
    SELECT chat_id, h.id FROM chat_handle_join JOIN handle h ON h.ROWID = handle_id"""
_ROWS = "SELECT guid, date, balloon_bundle_id, subject FROM message"
_GROUP = 43
_MOST = 6  # members whose order in a file's name is tried


class ExportPlaces:
    """The people, chats and rows of one file."""

    def __init__(self, db: Path) -> None:
        self._db = db

    def sender(self, name: str | None) -> Line:
        """Who wrote a row."""
        is_me = name == ME
        return {"from_me": is_me, "sender": None if is_me else self.address(name)}

    def address(self, name: str | None) -> Any:
        """The addresses that a name may stand for; None is the owner."""
        if name == ME or name is None:
            return None
        return any_of(self._addresses.get(name, [name]))

    def name(self, address: str) -> str:
        return self._names.get(re.sub(r"\(\w+\)$", "", address), address)

    @cached_property
    def _names(self) -> dict[str, str]:
        books = sorted(self._db.parents[2].joinpath(_BOOKS).rglob("*.abcddb"))
        return {
            address: name for book in books for name, address in select(book, _PEOPLE)
        }

    @cached_property
    def _addresses(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for (address,) in select(self._db, "SELECT DISTINCT id FROM handle"):
            found[self.name(address)].append(address)
        return found

    def chat(self, stem: str | None) -> Any:
        """The chats whose file is called so; None holds what is in no chat."""
        if stem == "orphaned" or stem is None:
            return None
        # A group's name, and a number that keeps groups of one name apart.
        bare = re.sub(r" - \d+$", "", stem)
        return any_of(self._stems.get(stem) or self._stems.get(bare) or [stem])

    @cached_property
    def _stems(self) -> dict[str, list[str]]:
        """How files are called → the chats that may be in them. One holds all chats
        with the same person."""
        members: dict[int, list[str]] = defaultdict(list)
        for chat, address in select(self._db, _MEMBERS):
            members[chat].append(address)
        found: dict[str, list[str]] = defaultdict(list)
        people: dict[str, list[str]] = defaultdict(list)
        for rowid, guid, identifier, name, style in select(self._db, _CHATS):
            who = [self.name(each) for each in members[rowid]]
            if style != _GROUP:
                people[", ".join(who)].append(guid)
            for stem in {
                identifier,
                name or "",
                *_orders(who),
                *_orders(members[rowid]),
            }:
                found[re.sub(r'[/\\:*?"<>|]', "_", stem)].append(guid)
        for guids in people.values():
            for stem, known in list(found.items()):
                if set(known) & set(guids):
                    found[stem] = [*dict.fromkeys([*known, *guids])]
        return found

    def rows(self, date: datetime | None) -> list[tuple[str, str | None, str | None]]:
        """(GUID, balloon's bundle, subject) of the rows of a second."""
        return [] if date is None else self._rows.get(int(date.timestamp()), [])

    @cached_property
    def _rows(self) -> dict[int, list[tuple[str, str | None, str | None]]]:
        found: dict[int, list[tuple[str, str | None, str | None]]] = defaultdict(list)
        for guid, date, balloon, subject in select(self._db, _ROWS):
            # Rows of before 10.13 have seconds.
            seconds = date // 10**9 if date > 10**12 else date
            found[seconds + EPOCH].append((guid, balloon, subject))
        return found

    @cached_property
    def lost_files(self) -> frozenset[str]:
        """The names of files that have no path; they are shown in its place."""
        query = "SELECT transfer_name FROM attachment WHERE filename IS NULL"
        return frozenset(name for (name,) in select(self._db, query) if name)


def _orders(who: list[str]) -> list[str]:
    """The members' names in any order, where they are few."""
    if len(who) > _MOST:
        return [", ".join(who)]
    return [", ".join(each) for each in permutations(who)]
