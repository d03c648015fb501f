"""A live database used roughly: readers, writers, copies and reports beside it.

By hand, for two minutes from seed 7:

    python tests/chatdb/rough_use.py 120 7
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random

from pytest_imessage_foundry.by_hand import ChatDBBuilder

# Opens and closes the file as any tool does, and writes between the steps.
OUTSIDE = """
import sqlite3, sys
from contextlib import closing
path, written = sys.argv[1], 0
for line in sys.stdin:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
        if line == "write\\n":
            other.execute("INSERT INTO outside DEFAULT VALUES").close()
        kept = other.execute("SELECT count(*) FROM outside").fetchone()[0]
        guids = [row[0] for row in other.execute("SELECT guid FROM message")]
        print(kept, *guids, flush=True)
"""


def use(db, seed, *, steps=10**9, seconds=60.0):
    """Take steps at random and see after each that a process outside sees it.

    Returns how many steps there were, and of which kind.
    """
    random, over = Random(seed), time.monotonic() + seconds
    with db.connect() as connection:
        connection.execute("CREATE TABLE outside (number INTEGER PRIMARY KEY)")
    command = [sys.executable, "-I", "-S", "-c", OUTSIDE, str(db.path)]
    kinds = {"write": 0, "read": 0, "report": 0, "copy": 0, "open": 0, "query": 0}
    with (
        db.live() as phone,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as outside,
    ):
        said, written = [], 0
        while steps > sum(kinds.values()) and time.monotonic() < over:
            kind = random.choice([*kinds])
            kinds[kind] += 1
            said.append(step(phone, random, said).guid)
            beside(db, kind)
            outside.stdin.write("write\n" if kind == "write" else "read\n")
            outside.stdin.flush()
            written += kind == "write"
            kept, *guids = outside.stdout.readline().split()
            missing = {*said} - {*guids}
            assert not missing, f"{missing} not seen after {kinds}"
            assert int(kept) == written, f"{kept} of {written} rows after {kinds}"
            assert {m.guid for m in db.messages} <= {*guids}
        outside.stdin.close()
    verdict = db.report()
    assert verdict.ok, verdict
    with closing(sqlite3.connect(db.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        query = "SELECT count(*) FROM outside"
        assert connection.execute(query).fetchone() == (written,)
    return kinds


def step(phone, random, said):
    """Take one step, mostly a message."""
    if said and random.random() < 0.3:
        return phone.tapback(random.choice(said), "loved", by="Alex Doe")
    return phone.receive("Alex Doe", f"Message {len(said)}")


def beside(db, kind):
    """Do with the file what tests do, in this process."""
    match kind:
        case "report":
            assert db.report().ok
        case "copy":
            shutil.copyfile(db.path, db.path.with_name("copy.db"))
        case "open":
            with db.path.open("rb+") as file:
                file.read(100)
        case "query":
            with db.connect() as connection:
                connection.execute("SELECT count(*) FROM message").fetchone()


def small(folder, name="chat.db"):
    """Build a database with one chat, with Alex Doe, in a folder."""
    author = ChatDBBuilder("tahoe", path=Path(folder) / name)
    author.direct(author.person("Alex Doe")).receive("Hello")
    return author.build()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(use(small(scratch), int(sys.argv[2]), seconds=float(sys.argv[1])))
