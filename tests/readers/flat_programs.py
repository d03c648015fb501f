"""Readers whose adapters print flat lines: see `flat`."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import flat
from .install import find, home
from .running import run, scratch_home
from .seen import Reading, Seen

if TYPE_CHECKING:
    from pathlib import Path


def imessage_database(db: Path) -> Reading:
    """The crate, by our program in `imessage_database/`."""
    program = find("imessage-database", "imessage-database-reader")
    with scratch_home() as scratch:
        out, complaints = run(scratch, program, db)
    return flat.reading("imessage-database", out, db, complaints)


def imessage_kit(db: Path) -> Reading:
    """On Bun, the runtime that its README begins with."""
    bun = find("imessage-kit", "bun")
    program = home("imessage-kit") / "read.mjs"
    out, complaints = run(db.parents[2], bun, program, db)
    return flat.reading("imessage-kit", out, db, complaints)


def parseaple_typedstream(db: Path) -> Reading:
    """On Node, on every attributedBody of the file."""
    node = find("parseaple-typedstream", "node")
    program = home("parseaple-typedstream") / "read.mjs"
    with scratch_home() as scratch:
        bodies = scratch / "bodies.jsonl"
        bodies.write_text("\n".join(_bodies(db)), encoding="utf-8")
        out, complaints = run(scratch, node, program, bodies)
    lines = [json.loads(line) for line in out.split("\n") if line]
    seen = tuple(
        Seen(guid=line["guid"], text=line["text"], more={"runs": line["runs"]})
        for line in lines
    )
    return Reading("parseaple-typedstream", frozenset(), seen, {}, complaints)


def _bodies(db: Path) -> list[str]:
    query = "SELECT guid, attributedBody FROM message WHERE attributedBody NOT NULL"
    return [
        json.dumps({"guid": guid, "body": base64.b64encode(body).decode()})
        for guid, body in _select(db, query)
    ]


ANALYZER = """
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
            "sender": None if row.is_from_me else row.sender_handle or "",
            "date": row.datetime.timestamp(),
            "text": row.text,
            "files": files.get(row.ROWID, []),
        }))
"""


def conversation_analyzer(db: Path) -> Reading:
    """Asked for the conversation with the people of each chat.

    It puts all chats with the same people together, so it is not asked in which one a
    message stands.
    """
    python = find("imessage-conversation-analyzer", "python")
    asked = json.dumps(sorted(_members(db)))
    out, complaints = run(db.parents[2], python, "-c", ANALYZER, stdin=asked)
    guids: dict[int, str] = dict(_select(db, "SELECT ROWID, guid FROM message"))
    found = {}
    for line in filter(None, out.split("\n")):
        told = json.loads(line)
        rowid = told.pop("rowid")
        date = int(told["date"]) - flat.EPOCH
        found[rowid] = told | {"guid": guids[rowid], "date": date}
    return _reading("imessage-conversation-analyzer", found.values(), db, complaints)


def _members(db: Path) -> set[tuple[str, ...]]:
    query = """
        SELECT chat_id, id FROM chat_handle_join JOIN handle h ON h.ROWID = handle_id
        ORDER BY id"""
    chats: dict[int, list[str]] = {}
    for chat, address in _select(db, query):
        chats.setdefault(chat, []).append(address)
    return {tuple(addresses) for addresses in chats.values()}


def mvt(db: Path) -> Reading:
    """Its check of an iPhone's file system, where the database is called sms.db."""
    quiet = ("--disable-update-check", "--disable-indicator-update-check")
    with scratch_home() as scratch:
        place = scratch / "dump/private/var/mobile/Library/SMS/sms.db"
        place.parent.mkdir(parents=True)
        shutil.copyfile(db, place)
        how = ("check-fs", "--module", "SMS", "--output", scratch / "out")
        run(scratch, find("mvt", "mvt-ios"), *quiet, *how, scratch / "dump")
        told = json.loads((scratch / "out/sms.json").read_text(encoding="utf-8"))
    return _reading("mvt", map(_sms, told), db, ())


def _sms(row: dict[str, Any]) -> flat.Line:
    return {
        "guid": row["guid"],
        "sender": None if row["direction"] == "sent" else row["phone_number"],
        "date": _seconds(row["isodate"]),
        "read": _seconds(row["isodate_read"]),
        "service": row["service"],
        "text": row["text"],
    }


def _seconds(stamp: str | None) -> int | None:
    if not stamp:
        return None
    return int(datetime.fromisoformat(f"{stamp}+00:00").timestamp()) - flat.EPOCH


def _reading(reader: str, lines: Any, db: Path, complaints: tuple[str, ...]) -> Reading:
    out = "\n".join(json.dumps(line) for line in lines)
    return flat.reading(reader, out, db, complaints)


def _select(db: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()
