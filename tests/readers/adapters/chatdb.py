"""imessage-chatdb's command line, which speaks JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ..install import find
from ..lines import BY_TYPE, EPOCH, Line, person, since_2001
from ..running import UnreadableError, run, scratch_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Stands for what an app put in place of a text.
_APP = "\N{REPLACEMENT CHARACTER}"


def readings(db: Path) -> Iterator[Line]:
    """Events come as rows without text, votes with a number that it has no name for."""
    command = (find("imessage-chatdb", "python"), "-m", "imessage_chatdb")
    with scratch_home() as home:
        tail = ("tail", "--since-rowid", "0", "--parts", "--db", db)
        rows, _ = run(home, *command, *tail)
        chats, _ = run(home, *command, "chats", "--limit", "100000", "--db", db)
    for text in filter(None, rows.split("\n")):
        yield _row(json.loads(text))
    for text in filter(None, chats.split("\n")):
        chat = json.loads(text)
        yield {
            "kind": "chat",
            "guid": chat["guid"],
            "rowid": chat["rowid"],
            "identifier": chat["chat_identifier"],
            "service": chat["service_name"],
            "name": chat["display_name"] or None,
            "is_group": chat["is_group"],
            "is_archived": chat["is_archived"],
        }


def _row(row: Line) -> Line:
    line = {
        "guid": row["guid"],
        "rowid": row["rowid"],
        "chat": row["chat_guid"],
        "service": row["service"],
        "date": _date(row["date"]),
        **person(row["sender_handle"], is_me=row["is_from_me"]),
    }
    number = row["assoc_type"]
    if number == 1000:
        return line | {"kind": "sticker", **_target(row)}
    removed = number - 1000 in BY_TYPE
    if number in BY_TYPE or removed:
        tapback = BY_TYPE[number - 1000 * removed]
        told = {"kind": "tapback", "tapback": tapback, "removed": removed}
        return line | told | _target(row)
    files = row["attachments"]
    parts = row["parts"]
    line |= {
        "text": row["text"],
        "is_reply": row["reply_to_guid"] is not None,
        "reply_to": row["reply_to_guid"],
        "date_read": _date(row["date_read"]),
        "date_changed": _date(row["date_edited"]),
        "has_files": row["has_attachments"],
        "files": [{"name": f["name"], "path": f["filename"]} for f in files],
        "mentions": [
            {"address": each["handle"]}
            for part in parts
            for each in part.get("mentions", ())
        ],
    }
    if row["link"]:
        shown = f"{row['link']['url']}\n{row['link']['title']}"
        line["balloon"] = {"shown": shown}
    elif parts and row["text"] != _APP:
        line["parts"] = _parts(parts)
    if row["text"] or files:
        line["kind"] = "message"
    return line


def _target(row: Line) -> Line:
    match = re.fullmatch(r"(?:p:(\d+)/|bp:)?(.+)", row["assoc_guid"])
    if match is None:
        raise UnreadableError(f"imessage_chatdb: {row['assoc_guid']!r}")
    return {"of": match[2], "part": int(match[1]) if match[1] else None}


def _date(seconds: float | None) -> str | None:
    return None if seconds is None else since_2001(seconds - EPOCH)


def _parts(told: list[Line]) -> Any:
    """The bubbles by number. A number that is left out was taken back, and so may
    others be behind the last one."""
    by_number: dict[int, Line] = {}
    for part in told:
        number = part["part_index"]
        by_number[len(by_number) if number is None else number] = _part(part)
    last = max(by_number)
    shown = [by_number.get(n, {"kind": "unsent"}) for n in range(last + 1)]
    gone: Line = {"kind": "unsent"}
    return {"any_of": [shown, [*shown, gone], [*shown, gone, gone]]}


def _part(part: Line) -> Line:
    match part["kind"]:
        case "attachment":
            return {"kind": "file", "file": part["guid"]}
        case "text":
            return {"kind": "text", "text": part["text"]}
        case "unknown":
            return {"kind": "unknown"}
        case _:
            raise UnreadableError(f"imessage_chatdb: unknown part {part!r}")
