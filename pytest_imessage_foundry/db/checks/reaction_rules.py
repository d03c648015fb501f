"""Reactions and replies beside what they point at: chat, order, and each other."""

from __future__ import annotations

import sqlite3
from typing import Any

from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown
from pytest_imessage_foundry.reading.body_reader import BodyReader
from pytest_imessage_foundry.reading.typedstreams import Damaged

_ADDED, _REMOVED = range(2000, 2008), range(3000, 3008)
_NOBODY = 0  # handle_id of a sender whom the file does not name
_GONE = 1000  # what the type of a removal has more
# How English rows begin (§6); those of other languages are not looked at.
_VERBS = {
    "Loved": 2000,
    "Liked": 2001,
    "Disliked": 2002,
    "Laughed at": 2003,
    "Emphasized": 2004,
    "Questioned": 2005,
    "Removed a heart": 3000,
    "Removed a like": 3001,
    "Removed a dislike": 3002,
    "Removed a laugh": 3003,
    "Removed an exclamation": 3004,
    "Removed a question mark": 3005,
}
_LONGEST = max(map(len, _VERBS)) + 1
_JOINED = ("chat_message_join", "chat_id", "message_id")


# What a row points with: its group, the check, the column, the guid in that, a verb.
_POINTERS = (
    (
        "pointing",
        "associations",
        "associated_message_guid",
        "substr(m.associated_message_guid, -36)",
        "it points at",
    ),
    (
        "replying",
        "threads",
        "thread_originator_guid",
        "m.thread_originator_guid",
        "it replies to",
    ),
)


def across_chats(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns
) -> None:
    """What points at a message stands in one of its chats, and after it."""
    if not columns.has(*_JOINED) or not columns.has("message", "guid", "date"):
        return
    for group, check, column, guid, what in _POINTERS:
        if not columns.has("message", column):
            continue
        pairs = connection.execute(_pairs(columns, group, guid))
        for rowid, target, is_elsewhere, is_one_person in pairs:
            where = "in another chat" if is_elsewhere else "which is later"
            # One person may have a chat for each service or address.
            is_error = is_elsewhere and not is_one_person
            severity: Severity = "error" if is_error else "unusual"
            reason = f"{what} message {target}, {where}"
            ledger.find(check, "message", rowid, reason, severity)


def _pairs(columns: Columns, group: str, guid: str) -> str:
    """Rows that point elsewhere or at what is later: (row, target, which, whose)."""
    ties = [
        f"c.{name} = d.{name}"
        for name in ("chat_identifier", "group_id")
        if columns.has("chat", name)
    ]
    return (
        "SELECT m.ROWID, t.ROWID, max(j.chat_id = k.chat_id) = 0 AS is_elsewhere, "
        f"max(coalesce({' OR '.join(ties) or '0'}, 0)) FROM message m "
        f"JOIN message t ON t.guid = {guid} AND t.ROWID != m.ROWID "
        "JOIN chat_message_join j ON j.message_id = m.ROWID "
        "JOIN chat_message_join k ON k.message_id = t.ROWID "
        "LEFT JOIN chat c ON c.ROWID = j.chat_id "
        "LEFT JOIN chat d ON d.ROWID = k.chat_id "
        f"WHERE {columns.groups.among(group, 'm.ROWID')} GROUP BY m.ROWID "
        "HAVING is_elsewhere OR t.date > m.date"
    )


def standing(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Tapbacks in their order: one of each person stands on a part, none is removed
    that is not there.

    A removal deletes the tapback's own row, and names it among the deleted ones.
    """
    names = ("associated_message_type", "associated_message_guid", "is_from_me")
    if not columns.has("message", "date", "handle_id", *names):
        return
    own = ("associated_message_emoji", "text", "attributedBody", "reply_to_guid")
    chosen = columns.pick("message", *own)
    deleted = _deleted(connection, columns)
    query = (
        f"SELECT ROWID, {names[0]}, {names[1]}, iif(is_from_me, -1, handle_id), "
        f"{chosen} FROM message WHERE {columns.groups.among('pointing')} "
        f"AND {names[0]} BETWEEN 2000 AND 3007 ORDER BY date, ROWID"
    )
    reader = BodyReader()
    given: dict[tuple[Any, ...], int] = {}
    whose: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # the key of who has one there
    for row in connection.execute(query):
        rowid, kind, pointer, sender, emoji, text, body, before = row
        fault = _text_fault(kind, _text(reader, text, body))
        if fault:
            ledger.find("associations", "message", rowid, fault)
        is_removal = kind in _REMOVED
        key = (kind - _GONE if is_removal else kind, pointer, sender, emoji)
        if is_removal and given.pop(key, None) is None and before not in deleted:
            reason = "it removes a tapback that is not here"
            ledger.find("associations", "message", rowid, reason, "note")
        elif not is_removal:
            if kind != _ADDED[-1]:  # stickers may be many
                other = whose.get((pointer, sender))
                if other in given and sender != _NOBODY:
                    what = "repeats" if other == key else "stands beside"
                    reason = f"it {what} the tapback of message {given[other]}"
                    ledger.find("associations", "message", rowid, reason, "unusual")
                whose[pointer, sender] = key
            given[key] = rowid


def _deleted(connection: sqlite3.Connection, columns: Columns) -> set[Any]:
    """Return the guids of messages that are gone for good."""
    return {
        guid
        for table in ("deleted_messages", "sync_deleted_messages")
        if columns.has(table, "guid")
        for (guid,) in connection.execute(f"SELECT guid FROM {table}")
    }


def _text(reader: BodyReader, text: Any, body: Any) -> str:
    if isinstance(text, str) or not isinstance(body, bytes):
        return text if isinstance(text, str) else ""
    try:
        return reader.read(body).text
    except Damaged:
        return ""  # told by the check of bodies


def _text_fault(kind: int, text: str) -> str:
    """Return a text in English that says another tapback than its type."""
    said = next(
        (
            other
            for verb, other in _VERBS.items()
            if text.startswith((f"{verb} \u201c", f"{verb} a", f"{verb} from"))
        ),
        kind,
    )
    return (
        "" if said == kind else f"its text {shown(text[:_LONGEST])} is of type {said}"
    )
