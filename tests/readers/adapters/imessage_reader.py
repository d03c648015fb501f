"""imessage-reader, whose output is a text for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..install import find
from ..lines import Line, iso, person
from ..running import run, scratch_home, tiles, utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = re.compile(
    r"user id:\t\t(?P<user>.*)\ndate and time:\t\t(?P<date>.*)\n"
    r"service:\t\t(?P<service>.*)\ncaller id:\t\t.*\nis_from_me:\t\t(?P<me>[01])\n"
    r"\ntext:\n=====\n(?P<text>(?:.|\n)*?)\n\n-{64}\n\n(?=user id:\t\t|\Z)"
)
_ATTACHED = "<Message with no text, but an attachment.>"


def readings(db: Path) -> Iterator[Line]:
    """One for each row with a handle; a user is whom a chat is with."""
    with scratch_home() as home:
        program = find("imessage-reader", "imessage_reader")
        out, _ = run(home, program, "-p", db.parent)
    for match in tiles(_BLOCK, out, "imessage_reader"):
        is_attached = match["text"] == _ATTACHED
        has_text = not is_attached and match["text"] != "None"
        yield {
            "kind": "message",
            "date": iso(utc(match["date"])),
            "service": match["service"],
            **person(match["user"], is_me=match["me"] == "1"),
            "text": match["text"] if has_text else None,
            "has_files": is_attached,
        }
