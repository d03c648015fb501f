"""What deleting leaves behind (SEMANTICS §17).

Recently Deleted keeps the message's row and takes its join away; deleting for
good keeps nothing but the GUID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db import typedstream
from pytest_imessage_foundry.db.attributes import body_runs

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.inserts import Inserts
    from pytest_imessage_foundry.models import Deletion, Message

PART = "__kIMMessagePartAttributeName"


def recoverable(
    insert: Inserts, message: Message, deletion: Deletion, rowid: int, chat: int
) -> None:
    """A message, or some of its parts, in Recently Deleted."""
    where = {"chat_id": chat, "message_id": rowid, "delete_date": deletion.date}
    if not deletion.parts:
        insert.one("chat_recoverable_message_join", where | {"ck_sync_state": 0})
    for part in deletion.parts:
        runs = [run for run in body_runs(message) if run[1].get(PART) == part]
        body = typedstream.attributed(runs, mutable=False)
        row = where | {"part_index": part, "part_text": body, "ck_sync_state": 0}
        insert.one("recoverable_message_part", row)


def forget(insert: Inserts, message: Message) -> None:
    """A message deleted for good."""
    insert.one("deleted_messages", {"guid": message.guid})
    cloud = message.traits.cloud
    record = cloud.record_id if cloud is not None else None
    insert.one("sync_deleted_messages", {"guid": message.guid, "recordID": record})
