"""What both forms of an export say in the same words: dates, events, tapbacks."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..lines import Line, any_of, given, iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..exported import Shown, Tapback
    from .export_places import ExportPlaces

_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_EFFECTS = {
    "Invisible Ink": "invisible-ink",
    "Shooting Star": "shooting-star",
    "Sparkles": "celebration",
}
_SAID = (
    ("added", r"added (?P<who>.+) to the conversation\."),
    ("removed", r"removed (?P<who>.+) from the conversation\."),
    ("renamed", r"named the conversation (?P<title>.+)"),
    ("left", r"left the conversation\."),
    ("photo-set", r"changed the group photo\."),
    ("photo-removed", r"removed the group photo\."),
    ("background-set", r"changed the chat background\."),
    ("background-removed", r"removed the chat background\."),
    ("number-changed", r"changed their phone number\."),
    ("audio-kept", r"kept an audio message\."),
    ("shareplay", "SharePlay Message Ended"),
    ("location-started", "Started sharing location!"),
    ("location-stopped", "Stopped sharing location!"),
)
_ART = re.compile(r"[*\s]*\*[*\s]*")
_TOUCH = re.compile(r"Digital Touch (\w+) \(.*\)", re.I)
UNSENT = "unsent a message"


def envelope(shown: Shown, places: ExportPlaces) -> Line:
    return {
        "date": iso(shown.date),
        "chat": places.chat(shown.chat),
        **places.sender(shown.sender),
    }


def event(shown: Shown, places: ExportPlaces) -> Line | None:
    """What a line announces, if it is one that announces something."""
    said = shown.announcement or shown.system
    if said is None:
        return None
    for kind, pattern in _SAID:
        if match := re.fullmatch(pattern, said):
            found = match.groupdict()
            line: Line = {"kind": "event", "event": kind, "title": found.get("title")}
            if "who" in found:
                line["who"] = places.address(_owner(found["who"]))
            return line
    return {"kind": "event", "event": said}


def _owner(name: str) -> str:
    return "me" if name in ("Me", "You", "you") else name


def message(shown: Shown, places: ExportPlaces) -> Line:
    """What both forms tell of a message."""
    effect = (shown.effect or "").removeprefix("Sent with ")
    return {
        "kind": "message",
        "is_unsent": False,
        "date_read": _read(shown),
        "is_reply": shown.is_reply,
        "effect": _EFFECTS.get(effect, effect.lower()) or None,
        "is_deleted": shown.deleted,
    }


def _read(shown: Shown) -> Any:
    """It shows how long a message waited; nothing, where it did not."""
    if shown.date is None or shown.read_after is None:
        return {"any_of": [None, iso(shown.date)]}
    found = re.findall(r"(\d+) (second|minute|hour|day)s?", shown.read_after)
    waited = sum(int(number) * _UNITS[unit] for number, unit in found)
    return iso(shown.date + timedelta(seconds=waited))


def reactions(
    tapbacks: Iterable[tuple[Tapback, int | None]], places: ExportPlaces
) -> Line:
    """Tapbacks and stickers with their parts, where these are shown. A sticker may
    have been given as a tapback or put on the bubble: both look the same."""
    plain, stickers = [], []
    for each, part in tapbacks:
        who = {"address": places.address(each.sender)}
        who |= {} if part is None else {"part": part}
        if each.kind == "sticker":
            stickers.append(who)
        else:
            plain.append(given(each.kind.lower()) | who)
    sizes = range(len(stickers) + 1)
    some = [list(each) for size in sizes for each in combinations(stickers, size)]
    as_tapbacks = [
        [*plain, *({"tapback": "sticker", **each} for each in chosen)]
        for chosen in some
    ]
    return {"tapbacks": any_of(as_tapbacks), "stickers": any_of(some)}


def poll(options: list[tuple[str, list[str]]], places: ExportPlaces) -> Line:
    return {
        "kind": "poll",
        "options": [
            {"text": text, "voters": [places.address(_owner(who)) for who in voters]}
            for text, voters in options
        ],
    }


def drawn(text: str) -> Line | None:
    """A drawing, where a text is one."""
    if touch := _TOUCH.fullmatch(text):
        return {"kind": "digital-touch", "gesture": touch[1].lower()}
    return {"kind": "handwriting"} if _ART.fullmatch(text) else None


def edits(versions: Iterable[str], part: int | None = None) -> list[Line]:
    """Each version but the last was the text until the next one."""
    where: Line = {} if part is None else {"part": part}
    return [{"before": text, **where} for text in list(versions)[:-1]]
