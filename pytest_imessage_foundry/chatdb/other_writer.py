"""A writer in a process of its own, as Messages is one beside its readers.

Run by its path, with the standard library alone: other_writer.py HOW PATH [COMPLETE].
It says "ready" when the file is as asked for and keeps it so until its input ends.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path


def main(how: str, path: str, complete: str = "") -> None:
    """Put the file at `path` into the state that `how` names, and hold it."""
    # Of a file that is not there SQLite would make a new one.
    uri = f"{Path(path).absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=1)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    if complete:
        # All pages of the complete file go into the -wal of the one at `path`.
        with sqlite3.connect(complete) as source:
            source.backup(connection)
    if how == "checkpointed":
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
    if how == "exclusive":
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").close()
    if how in ("exclusive", "writing"):
        connection.execute("BEGIN IMMEDIATE")
    print("ready", flush=True)
    sys.stdin.read()
    if how == "gone":
        # Not closed: that would move the -wal into the file and remove it.
        os._exit(0)
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
