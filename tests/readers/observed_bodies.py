"""What pytypedstream finds on the runs of a body, in the words of `expected`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .expected import DETECTIONS, plain
from .observed import STYLES, Told

if TYPE_CHECKING:
    from .seen import Seen
    from .worlds import Fact

KIM, NAME = "__kIM", "AttributeName"
TEXT_EFFECTS = {
    **{5: "big", 11: "small", 9: "shake", 8: "nod", 12: "explode", 6: "bloom"},
    **{10: "jitter", 4: "ripple", 1: "ripple"},
}
ON_RUNS = {
    "OneTimeCode": "one-time-code",
    "CalendarEvent": "calendar",
    "PhoneNumber": "phone",
    "Money": "money",
    "Address": "address",
}


def pytypedstream(seen: Seen, fact: Fact) -> Told:
    """What stands on the runs of a body, by the names of its attributes."""
    told: Told = {"listed": True, "text": plain(seen.text)}
    message = fact.message
    if fact.drawn is not None or message.balloon is not None:
        return told if fact.drawn is None else {"listed": True}
    runs = seen.more["runs"]
    marks: list[tuple[str, str, str | None]] = []
    for text, attributes in runs:
        marks += _attributed(text, attributes)
    numbers = {a.get(f"{KIM}MessagePart{NAME}"): a for _, a in runs}
    told["left"] = tuple(
        "file" if f"{KIM}FileTransferGUID{NAME}" in attributes else "text"
        for number, attributes in numbers.items()
        if number is not None
    )
    every = sorted(marks, key=str)
    found = {*DETECTIONS, "found"}
    told["marks"] = tuple(m for m in every if m[0] not in {*found, "mention"})
    told["detected"] = tuple(m for m in every if m[0] in found)
    told["mentions"] = tuple(
        fact.world.person(value) for kind, _, value in marks if kind == "mention"
    )
    told["transcript"] = next(
        (a["IMAudioTranscription"] for _, a in runs if "IMAudioTranscription" in a), ""
    )
    told["guids"] = tuple(
        a[f"{KIM}FileTransferGUID{NAME}"]
        for _, a in runs
        if f"{KIM}FileTransferGUID{NAME}" in a
    )
    return told


def _attributed(
    text: str, attributes: dict[str, Any]
) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    for style in STYLES.values():
        if attributes.get(f"{KIM}Text{style.title()}{NAME}") == 1:
            found.append((style, text, None))
    effect = attributes.get(f"{KIM}TextEffect{NAME}")
    if effect is not None:
        found.append((TEXT_EFFECTS[effect], text, None))
    mention = attributes.get(f"{KIM}MentionConfirmedMention")
    if mention is not None:
        found.append(("mention", text, mention))
    link = attributes.get(f"{KIM}Link{NAME}")
    if link is not None:
        found.append(("link", text, link))
    kinds = [kind for key, kind in ON_RUNS.items() if f"{KIM}{key}{NAME}" in attributes]
    # The address of a page is found too, and is what the link says.
    named = kinds or "://" in text
    if not named and f"{KIM}DataDetected{NAME}" in attributes:
        kinds = ["found"]
    return found + [(kind, text, None) for kind in kinds]
