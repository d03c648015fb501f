"""A reader in a process of its own that reads a chat.db until its input ends.

Prints as JSON what it read last, how often it read, and what went wrong. It knows
SQLite and typedstream, and nothing of this package.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from contextlib import closing
from functools import cache

import typedstream

MESSAGES = """
    SELECT m.guid, m.text, m.attributedBody, m.associated_message_guid, c.guid,
           m.date_read, m.is_from_me, h.id
    FROM message m
    LEFT JOIN chat_message_join j ON j.message_id = m.ROWID
    LEFT JOIN chat c ON c.ROWID = j.chat_id
    LEFT JOIN handle h ON h.ROWID = m.handle_id
"""


def read(connection):
    """guid → text, target, chat, date read, sender."""
    found = {}
    for guid, text, body, target, chat, seen, mine, sender in connection.execute(
        MESSAGES
    ):
        if body is not None:
            decoded = text_of(body)
            if text not in (None, decoded):
                raise ValueError(f"{guid}: {text!r} beside a body {decoded!r}")
            text = decoded
        found[guid] = [text, target, chat, seen, None if mine else sender]
    return found


@cache
def text_of(body):
    """The text of a body; most bodies are read again and again."""
    return typedstream.unarchive_from_data(body).contents[0].values[0].value


def main(path):
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    errors, sizes, last = [], set(), {}
    address = f"file:{path}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as kept:
        print("ready", flush=True)
        while not errors:
            done = over.is_set()
            try:
                with closing(sqlite3.connect(address, uri=True)) as fresh:
                    last = read(fresh)
                last = read(kept)
            except Exception as error:
                errors.append(repr(error))
            sizes.add(len(last))
            if done:
                break
    print(json.dumps({"errors": errors, "sizes": sorted(sizes), "last": last}))


if __name__ == "__main__":
    main(sys.argv[1])
