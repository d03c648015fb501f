"""imbridge, by its Python interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..install import find
from ..lines import Line, given, person
from ..running import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROGRAM = """
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
_EVENTS = {"photo_changed": "photo-set", "photo_removed": "photo-removed"}


def readings(db: Path) -> Iterator[Line]:
    # Paths of files begin at HOME.
    out, _ = run(db.parents[2], find("imbridge", "python"), "-c", _PROGRAM, db)
    told = json.loads(out)
    polls = _Polls(told)
    on_disk = set(told["on_disk"])
    for row in told["messages"]:
        yield _row(row, polls, on_disk)
    for chat in told["chats"]:
        yield {
            "kind": "chat",
            "guid": chat["guid"],
            "identifier": chat["identifier"],
            "service": chat["service"],
            "name": chat["name"],
            "is_group": chat["is_group"],
            "participants": chat["participants"],
        }


class _Polls:
    """The polls by GUID, and the texts of their choices."""

    def __init__(self, told: Any) -> None:
        self.tallies = {poll["guid"]: poll for poll in told["polls"]}
        polls = [*told["polls"], *(m["poll"] for m in told["messages"] if m["poll"])]
        self.texts = {
            option["id"]: option["text"] for poll in polls for option in poll["options"]
        }


def _row(row: Line, polls: _Polls, on_disk: set[str]) -> Line:
    line = {
        "guid": row["guid"],
        "rowid": row["rowid"],
        "chat": row["chat_guid"],
        "service": row["service"],
        "date": row["date"],
        **person(row["sender"], is_me=row["is_from_me"]),
    }
    if row["reaction"]:
        return line | _reaction(row["reaction"])
    if row["event"]:
        return line | _event(row["event"])
    if row["vote"]:
        votes = [polls.texts.get(each, each) for each in row["vote"]["options"]]
        of = row["vote"]["poll_guid"]
        return line | {"kind": "vote", "of": of, "votes": votes}
    poll = row["poll"]
    if poll and poll["update_of"] not in (None, row["guid"]):
        choice = poll["options"][-1]["text"]
        return line | {"kind": "choice", "of": poll["update_of"], "choice": choice}
    return line | _message(row, polls, on_disk)


def _reaction(said: Line) -> Line:
    if said["kind"] == "sticker":
        line: Line = {"kind": "sticker"}
    else:
        word = said["kind"].removesuffix("_tapback")
        line = {"kind": "tapback", "removed": said["removed"]}
        line |= given(word, said["emoji"])
    return line | {"of": said["target_guid"], "part": said["target_part"]}


def _event(said: Line) -> Line:
    kind = _EVENTS.get(said["kind"], said["kind"])
    line: Line = {"kind": "event", "event": kind, "title": said["name"]}
    # It names the person who acted where nobody was added or removed.
    return line | ({"who": said["person"]} if kind in ("added", "removed") else {})


def _message(row: Line, polls: _Polls, on_disk: set[str]) -> Line:
    line: Line = {
        "kind": "message",
        "text": row["text"],
        "is_reply": row["reply_to"] is not None,
        "reply_to": row["reply_to"],
        "date_edited": row["edited_at"],
        "is_unsent": row["unsent_at"] is not None,
        "files": _files(row, on_disk),
        "mentions": [{"address": each} for each in row["mentions"]],
        "date_read": row["read_at"],
        "date_delivered": row["delivered_at"],
        "date_played": row["played_at"],
        "status": "scheduled" if row["scheduled_for"] else row["status"],
    }
    if row["unsent_at"] is None:
        line["edit_count"] = row["edit_count"]
    tally = polls.tallies.get(row["guid"])
    if tally is not None:
        line["balloon"] = _poll(tally)
    elif row["link"]:
        shown = f"{row['link']['url']}\n{row['link']['title']}"
        line["balloon"] = {"shown": shown}
    return line


def _files(row: Line, on_disk: set[str]) -> list[Line]:
    files = row["attachments"]
    found = [
        {
            "guid": each["guid"],
            "name": each["name"],
            "is_missing": each["path"] not in on_disk,
            "mime_type": each["mime_type"],
        }
        for each in files
    ]
    if len(found) == 1:
        found[0]["transcript"] = row["transcript"]
    return found


def _poll(tally: Line) -> Line:
    """Its choices are {voter: options}; JSON spells the owner "null"."""
    voters = {who: None if who == "null" else who for who in tally["choices"]}
    return {
        "kind": "poll",
        "options": [
            {
                "id": option["id"],
                "text": option["text"],
                "voters": [
                    voters[who]
                    for who, picks in tally["choices"].items()
                    if option["id"] in picks
                ],
            }
            for option in tally["options"]
        ],
    }
