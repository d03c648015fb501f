"""What programs of others print of a chat.db, as they print it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
BLOBS = ("attributedBody", "message_summary_info", "payload_data")
MOST_CHATS = 10  # that imessagedb is asked for: each costs a second


def install():
    """The module that knows where the readers are."""
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    return import_module("readers.install")


def absent(said):
    """Skip the test, or fail where all readers are required."""
    install()
    import_module("readers.absent").absent(said)


def missing():
    """Those of the readers below that are not installed."""
    return sorted(set(OUTPUTS) & set(install().missing()))


def printed(name, path):
    """All that a reader prints of a database: outcome, complaints and output.

    It stands where Messages has it, in a home folder of its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        place = home / "Library" / "Messages" / "chat.db"
        place.parent.mkdir(parents=True)
        (home / ".config").mkdir()
        shutil.copyfile(path, place)
        said = OUTPUTS[name](home, place)
    return said.replace(folder, "")


def run(home, name, program, *arguments):
    done = subprocess.run(
        [str(install().find(name, program)), *map(str, arguments)],
        capture_output=True,
        check=False,
        env={
            "HOME": str(home),
            "PATH": os.environ.get("PATH", os.defpath),
            "TZ": "UTC",
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
        },
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    return out, f"exit {done.returncode}\n{err}\n"


def exporter(home, path):
    target = home / "export"
    how = ("-f", "txt", "-p", path, "-o", target)
    _, said = run(home, "imessage-exporter", "imessage-exporter", *how)
    files = target.glob("*.txt")
    return said + "\n".join(f"{each.name}\n{each.read_text()}" for each in files)


def database(home, path):
    return "".join(run(home, "imessage-database", "imessage-database-reader", path))


def kit(home, path):
    program = install().home("imessage-kit") / "read.mjs"
    return "".join(run(home, "imessage-kit", "bun", program, path))


def imessagedb(home, path):
    how = ("imessagedb", "imessagedb", "--database", path)
    listed, said = run(home, *how, "--get_chats")
    chats = re.findall(r"^(\d+)(?=[ :])", listed, re.M)[:MOST_CHATS]
    told = [run(home, *how, "--chat", n, "--no_copy", "-t", "text") for n in chats]
    return listed + said + "".join(map("".join, told))


def chatdb(home, path):
    how = ("imessage-chatdb", "python", "-m", "imessage_chatdb")
    rows = run(home, *how, "tail", "--since-rowid", 0, "--parts", "--db", path)
    chats = run(home, *how, "chats", "--limit", 100000, "--db", path)
    return "".join(rows + chats)


def mvt(home, path):
    place = home / "dump/private/var/mobile/Library/SMS/sms.db"
    place.parent.mkdir(parents=True)
    shutil.copyfile(path, place)
    quiet = ("--disable-update-check", "--disable-indicator-update-check")
    how = ("check-fs", "--module", "SMS", "--output", home / "out")
    _, said = run(home, "mvt", "mvt-ios", *quiet, *how, home / "dump")
    told = json.loads((home / "out/sms.json").read_text())
    for row in told:
        # Bytes in base64, in which numbers and names would be found by chance.
        row.update({each: len(row[each] or "") for each in BLOBS if each in row})
    return "\n".join((said.partition("\n")[0], *map(json.dumps, told)))


OUTPUTS = {
    "imessage-exporter": exporter,
    "imessage-database": database,
    "imessage-kit": kit,
    "imessagedb": imessagedb,
    "imessage-chatdb": chatdb,
    "mvt": mvt,
}
