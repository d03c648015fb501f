"""imessage-conversation-analyzer, asked for the conversation with each chat's people.

It puts all chats with the same people together, so it is not asked in which one a
message stands.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..install import find
from ..lines import EPOCH, Line, person, select, since_2001
from ..running import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROGRAM = """
import json, sys
import ica

def told(frame):
    return frame.astype(object).where(frame.notna(), None)

for addresses in json.load(sys.stdin):
    try:
        found = ica.get_dataframes(contacts=addresses, timezone="UTC")
    except (ica.ContactNotFoundError, ica.ConversationNotFoundError):
        continue
    files = {}
    for file in told(found.attachments).itertuples():
        files.setdefault(file.message_id, []).append(file.filename)
    for row in told(found.messages).itertuples():
        print(json.dumps({
            "rowid": row.ROWID,
            "is_from_me": bool(row.is_from_me),
            "sender": row.sender_handle,
            "date": row.datetime.timestamp(),
            "text": row.text,
            "files": files.get(row.ROWID, []),
        }))
"""


def readings(db: Path) -> Iterator[Line]:
    """A message of several chats with the same people comes once for each of them."""
    python = find("imessage-conversation-analyzer", "python")
    asked = json.dumps(sorted(_members(db)))
    out, _ = run(db.parents[2], python, "-c", _PROGRAM, stdin=asked)
    rows = (json.loads(text) for text in out.split("\n") if text)
    yield from map(_row, {row["rowid"]: row for row in rows}.values())


def _row(row: Line) -> Line:
    return {
        "kind": "message",
        "rowid": row["rowid"],
        "date": since_2001(row["date"] - EPOCH),
        **person(row["sender"], is_me=row["is_from_me"]),
        "text": row["text"],
        "files": [{"path": path} for path in row["files"]],
    }


def _members(db: Path) -> set[tuple[str, ...]]:
    query = """
        SELECT chat_id, id FROM chat_handle_join JOIN handle h ON h.ROWID = handle_id
        ORDER BY id"""
    chats: dict[int, list[str]] = {}
    for chat, address in select(db, query):
        chats.setdefault(chat, []).append(address)
    return {tuple(addresses) for addresses in chats.values()}
