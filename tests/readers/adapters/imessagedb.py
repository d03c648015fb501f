"""imessagedb, whose output is a text for people, chat by chat."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ..install import find
from ..lines import Line, iso, person
from ..running import UnreadableError, run, scratch_home, tiles, utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHAT = re.compile(
    r"(?P<rowid>\d+)(?: \((?P<name>.*)\))?: Participants: (?P<who>.*), "
    r"Last Message Sent: (?P<last>.*)\n?"
)
_HEAD = r"<(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d> "
_MESSAGE = re.compile(
    rf"<\w+ (?P<date>[^>]+)> (?P<who>.*?): (?P<text>(?:.|\n)*?)"
    rf" (?:Reply to: (?P<thread>\[(?:.|\n)*?\]) )? (?:Attachments: (?P<files>.*))?"
    rf"\n(?={_HEAD}|\Z)"
)
_COUNT = re.compile(r"^Exchanged (?P<count>[\d,]+) messages with .*\n", re.M)
# What it says of a file that has no path.
_MISSING = re.compile(r"Missing attachment \(\d+\)")


# Its command for each chat, in one process: most of the time goes into its start.
_PROGRAM = """
import contextlib, io, json, sys
import imessagedb
db, chats = sys.argv[1], sys.argv[2:]
for chat in chats:
    how = ("--no_copy", "-t", "text")
    sys.argv = ["imessagedb", "--database", db, "--chat", chat, *how]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            imessagedb.run()
        except SystemExit as ended:
            if ended.code:
                raise
    print(json.dumps(out.getvalue()))
"""


def readings(db: Path) -> Iterator[Line]:
    with scratch_home() as home:
        (home / ".config").mkdir()
        program = find("imessagedb", "imessagedb")
        out, _ = run(home, program, "--database", db, "--get_chats")
        listed = out.removeprefix("Available chats in the database:\n")
        chats = list(tiles(_CHAT, listed.strip("\n"), "imessagedb"))
        python, rowids = find("imessagedb", "python"), [chat["rowid"] for chat in chats]
        out, _ = run(home, python, "-c", _PROGRAM, db, *rowids)
    for match, text in zip(chats, filter(None, out.split("\n")), strict=True):
        yield {
            "kind": "chat",
            "rowid": int(match["rowid"]),
            "name": match["name"],
            "participants": re.findall(r"(\S+) \(\d+\)", match["who"]),
        }
        yield from _messages(int(match["rowid"]), json.loads(text))


def _messages(chat: int, out: str) -> Iterator[Line]:
    start = _COUNT.search(out)
    if start is None:
        raise UnreadableError(f"imessagedb: chat {chat}: no heading in {out[:200]!r}")
    count = 0
    for match in tiles(_MESSAGE, out[start.end() :], f"imessagedb: chat {chat}"):
        count += 1
        yield {
            "kind": "message",
            "chat_rowid": chat,
            "date": iso(utc(match["date"])),
            **person(match["who"], is_me=match["who"] == "Me"),
            "text": None if match["text"] == "None" else match["text"],
            "is_reply": match["thread"] is not None,
            "files": _files(match["files"]),
        }
    if count != int(start["count"].replace(",", "")):
        raise UnreadableError(f"imessagedb: chat {chat}: {count} of {start[0]}")


def _files(listed: str | None) -> list[Line]:
    """The names; those that it has no name for come last."""
    paths = [path.strip() for path in listed.split(",")] if listed else []
    lost = [path for path in paths if _MISSING.fullmatch(path)]
    named = [path.rpartition("/")[2] for path in paths if path not in lost]
    return [*({"name": name} for name in named), *({} for _ in lost)]
