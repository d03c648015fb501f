"""Readers that hand out JSON: imessage-wrapped, imessage-chatdb, imbridge."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .install import find
from .running import iso, run, scratch_home, unix
from .seen import ME, Part, Reaction, Reading, Seen, Tapback, UnreadableError, words

if TYPE_CHECKING:
    from pathlib import Path

    from .exporter import Export

APPLE_EPOCH = 978_307_200

WRAPPED = """
import json, sys
from imessage_wrapped import MessageService
from imessage_wrapped.exporter import JSONLSerializer
for year in sys.argv[2:]:
    data = MessageService(db_path=sys.argv[1]).export_year(int(year))
    print(JSONLSerializer(include_text=True).serialize(data))
"""


def imessage_wrapped(db: Path) -> Reading:
    """By its own serializer: its command writes the same rows without their text."""
    with scratch_home() as home:
        python = find("imessage-wrapped", "python")
        out, complaints = run(home, python, "-c", WRAPPED, db, *_years(db))
    lines = [json.loads(line) for line in out.split("\n") if line]
    chats = {
        line["conversation_key"]: {
            "identifier": line["chat_identifier"],
            "name": line["display_name"],
            "is_group": line["is_group_chat"],
            "participants": line["participants"],
        }
        for line in lines
    }
    # A message that got tapbacks in another year is repeated there as context.
    found = {
        message["guid"]: Seen(
            guid=message["guid"],
            rowid=message["id"],
            chat=line["conversation_key"],
            service=message["service"],
            sender=ME if message["is_from_me"] else message["sender"],
            date=datetime.fromisoformat(message["timestamp"]),
            text=message["text"],
            tapbacks=tuple(
                Tapback(each["type"], ME if each["by"] == "Me" else each["by"])
                for each in message.get("tapbacks", ())
            ),
            has_attachments=message["has_attachment"],
            more={"read_seconds": message.get("date_read_after_seconds")},
        )
        for line in lines
        for message in [line["message"]]
    }
    tells = words("guid rowid chat service sender date text tapbacks has_attachments")
    seen = tuple(found.values())
    return Reading("imessage-wrapped", tells, seen, chats, complaints)


def imessage_chatdb(db: Path) -> Reading:
    """Its command line, which speaks JSON; group events come as rows without text."""
    python = find("imessage-chatdb", "python")
    command = (python, "-m", "imessage_chatdb")
    with scratch_home() as home:
        out, complaints = run(
            home, *command, "tail", "--since-rowid", "0", "--parts", "--db", db
        )
        listed, said = run(home, *command, "chats", "--limit", "100000", "--db", db)
    rows = (json.loads(line) for line in out.split("\n") if line)
    chats = {
        each["guid"]: each for each in map(json.loads, filter(None, listed.split("\n")))
    }
    tells = words(
        "guid rowid chat service sender date read text parts reaction "
        "is_reply reply_to edited attachments mentions has_attachments"
    )
    seen = tuple(_chatdb_row(row) for row in rows)
    return Reading("imessage-chatdb", tells, seen, chats, complaints + said)


def _chatdb_row(row: dict[str, Any]) -> Seen:
    reaction = None
    if row["assoc_guid"]:
        target = re.fullmatch(r"(?:p:(\d+)/|bp:)?(.+)", row["assoc_guid"])
        if target is None:
            raise UnreadableError(f"imessage_chatdb: {row['assoc_guid']!r}")
        part = int(target[1]) if target[1] else None
        reaction = Reaction(
            str(row["assoc_type"]), target[2], part, 3000 <= row["assoc_type"] < 4000
        )
    mentions = [each for part in row["parts"] for each in part.get("mentions", ())]
    return Seen(
        guid=row["guid"],
        rowid=row["rowid"],
        chat=row["chat_guid"],
        service=row["service"],
        sender=ME if row["is_from_me"] else row["sender_handle"],
        date=unix(row["date"]),
        read=unix(row["date_read"]),
        text=row["text"],
        parts=tuple(_chatdb_part(part) for part in row["parts"]),
        reaction=reaction,
        is_reply=row["reply_to_guid"] is not None,
        reply_to=row["reply_to_guid"],
        edited=unix(row["date_edited"]),
        attachments=tuple(each["filename"] or "" for each in row["attachments"]),
        has_attachments=row["has_attachments"],
        mentions=tuple(str(each["handle"]) for each in mentions),
        more={"link": row["link"], "attachments": row["attachments"]},
    )


def _chatdb_part(part: dict[str, Any]) -> Part:
    match part["kind"]:
        case "attachment":
            return Part("attachment", attachment=part["guid"])
        case "unknown":
            return Part("unknown")
        case "text":
            text = part["text"]
            said = [
                (each["handle"], each["start"], each["end"])
                for each in part["mentions"]
            ]
            marks = [("mention", text[start:end], who) for who, start, end in said]
            marks += [("link", url, url) for url in part["links"]]
            return Part("text", text=text, marks=tuple(marks))
        case _:
            raise UnreadableError(f"imessage_chatdb: unknown part {part!r}")


IMBRIDGE = """
import json, sys
from dataclasses import asdict
from imbridge.chatdb import ChatDB
db = ChatDB(sys.argv[1])
messages = db.messages_after(0, limit=10**9, events=True)
roots = {m.guid for m in messages if m.poll and m.poll.update_of in (None, m.guid)}
told = {
    "messages": [m.to_dict() for m in messages],
    "chats": [c.to_dict() for c in db.chats(limit=10**9)],
    "polls": [asdict(db.poll(guid)) for guid in sorted(roots)],
    "on_disk": [a.path for m in messages for a in m.attachments if a.downloaded],
}
print(json.dumps(told))
"""


def imbridge(db: Path, how: Export | None = None) -> Reading:
    """Its Python interface; more["polls"] of a poll's root holds the tally."""
    with scratch_home() as scratch:
        home = (how.home if how else None) or scratch
        out, complaints = run(home, find("imbridge", "python"), "-c", IMBRIDGE, db)
    told = json.loads(out)
    polls = {poll["guid"]: poll for poll in told["polls"]}
    on_disk = set(told["on_disk"])
    seen = tuple(_imbridge_row(row, polls, on_disk) for row in told["messages"])
    chats = {chat["guid"]: chat for chat in told["chats"]}
    tells = words(
        "guid rowid chat service sender date read text reaction is_reply "
        "reply_to edited unsent attachments transcript announcement "
        "mentions has_attachments"
    )
    return Reading("imbridge", tells, seen, chats, complaints)


