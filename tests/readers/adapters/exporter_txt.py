"""imessage-exporter's texts, as readings.

They mark no message with its GUID, and no end of a part. Whether the lines of a
message are an app's, a subject or a file's name is looked up by its second.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

from .. import exporter
from ..exporter import Export
from ..lines import Line, any_of
from ..running import UnreadableError
from . import export_words
from .export_places import ExportPlaces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..exported import Shown

# Where a sticker is from, behind its file.
_SOURCE = re.compile(r" \((?:Genmoji prompt|App): .*\)$")
# A path on another device, which leads nowhere here and is shown as it is.
_FOREIGN = re.compile(r"/\S.*/(?:Messages|SMS)/Attachments/.+")
_TRANSLATED = "Translated from:"
_MOST_PARTS = 12
Key = tuple[Any, ...]


def readings(db: Path) -> Iterator[Line]:
    done = exporter.imessage_exporter_txt(db, Export(home=db.parents[2]))
    if done.complaints:
        raise UnreadableError(f"imessage-exporter: {done.complaints[0]}")
    places = ExportPlaces(db)
    replies = _replies(done.messages, places)
    for shown in done.messages:
        yield _row(shown, places, replies)


def _replies(messages: tuple[Shown, ...], places: ExportPlaces) -> dict[Key, set[str]]:
    """What tells a reply → the rows of the seconds of what it is shown under."""
    found: dict[Key, set[str]] = {}
    for each in messages:
        guids = {guid for guid, _, _ in places.rows(each.date)}
        for reply in each.replies:
            found.setdefault(_key(each.chat, reply), set()).update(guids)
    return found


def _key(chat: str | None, reply: Shown) -> Key:
    return chat, reply.date, reply.sender, reply.text, reply.attachments


def _row(shown: Shown, places: ExportPlaces, replies: dict[Key, set[str]]) -> Line:
    line = export_words.envelope(shown, places)
    if (shown.announcement or "").startswith(export_words.UNSENT):
        return line | {"kind": "message", "is_unsent": True, "text": ""}
    if (event := export_words.event(shown, places)) is not None:
        return line | event
    line |= export_words.message(shown, places)
    line |= export_words.reactions([(each, None) for each in shown.tapbacks], places)
    if found := replies.get(_key(shown.chat, shown)):
        line["reply_to"] = any_of(sorted(found))
    balloons = [balloon for _, balloon, _ in places.rows(shown.date)]
    if all(balloons) and balloons:
        return line | {"balloon": _balloon(shown, places)}
    # Where rows of one second are of both sorts, neither is told.
    return line if any(balloons) else line | _body(shown, places)


def _body(shown: Shown, places: ExportPlaces) -> Line:
    lines = shown.text.split("\n") if shown.text is not None else []
    named = [text for text in lines if text in places.lost_files]
    foreign = [text for text in lines if _FOREIGN.fullmatch(text)]
    lines = [text for text in lines if text not in (*named, *foreign)]
    paths = (*shown.attachments, *foreign)
    names = [_SOURCE.sub("", path.rpartition("/")[2]) for path in paths]
    files: list[Line] = [{"name": name} for name in (*names, *named)]
    if len(files) == 1:
        files[0]["transcript"] = shown.transcript
    subject = _subject(shown, lines, places)
    lines = lines[1:] if subject is not None else lines
    line: Line = {
        "files": files,
        "subject": subject,
        "unsent_parts": any_of(
            list(each) for each in combinations(range(_MOST_PARTS), shown.unsent)
        ),
        "translation": None,
    }
    if _TRANSLATED in lines:
        at = lines.index(_TRANSLATED)
        line["translation"] = {"text": "\n".join(lines[:at])}
        lines = lines[at + 1 :]
    line["edits"] = export_words.edits(shown.edits)
    # An edited part stands as its versions; its last is what the text is now.
    last = [shown.edits[-1]] if shown.edits else []
    texts = [[*lines, *last]] + ([[*last, *lines]] if last and lines else [])
    line["text"] = any_of("\n".join(each) for each in texts)
    return line


def _subject(shown: Shown, lines: list[str], places: ExportPlaces) -> str | None:
    known = {subject for _, _, subject in places.rows(shown.date) if subject}
    return next((text for text in lines[:1] if text in known), None)


def _balloon(shown: Shown, places: ExportPlaces) -> Line | None:
    text = "\n".join(shown.problems) or shown.text or ""
    if re.match(r"- .+ \(\d+\)$", text, re.M):
        options: list[tuple[str, list[str]]] = []
        for line in text.split("\n"):
            if option := re.fullmatch(r"- (.+) \(\d+\)", line):
                options.append((option[1], []))
            elif options:
                options[-1][1].append(line.removeprefix("  - "))
        return export_words.poll(options, places)
    return export_words.drawn(text) or {"shown": text}
