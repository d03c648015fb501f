"""What readers of attributedBody find on its runs, as readings.

They are given every body of a file. A row without one is listed, and nothing is said
of it; of a body that an app made, the text alone is its message's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lines import Line, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Runs = list[tuple[str, dict[str, Any]]]
_KIM, _NAME = "__kIM", "AttributeName"
_STYLES = ("bold", "italic", "underline", "strikethrough")
_EFFECTS = {
    **{5: "big", 11: "small", 9: "shake", 8: "nod", 12: "explode", 6: "bloom"},
    **{10: "jitter", 4: "ripple", 1: "ripple"},
}
# The attributes that stand for something found. One stands for several of them: what
# it was exactly is in an archive that these readers do not open.
_FOUND: dict[str, Any] = {
    "OneTimeCode": "one-time-code",
    "CalendarEvent": "calendar",
    "PhoneNumber": "phone",
    "Money": "money",
    "Address": "address",
}
_OTHERS = {"any_of": ["email", "flight", "shipment", "unit"]}
_FILE = f"{_KIM}FileTransferGUID{_NAME}"
_PART = f"{_KIM}MessagePart{_NAME}"
_SPOKEN = "IMAudioTranscription"


def readings(
    db: Path, decoded: Callable[[Iterable[tuple[str, bytes]]], dict[str, Any]]
) -> Iterator[Line]:
    """Yield what a reader makes of each body; `decoded` gives (text, runs) by GUID."""
    rows = select(db, "SELECT guid, attributedBody, balloon_bundle_id FROM message")
    found = decoded((guid, body) for guid, body, _ in rows if body is not None)
    for guid, body, balloon in rows:
        if body is None:
            yield {"guid": guid}
            continue
        text, runs = found[guid]
        yield {"guid": guid, "text": text} | ({} if balloon else _marks(runs))


def _marks(runs: Runs) -> Line:
    spoken = [(a[_FILE], a[_SPOKEN]) for _, a in runs if _SPOKEN in a]
    line: Line = {
        "parts": _parts(runs),
        "styles": [each for text, a in runs for each in _styles(text, a)],
        "links": [
            {"text": text, "url": attributes[link]}
            for text, attributes in runs
            if (link := f"{_KIM}Link{_NAME}") in attributes
        ],
        "mentions": [
            {"text": text, "address": attributes[mention]}
            for text, attributes in runs
            if (mention := f"{_KIM}MentionConfirmedMention") in attributes
        ],
        "detected": [each for text, a in runs for each in _detected(text, a)],
    }
    if spoken:
        line["files"] = [{"guid": guid, "transcript": said} for guid, said in spoken]
    return line


def _parts(runs: Runs) -> Any:
    """The bubbles by number. A number that is left out was taken back, and so may
    others be behind the last one."""
    parts: dict[int, Line] = {}
    for text, attributes in runs:
        number = attributes.get(_PART)
        if number is None:
            continue
        if _FILE in attributes:
            parts[number] = {"kind": "file", "file": attributes[_FILE]}
        else:
            part = parts.setdefault(number, {"kind": "text", "text": ""})
            part["text"] += text
    shown = [
        parts.get(number, {"kind": "unsent"})
        for number in range(max(parts, default=-1) + 1)
    ]
    gone: Line = {"kind": "unsent"}
    return {"any_of": [shown, [*shown, gone], [*shown, gone, gone]]}


def _styles(text: str, attributes: dict[str, Any]) -> Iterator[Line]:
    for style in _STYLES:
        if attributes.get(f"{_KIM}Text{style.title()}{_NAME}") == 1:
            yield {"style": style, "text": text}
    effect = attributes.get(f"{_KIM}TextEffect{_NAME}")
    if effect is not None:
        yield {"style": _EFFECTS[effect], "text": text}


def _detected(text: str, attributes: dict[str, Any]) -> Iterator[Line]:
    kinds = [
        kind for key, kind in _FOUND.items() if f"{_KIM}{key}{_NAME}" in attributes
    ]
    # The address of a page is found too, and is what the link says.
    is_other = not kinds and "://" not in text
    if is_other and f"{_KIM}DataDetected{_NAME}" in attributes:
        kinds = [_OTHERS]
    for kind in kinds:
        yield {"text": text, "found": kind}
