"""A chat.db read by SQL and pytypedstream, and the truth in the same words.

Knows the models and none of the code that writes or checks files. Each message is
its text, sender, date, service, chats and reactions.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import typedstream

_MARK = "\N{REPLACEMENT CHARACTER}"
_CLASSIC = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")
_TYPES = {kind: 2000 + n for n, kind in enumerate((*_CLASSIC, "emoji", "sticker"))}
_SECOND = 10**9
_MESSAGE = """
    SELECT m.ROWID, m.guid, m.text, m.attributedBody, m.balloon_bundle_id,
           iif(m.is_from_me, 'me', h.id), m.date, m.service
    FROM message m LEFT JOIN handle h ON h.ROWID = m.handle_id
    WHERE m.guid = ?
"""
_CHATS = """
    SELECT c.guid FROM (
        SELECT chat_id, message_id FROM chat_message_join UNION
        SELECT chat_id, message_id FROM chat_recoverable_message_join
    ) j JOIN chat c ON c.ROWID = j.chat_id WHERE j.message_id = ?
"""
_REACTIONS = """
    SELECT m.associated_message_type, m.associated_message_guid,
           iif(m.is_from_me, 'me', h.id), m.date
    FROM message m LEFT JOIN handle h ON h.ROWID = m.handle_id
    WHERE m.associated_message_guid IN (?1, 'bp:' || ?1)
       OR m.associated_message_guid GLOB 'p:*/' || ?1
"""
Facts = dict[str, Any]


def found(connection: sqlite3.Connection, guid: str) -> Facts | None:
    """What the file says of a message; None where it is not there."""
    row = connection.execute(_MESSAGE, (guid,)).fetchone()
    if row is None:
        return None
    rowid, guid, text, body, balloon, sender, date, service = row
    if body is not None:
        archive = typedstream.unarchive_from_data(body)
        said = archive.contents[0].values[0].value
        if text is not None and text != said:
            return {"text": text, "attributedBody": said}
        text = said
    chats = sorted(each for (each,) in connection.execute(_CHATS, (rowid,)))
    reactions = [
        [kind, _part(pointer), who, moment]
        for kind, pointer, who, moment in connection.execute(_REACTIONS, (guid,))
        if kind in range(2000, 2008) or kind in range(3000, 3008)
    ]
    return {
        "text": (text or "").replace(_MARK, "") if balloon else text or "",
        "sender": sender,
        "date": date,
        "service": service,
        "chats": chats,
        "reactions": sorted(reactions, key=repr),
    }


def _part(pointer: str) -> int:
    return int(pointer[2:].partition("/")[0]) if pointer.startswith("p:") else 0


def told(message: Any, chat: str) -> Facts | None:
    """What the truth says of a message in a chat."""
    traits = message.traits
    if traits.deleted is not None and traits.deleted.permanent:
        return None
    # What is deleted as a whole stands in Recently Deleted of its own chat alone.
    is_deleted = traits.deleted is not None and not traits.deleted.parts
    chats = {chat} if is_deleted else {chat, traits.also_in} - {None}
    if traits.chatless and not is_deleted:
        chats = set()
    sender, event = message.sender, message.event
    if event is not None and event.kind == "number-changed":
        sender = event.was or event.who
    is_seconds = "date" in traits.in_seconds
    text = "" if "body" in traits.blank else message.text
    return {
        "text": text.replace(_MARK, "") if message.balloon is not None else text,
        "sender": "me" if message.sender is None else sender or None,
        "date": message.date // _SECOND if is_seconds else message.date,
        "service": None if "service" in traits.blank else message.service,
        "chats": sorted(chats),
        "reactions": sorted(_reactions(message), key=repr),
    }


def _reactions(message: Any) -> list[list[Any]]:
    rows = []
    for each in message.tapbacks:
        kind, who = _TYPES[each.name], "me" if each.sender is None else each.sender
        part = 0 if each.is_bare else each.part
        if each.removed is None or each.removed.keeps_added:
            rows.append([kind, part, who, each.date])
        if each.removed is not None:
            rows.append([kind + 1000, part, who, each.removed.date])
    return rows