def _imbridge_row(row: dict[str, Any], polls: dict[str, Any], disk: set[str]) -> Seen:
    react, event, files = row["reaction"], row["event"], row["attachments"]
    more = words(
        "edit_count poll vote scheduled_for location link is_voice status "
        "delivered_at played_at chat_name address"
    )
    return Seen(
        guid=row["guid"],
        rowid=row["rowid"],
        chat=row["chat_guid"],
        service=row["service"],
        sender=ME if row["is_from_me"] else row["sender"],
        date=iso(row["date"]),
        read=iso(row["read_at"]),
        text=row["text"],
        reaction=Reaction(
            *(react["emoji"] or react["kind"], react["target_guid"]),
            *(react["target_part"], react["removed"]),
        )
        if react
        else None,
        is_reply=row["reply_to"] is not None,
        reply_to=row["reply_to"],
        edited=iso(row["edited_at"]),
        unsent=row["unsent_at"] is not None,
        attachments=tuple(each["path"] or "" for each in files),
        has_attachments=bool(files),
        transcript=row["transcript"],
        announcement=event["kind"] if event else None,
        mentions=tuple(row["mentions"]),
        more={name: row[name] for name in sorted(more)}
        | {"event": event, "attachments": files, "tally": polls.get(row["guid"])}
        | {"on_disk": [each["path"] for each in files if each["path"] in disk]},
    )


def _years(db: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        dates = connection.execute("SELECT date / 1000000000 FROM message").fetchall()
    return sorted(
        {str(datetime.fromtimestamp(d + APPLE_EPOCH, UTC).year) for (d,) in dates}
    )
