"""The rows that a deletion leaves (SEMANTICS §17).

Recently Deleted keeps the message's row and takes its join away; deleting for
good keeps nothing but the GUID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.blobs.attributes import body_runs
from pytest_imessage_foundry.db.rows.columns import NOT_INDEXED, Row

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.inserts import Inserts
    from pytest_imessage_foundry.models import Deletion, Message

PART = "__kIMMessagePartAttributeName"
# What triggers leave in a message when its join goes: those of 14 in the rooms'
# names, those of 26.5.2 in the state of the search index.
OUTSIDE: Row = {"cache_roomnames": None, "index_state": 0}


def is_gone(message: Message) -> bool:
    """Return whether it was deleted for good, and with it all that reacted to it."""
    deleted = message.traits.deleted
    return deleted is not None and deleted.permanent


def is_in_chat(message: Message) -> bool:
    """Return whether its chat still holds it, be it in part."""
    deleted = message.traits.deleted
    return not message.traits.chatless and (deleted is None or bool(deleted.parts))


def take_out(row: Row) -> None:
    """Make of a row in a chat one that no chat holds."""
    state = row.get("index_state")
    row |= OUTSIDE
    if state == NOT_INDEXED:  # no message, and searched neither there nor here
        row["index_state"] = state


def recoverable(
    insert: Inserts, message: Message, deletion: Deletion, rowid: int, chat: int
) -> None:
    """A message, or some of its parts, in Recently Deleted."""
    where = {"chat_id": chat, "message_id": rowid, "delete_date": deletion.date}
    if not deletion.parts:
        insert.one("chat_recoverable_message_join", where | {"ck_sync_state": 0})
    for part in deletion.parts:
        runs = [run for run in body_runs(message) if run[1].get(PART) == part]
        body = bodies.attributed(runs, mutable=False)
        row = where | {"part_index": part, "part_text": body, "ck_sync_state": 0}
        insert.one("recoverable_message_part", row)


def forget(insert: Inserts, guid: str, record: str | None) -> None:
    """What is left of a row deleted for good, with its record in iCloud."""
    insert.one("deleted_messages", {"guid": guid})
    insert.one("sync_deleted_messages", {"guid": guid, "recordID": record})
