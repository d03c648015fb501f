"""imessage-wrapped, by its own serializer: its command leaves the texts out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..install import find
from ..lines import EPOCH, Line, given, person, select
from ..running import run, scratch_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROGRAM = """
import json, sys
from imessage_wrapped import MessageService
from imessage_wrapped.exporter import JSONLSerializer
for year in sys.argv[2:]:
    data = MessageService(db_path=sys.argv[1]).export_year(int(year))
    print(JSONLSerializer(include_text=True).serialize(data))
"""


def readings(db: Path) -> Iterator[Line]:
    """It is asked year by year. A message that got tapbacks in another year is
    repeated there."""
    with scratch_home() as home:
        python = find("imessage-wrapped", "python")
        out, _ = run(home, python, "-c", _PROGRAM, db, *_years(db))
    told = [json.loads(text) for text in out.split("\n") if text]
    found = {each["message"]["guid"]: each for each in told}
    for each in found.values():
        yield _row(each["message"], _rowid(each))
    chats = {_rowid(each): each for each in told}
    for rowid, chat in chats.items():
        yield {
            "kind": "chat",
            "rowid": rowid,
            "identifier": chat["chat_identifier"],
            "name": chat["display_name"],
            "is_group": chat["is_group_chat"],
            "participants": chat["participants"],
        }


def _rowid(told: Line) -> int:
    return int(told["conversation_key"].removeprefix("chat_"))


def _row(message: Line, chat: int) -> Line:
    return {
        "kind": "message",
        "guid": message["guid"],
        "rowid": message["id"],
        "chat_rowid": chat,
        "service": message["service"],
        "date": message["timestamp"],
        **person(message["sender"], is_me=message["is_from_me"]),
        "text": message["text"],
        "has_files": message["has_attachment"],
        "tapbacks": [
            given(each["type"])
            | {"address": None if each["by"] == "Me" else each["by"]}
            for each in message.get("tapbacks", ())
        ],
    }


def _years(db: Path) -> list[str]:
    dates = select(db, "SELECT date / 1000000000 FROM message")
    years = {datetime.fromtimestamp(date + EPOCH, UTC).year for (date,) in dates}
    return [str(year) for year in sorted(years)]
