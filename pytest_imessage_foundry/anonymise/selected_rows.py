"""Which rows a copy keeps: what was asked for, and what it needs to make sense."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_imessage_foundry.errors import FoundryError, meant

# Kinds of messages by their columns (SEMANTICS §6 to §17).
KINDS: Mapping[str, str] = {
    "tapback": "associated_message_type BETWEEN 2000 AND 3999",
    "sticker": "associated_message_type IN (1000, 2007, 3007)",
    "reply": "thread_originator_guid IS NOT NULL",
    "edited": "date_edited > 0",
    "unsent": "is_empty = 1 OR date_retracted > 0",
    "attachment": "cache_has_attachments = 1",
    "audio": "is_audio_message = 1",
    "app": "balloon_bundle_id IS NOT NULL",
    "poll": "balloon_bundle_id LIKE '%.Polls' OR associated_message_type = 4000",
    "event": "item_type != 0",
    "scheduled": "schedule_type = 2",
    "failed": "error != 0",
    "effect": "expressive_send_style_id IS NOT NULL",
    "deleted": "ROWID IN (SELECT message_id FROM chat_recoverable_message_join)",
    "orphan": "ROWID NOT IN (SELECT message_id FROM chat_message_join)",
}
_OF_MESSAGE, _OF_CHAT = "message_id", ("chat_id", "chat")
# Tables that belong to no single row, and stay.
_OF_ALL = frozenset(
    (
        "_SqliteDatabaseProperties",
        "kvtable",
        "index_state_metrics",
        "sqlite_sequence",
        "sqlite_stat1",
    )
)
_MOST_ROUNDS = 50
_BATCH = 500
_LISTED = 12  # chats in a complaint


@dataclass(frozen=True)
class Asked:
    """What the user wants of the original; nothing given is all."""

    chats: Sequence[str] = ()
    messages: Sequence[str] = ()
    last: int | None = None
    kinds: Sequence[str] = ()

    @property
    def is_all(self) -> bool:
        return not (self.chats or self.messages or self.kinds) and self.last is None


class Selection:
    """The rows that are kept, by table."""

    def __init__(self, ids: Mapping[str, set[int]]) -> None:
        self._ids = ids

    def holds(self, table: str, columns: Sequence[str], row: Sequence[object]) -> bool:
        """Tell whether a row, with its ROWID before its values, is kept."""
        if table in _OF_ALL:
            return True
        if table in self._ids:
            return row[0] in self._ids[table]
        named = dict(zip(columns, row[1:], strict=True))
        checks = []
        for column, of in (
            (_OF_MESSAGE, "message"),
            *((each, "chat") for each in _OF_CHAT),
            ("handle_id", "handle"),
            ("attachment_id", "attachment"),
        ):
            if column in named:
                checks.append(named[column] in self._ids[of])
        return bool(checks) and all(checks)


def selected(connection: sqlite3.Connection, asked: Asked) -> Selection | None:
    """Return the rows that are kept; None for all.

    Raises:
        FoundryError: what was asked for is not there.
    """
    if asked.is_all:
        return None
    search = _Search(connection)
    try:
        messages = search.asked(asked)
        messages |= search.needed(messages)
    except sqlite3.OperationalError as error:
        raise _cannot_choose(error) from None
    chats = search.joined("chat_message_join", "chat_id", "message_id", messages)
    chats |= search.joined(
        "chat_recoverable_message_join", "chat_id", "message_id", messages
    )
    handles = search.joined("chat_handle_join", "handle_id", "chat_id", chats)
    handles |= search.joined("message", "handle_id", "ROWID", messages)
    handles |= search.joined("message", "other_handle", "ROWID", messages)
    files = search.joined(
        "message_attachment_join", "attachment_id", "message_id", messages
    )
    ids = {"message": messages, "chat": chats, "handle": handles, "attachment": files}
    return Selection(ids)


class _Search:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _column(self, query: str, given: Sequence[object] = ()) -> list[Any]:
        return [row[0] for row in self._connection.execute(query, tuple(given))]

    def _columns(self, table: str) -> set[str]:
        query = "SELECT lower(name) FROM pragma_table_info(?)"
        return {str(each) for each in self._column(query, (table,))}

    def joined(
        self, table: str, wanted: str, by: str, among: Iterable[int]
    ) -> set[int]:
        """Return what rows of `table` name whose column `by` is among some ids."""
        if wanted.lower() not in self._columns(table):
            return set()
        found: set[int] = set()
        ids = list(among)
        for at in range(0, len(ids), _BATCH):
            some = ids[at : at + _BATCH]
            marks = ",".join("?" * len(some))
            query = f'SELECT "{wanted}" FROM "{table}" WHERE "{by}" IN ({marks})'
            found.update(n for n in self._column(query, some) if isinstance(n, int))
        return found

    def asked(self, asked: Asked) -> set[int]:
        """Return the ROWIDs of the messages that were asked for."""
        found = {n for n in self._column("SELECT ROWID FROM message") if _is_id(n)}
        if asked.chats:
            chats = self._chats(asked.chats)
            found &= self.joined("chat_message_join", "message_id", "chat_id", chats)
        if asked.messages:
            found &= self._by_guid(asked.messages, must=True)
        if asked.kinds:
            found &= self._of_kinds(asked.kinds)
        if asked.last is not None:
            query = "SELECT ROWID FROM message ORDER BY date DESC, ROWID DESC"
            ordered = [n for n in self._column(query) if n in found]
            found = {n for n in ordered[: max(asked.last, 0)] if _is_id(n)}
        return found

    def _chats(self, given: Sequence[str]) -> set[int]:
        found: set[int] = set()
        for each in given:
            query = (
                "SELECT ROWID FROM chat WHERE guid = ?1 OR chat_identifier = ?1 "
                "OR display_name = ?1 OR CAST(ROWID AS TEXT) = ?1"
            )
            # A chat without a name has an empty one, and nobody asks for those.
            rows = self._column(query, (each,)) if each else []
            chats = {n for n in rows if _is_id(n)}
            if not chats:
                raise self._no_such_chat()
            found |= chats
        return found

    def _no_such_chat(self) -> FoundryError:
        # Errors are pasted into reports: no name or address is told.
        query = (
            "SELECT chat_id, count(*) FROM chat_message_join GROUP BY chat_id "
            "ORDER BY max(message_date) DESC"
        )
        found = self._connection.execute(query).fetchall()
        told = [f"{chat} ({count:,})" for chat, count in found[:_LISTED]]
        rest = f", and {len(found) - _LISTED:,} more" if len(found) > _LISTED else ""
        listed = f"{', '.join(told)}{rest}" if told else "there are none"
        return FoundryError(
            "there is no such chat\n"
            "looked for its ROWID, guid, chat_identifier and display_name\n"
            "name one by its ROWID; these have messages, the latest first (how many): "
            f"{listed}. `imessage-foundry preview` shows who is in each"
        )

    def _by_guid(self, guids: Iterable[str], *, must: bool = False) -> set[int]:
        found: set[int] = set()
        for guid in guids:
            query = "SELECT ROWID FROM message WHERE guid = ?"
            rows = {n for n in self._column(query, (guid,)) if _is_id(n)}
            if must and not rows:
                raise FoundryError(
                    "there is no such message\nlooked for its guid\n"
                    "check the GUID, without a prefix as p:0/"
                )
            found |= rows
        return found

    def _of_kinds(self, kinds: Sequence[str]) -> set[int]:
        found: set[int] = set()
        for kind in kinds:
            if kind not in KINDS:
                raise FoundryError(
                    f"unknown kind {kind!r}{meant(kind, KINDS)}\n"
                    f"looked among {len(KINDS)} kinds\n"
                    f"choose from {', '.join(KINDS)}"
                )
            try:
                query = f"SELECT ROWID FROM message WHERE {KINDS[kind]}"
                found |= {n for n in self._column(query) if _is_id(n)}
            except sqlite3.OperationalError:
                continue  # a release without the column has none of the kind
        return found

    def needed(self, messages: set[int]) -> set[int]:
        """Return what messages refer to: targets of reactions, threads, polls."""
        all_found: set[int] = set()
        waiting = messages
        for _ in range(_MOST_ROUNDS):
            guids = self._targets(waiting)
            waiting = self._by_guid(guids) - messages - all_found
            if not waiting:
                break
            all_found |= waiting
        return all_found

    def _targets(self, messages: Iterable[int]) -> set[str]:
        there = self._columns("message")
        guids: set[str] = set()
        for column in ("associated_message_guid", "thread_originator_guid"):
            if column in there:
                for rowid in messages:
                    query = f"SELECT {column} FROM message WHERE ROWID = ?"
                    for value in self._column(query, (rowid,)):
                        if isinstance(value, str):
                            guids.add(value.rpartition("/")[2].rpartition(":")[2])
        return guids


def _cannot_choose(error: sqlite3.OperationalError) -> Exception:
    """Return what to say of a table or a column that choosing rows needs."""
    # With a text of SQLite's own, which names no value.
    if not str(error).startswith(("no such table", "no such column")):
        return error
    return FoundryError(
        f"the file lacks what rows are chosen by: {error}\n"
        "looked at what was asked to be kept: chats, messages, the newest, kinds\n"
        "leave that out; a copy of all rows needs none of it"
    )


def _is_id(value: object) -> bool:
    return isinstance(value, int)
