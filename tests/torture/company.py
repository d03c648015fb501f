"""Others that write to, read and lock the same files."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from contextlib import closing

from tests.torture.ended import _with_log
from tests.torture.scene import ENDS, REPOSITORY, Scene
from tests.torture.table import Fault

LIVE = f"""
import sys
sys.path.insert(0, {str(REPOSITORY / "tests" / "chatdb")!r})
import rough_use
db = rough_use.small(".")
with db.live() as phone:
    print("ready", flush=True)
    for number in range(100_000):
        print(phone.receive("Alex Doe", f"Message {{number}}").guid, flush=True)
"""
OUTSIDE = """
import sqlite3, sys, time
from contextlib import closing
with closing(sqlite3.connect("chat.db", isolation_level=None, timeout=60)) as first:
    first.execute("CREATE TABLE IF NOT EXISTS outside (number INTEGER PRIMARY KEY)")
while True:
    with closing(sqlite3.connect("chat.db", isolation_level=None, timeout=60)) as other:
        number = other.execute("INSERT INTO outside DEFAULT VALUES").lastrowid
        print(number, flush=True)
        if {checkpoints}:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
"""
HOLDS = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("ROLLBACK")
held.close()
"""


def live(scene: Scene) -> list[str]:
    """End live() or a writer beside it; all that either was told is there is there."""
    database = scene.work / "chat.db"
    phone = scene.python("-c", LIVE)
    assert phone.stdout is not None
    started = phone.stdout.readline()
    if started != "ready\n":
        return [f"live() did not start: {started}{phone.communicate()[0]}"]
    checkpoints = scene.random.random() < 0.3
    outside = scene.python("-c", OUTSIDE.format(checkpoints=checkpoints))
    victims = [phone, outside]
    scene.random.shuffle(victims)
    time.sleep(scene.random.uniform(0.05, 0.6))
    victims[0].send_signal(scene.random.choice(ENDS))
    time.sleep(scene.random.uniform(0, 0.3))
    _look(scene)
    victims[1].send_signal(scene.random.choice(ENDS))
    steps, rows = (_lines(each) for each in (phone, outside))
    _wait_for_the_writer(scene)
    with closing(sqlite3.connect(database, timeout=30)) as reader:
        guids = {row[0] for row in reader.execute("SELECT guid FROM message")}
        query = "SELECT count(*) FROM sqlite_master WHERE name = 'outside'"
        (has_table,) = reader.execute(query).fetchone()
        numbers = reader.execute("SELECT number FROM outside") if has_table else ()
        written = {str(row[0]) for row in numbers}
    lost = (steps - guids) | (rows - written)
    found = [f"{len(lost)} of {len(steps | rows)} writes lost"] if lost else []
    found += scene.half(database)
    return found + scene.run("validate", "chat.db").findings(0) + scene.left_over()


def _lines(process: subprocess.Popen[str]) -> set[str]:
    """Return what a process said whole lines of, before it ended."""
    said, _ = process.communicate(timeout=60)
    return {line for line in said.split("\n")[:-1] if " " not in line}


def _look(scene: Scene) -> None:
    """Do what another tool does meanwhile: open, read, copy."""
    database = scene.work / "chat.db"
    (scene.root / "copy.db").write_bytes(database.read_bytes())
    with closing(sqlite3.connect(database, timeout=30)) as reader:
        reader.execute("SELECT count(*) FROM message").fetchone()


def _wait_for_the_writer(scene: Scene) -> None:
    """The writer of live() ends within a second of its test."""
    over = time.monotonic() + 10
    address = scene.work / "chat.db"
    while time.monotonic() < over:
        with closing(sqlite3.connect(address, timeout=30)) as last:
            if last.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",):
                return
        time.sleep(0.1)
    raise AssertionError("somebody has the file open still")


def locked(scene: Scene) -> list[str]:
    """Lock a database or a library for a moment or for long."""
    database = _with_log(scene)
    scene.run("personas", "add", "--name", "Ana Diaz")
    is_library = scene.random.random() < 0.5
    path = scene.work / "foundry.db" if is_library else database
    seconds = scene.random.uniform(0.1, 2.0)
    with scene.python("-c", HOLDS, path, seconds) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        if is_library:
            found = scene.run("personas", "add", "--name", "Ana Diaz").findings(0)
        else:
            verb = scene.random.choice((("validate",), ("preview", "-o", "page.html")))
            said = scene.run(verb[0], "chat.db", *verb[1:])
            found = said.findings(0, 2)
        holder.communicate()
    return found + scene.half(database) + scene.left_over()


FAULTS = (
    Fault(
        "live() and a writer beside it, ended",
        "every step and row that was told of is there, integrity ok, valid",
        live,
    ),
    Fault(
        "database or library locked",
        "waits or says so, integrity ok, nothing left over",
        locked,
    ),
)
