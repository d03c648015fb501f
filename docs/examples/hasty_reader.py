"""A reader with a planted bug: it takes a length for one byte.

From 128 bytes on, a typedstream writes 0x81 and two bytes of length, which this reader
takes for the length 129.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from os import PathLike


def read(path: str | PathLike[str]) -> dict[str, str]:
    """The text of each message by its guid."""
    sql = "SELECT guid, attributedBody FROM message WHERE attributedBody NOTNULL"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {guid: body_text(body) for guid, body in connection.execute(sql)}


def body_text(body: bytes) -> str:
    """The text of an attributedBody, if it is short."""
    start = body.index(b"\x84\x01+") + 3
    return body[start + 1 : start + 1 + body[start]].decode(errors="replace")
