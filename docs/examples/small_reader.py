"""A small, honest reader of chat.db: what a first version of a tool looks like.

It knows four things that hand-made fixtures tend to leave out: `text` is often
NULL beside a full attributedBody, a tapback is a row like any other, an own message
names somebody else's handle, and a message can stand in no chat or in two.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from os import PathLike

MESSAGES = """
SELECT message.guid, message.text, message.attributedBody, message.is_from_me,
       handle.id
FROM message
LEFT JOIN handle ON handle.ROWID = message.handle_id
WHERE message.associated_message_type NOT BETWEEN 2000 AND 3999
  AND message.item_type = 0
ORDER BY message.date
"""


@dataclass(frozen=True)
class Said:
    """One message: who said what; None is the owner, "" somebody unnamed."""

    guid: str
    sender: str | None
    text: str


def read(path: str | PathLike[str]) -> list[Said]:
    """All messages of a chat.db, oldest first."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return [
            Said(guid, None if mine else sender or "", text or body_text(body))
            for guid, text, body, mine, sender in connection.execute(MESSAGES)
        ]


def body_text(body: bytes | None) -> str:
    """The text of an attributedBody: the first string of the archive."""
    if body is None:
        return ""
    start = body.index(b"NSString")
    at = body.index(b"\x84\x01+", start) + 3
    width = {0x81: 2, 0x82: 4}.get(body[at], 0)
    length = int.from_bytes(body[at + 1 : at + 1 + width], "little") or body[at]
    text = at + 1 + width
    return body[text : text + length].decode()
