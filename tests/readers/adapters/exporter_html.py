"""imessage-exporter's pages, as readings: its richer form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import exporter_html
from ..exporter import Export
from ..lines import Line
from ..running import UnreadableError
from . import export_words
from .export_places import ExportPlaces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..exported import Part, Shown

_STYLES = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough"}
_TEXTS = ("text", "edited", "translated")
_FILES = ("attachment", "sticker", "attachment_error")
_ABSENT = "Attachment does not exist!"
Replies = dict[str, tuple[str, int]]


def readings(db: Path) -> Iterator[Line]:
    """An announcement has no GUID, and is named by its second."""
    done = exporter_html.imessage_exporter_html(db, Export(home=db.parents[2]))
    if done.complaints:
        raise UnreadableError(f"imessage-exporter: {done.complaints[0]}")
    places = ExportPlaces(db)
    replies = _replies(done.messages)
    for shown in done.messages:
        yield _row(shown, places, replies)


def _replies(messages: tuple[Shown, ...]) -> Replies:
    """A reply's GUID → the message and the part that it is shown under."""
    return {
        reply.guid: (each.guid, number)
        for each in messages
        for number, part in enumerate(each.parts)
        for reply in part.replies
        if reply.guid is not None and each.guid is not None
    }


def _row(shown: Shown, places: ExportPlaces, replies: Replies) -> Line:
    line = export_words.envelope(shown, places)
    line |= {} if shown.guid is None else {"guid": shown.guid}
    if (shown.announcement or "").startswith(export_words.UNSENT):
        return line | {"kind": "message", "is_unsent": True, "text": ""}
    if (event := export_words.event(shown, places)) is not None:
        return line | event
    line |= export_words.message(shown, places) | {"subject": shown.subject}
    if shown.service is not None and line["from_me"]:
        line["service"] = shown.service
    if shown.guid in replies:
        line["reply_to"], line["reply_part"] = replies[shown.guid]
    numbered = [(t, n) for n, part in enumerate(shown.parts) for t in part.tapbacks]
    line |= export_words.reactions(numbered, places)
    app = [part for part in shown.parts if part.kind in ("app", "app_error")]
    return line | (_balloon(app[0], places) if app else _body(shown, places))


def _body(shown: Shown, places: ExportPlaces) -> Line:
    parts = [part for part in shown.parts if part.kind != "empty"]
    marks = [mark for part in parts for mark in _marks(part)]
    line: Line = {
        "text": shown.text,
        "parts": [_part(part) for part in parts],
        "files": [file for part in parts if (file := _file(part))],
        "styles": [{"style": m[0], "text": m[1]} for m in marks if m[0] != "a"],
        "links": [{"text": m[1], "url": m[2]} for m in marks if m[0] == "a"],
        "mentions": [{"address": places.address(who)} for who in shown.mentions],
        "unsent_parts": [n for n, part in enumerate(parts) if part.kind == "unsent"],
        "edits": [
            each
            for number, part in enumerate(parts)
            for each in export_words.edits(part.edits, number)
        ],
    }
    texts = [dict(p.app)["translation"] for p in parts if p.kind == "translated"]
    line["translation"] = {"text": texts[0]} if texts else None
    return line


def _part(part: Part) -> Line:
    if part.kind in _FILES or part.attachment:
        return {"kind": "file"}
    if part.kind in _TEXTS:
        return {"kind": "text", "text": part.text}
    return {"kind": part.kind}


def _file(part: Part) -> Line | None:
    if part.kind == "attachment_error":
        name = (part.text or "").rpartition("/")[2].rpartition(": ")[2]
    else:
        name = (part.attachment or "").rpartition("/")[2]
    if not name or name == _ABSENT:
        return None
    return {"name": name, "transcript": part.transcript}


def _marks(part: Part) -> Iterator[tuple[str, str, str | None]]:
    """Its marks by the names of readings. A mention stands in bold."""
    named = {text for tag, text, _ in part.marks if tag == "mention"}
    for tag, text, value in part.marks:
        if tag != "mention" and not (tag == "b" and text in named):
            name = _STYLES.get(tag, tag).removeprefix("animation").lower()
            yield name, text, value


def _balloon(part: Part, places: ExportPlaces) -> Line:
    fields = part.app
    if any(name == "option" for name, _ in fields):
        options: list[tuple[str, list[str]]] = []
        for name, text in fields:
            if name == "option":
                options.append((text, []))
            elif name == "voter":
                options[-1][1].append(text)
        return {"balloon": export_words.poll(options, places)}
    drawing = [text for name, text in fields if name == "svg"]
    if drawing:
        found = export_words.drawn(drawing[0])
        return {"balloon": found or {"kind": "handwriting", "id": drawing[0]}}
    shown: dict[str, Any] = {"shown": "\n".join(text for _, text in fields)}
    if not fields:
        shown = {"shown": part.text}
    return {"balloon": shown}
