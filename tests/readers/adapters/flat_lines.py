"""Readings of what our small programs for libraries of other languages print.

They print one JSON object a line in plain words: people by address, the owner as
null, somebody who is not named as "", dates as seconds since 2001. A key that is
missing is one that the library says nothing of.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..lines import Line, given, since_2001

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAME = ("service", "text", "subject", "is_reply", "reply_to", "has_files")
_DATES = {
    **{"date": "date", "read": "date_read", "delivered": "date_delivered"},
    **{"played": "date_played", "changed": "date_changed"},
}
_CALLED = {"unsent": "is_unsent", "deleted": "is_deleted"}
# Effects whose identifier has another name than Messages shows.
_EFFECTS = {
    **{"impact": "slam", "invisibleink": "invisible-ink", "sparkles": "celebration"},
    **{"shootingstar": "shooting-star", "happybirthday": "balloons"},
}
# What a library tells of a message, as it is one.
_CONTENT = ("text", "names", "every_name", "link", "app", "drawing", "poll")
_CHAT = ("name", "is_group", "participants")


def readings(out: str) -> Iterator[Line]:
    for text in filter(None, out.split("\n")):
        line = json.loads(text)
        yield _row(line) if "guid" in line else _chat(line)


def _chat(line: Line) -> Line:
    named = "guid" if "chat_guid" in line else "rowid"
    told: Line = {"kind": "chat", named: line[f"chat_{named}"]}
    return told | {name: line[name] or None for name in _CHAT if line.get(name)}


def _row(line: Line) -> Line:
    told: Line = {"guid": line["guid"], "date": since_2001(line["date"])}
    chat = line["chat"]
    told["chat_rowid" if isinstance(chat, int) else "chat"] = chat
    told |= {"from_me": line["sender"] is None, "sender": line["sender"] or None}
    told["service"] = line["service"]
    if line.get("reaction"):
        return told | _reaction(*line["reaction"])
    if line.get("vote"):
        return told | {"kind": "vote", "of": line["vote"]}
    if line.get("event"):
        kind, who, title = line["event"]
        told |= {"kind": "event", "event": kind, "title": title or None}
        return told | ({"who": who} if kind in ("added", "removed") else {})
    return told | _message(line)


def _reaction(kind: str, target: str, part: int | None, removed: bool) -> Line:
    told: Line = {"of": target, "part": part}
    if kind == "placed":
        return told | {"kind": "sticker"}
    return told | {"kind": "tapback", "removed": removed, **given(kind)}


def _message(line: Line) -> Line:
    told: Line = {name: line[name] for name in _SAME if name in line}
    told |= {new: since_2001(line[old]) for old, new in _DATES.items() if old in line}
    told |= {new: line[old] for old, new in _CALLED.items() if old in line}
    if "effect" in line:
        told["effect"] = _effect(line["effect"])
    told |= _body(line) | _files(line) | _balloon(line)
    if "translation" in line:
        said = line["translation"]
        told["translation"] = None if said is None else {"text": said}
    if "status" in line:
        told["status"] = line["status"]
    if "edits" in line and not line["unsent"]:
        # Of what was taken back no library shows the history.
        told["edits"] = _edits(line["edits"])
    # An app's row with nothing to show may be a vote: the program does not say.
    is_silent = line.get("parts") == ["app"] and "balloon" not in told
    if not is_silent and any(line.get(name) for name in _CONTENT):
        told["kind"] = "message"
    return told


def _effect(said: str | None) -> str | None:
    """An effect by its name, or by the identifier of its column."""
    bare = (said or "").rpartition(".")[2]
    if bare.startswith("CK"):
        bare = bare.removeprefix("CK").removesuffix("Effect").lower()
    return _EFFECTS.get(bare, bare) or None


def _body(line: Line) -> Line:
    told: Line = {}
    if "parts" in line:
        guids = iter(line["guids"])
        parts = [
            {"kind": "file", "file": next(guids, None)}
            if kind == "file"
            else {"kind": kind}
            for kind in line["parts"]
        ]
        if "app" not in line["parts"]:
            told["parts"] = parts
        told["unsent_parts"] = [
            number for number, kind in enumerate(line["parts"]) if kind == "unsent"
        ]
    if "marks" in line:
        marks = line["marks"]
        told["styles"] = [
            {"style": m[0], "text": m[1]} for m in marks if m[0] != "link"
        ]
        told["links"] = [{"text": m[1], "url": m[2]} for m in marks if m[0] == "link"]
        told["detected"] = [{"text": m[1], "found": m[0]} for m in line["detected"]]
    if "mentions" in line:
        told["mentions"] = [{"address": each} for each in line["mentions"]]
    return told


def _files(line: Line) -> Line:
    names = line.get("names", line.get("every_name"))
    if names is None:
        return {}
    files: list[Line] = [{"name": name} for name in names]
    for file, path in zip(files, line.get("files", ()), strict=False):
        file["path"] = path
    if len(files) == 1:
        # Of several files it is not told which one has it.
        files[0] |= {name: line[name] for name in ("transcript",) if name in line}
        files[0] |= {"label": line["genmoji"]} if "genmoji" in line else {}
    return {"files": files}


def _balloon(line: Line) -> Line:
    if "poll" in line:
        options = [{"text": text, "voters": who} for text, who in line["poll"]]
        return {"balloon": {"kind": "poll", "options": options}}
    if "drawing" in line:
        named, _, gesture = (line["drawing"] or "").rpartition(" ")
        if named:
            kind = named.replace(" ", "-")
            return {"balloon": {"kind": kind, "gesture": gesture}}
        return {"balloon": {"kind": line["drawing"]}}
    if "app" in line:
        shown = "\n".join(filter(None, line["app"]))
        return {"balloon": {"shown": shown, "app_name": line["app_name"] or None}}
    if "link" in line:
        return {"balloon": {"shown": "\n".join(filter(None, line["link"]))}}
    return {}


def _edits(versions: list[Any]) -> list[Line]:
    """Each version but a part's last was the text until the next one."""
    return [
        {"before": text, "part": number}
        for (number, text), following in pairwise(versions)
        if following[0] == number
    ]
