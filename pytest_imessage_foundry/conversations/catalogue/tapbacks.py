"""Cases of tapbacks and stickers: added, removed, on a part, a file, a balloon."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Link

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )

_CLASSIC = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")
MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


def _tapped(
    phone: CasePhone, name: str, *, removed: bool = False, keeps_added: bool = False
) -> tuple[Draft, Reading]:
    text = f"React to me: {name}"
    draft = phone.direct.send(text).tapback(name)
    if removed:
        draft.remove_tapback(keeps_added=keeps_added)
    shown = [] if removed else [["Alex Doe", name]]
    return draft, {"text": text, "tapbacks": shown}


for _name in _CLASSIC:
    case(f"tapback-{_name}", f"{_name} a text", "§6")(partial(_tapped, name=_name))
    case(
        f"tapback-{_name}-removed",
        f"{_name}, then taken back; the row that added it is gone",
        "§6",
    )(partial(_tapped, name=_name, removed=True))
case("tapback-loved-both-rows", "taken back, and the row that added it stays", "§6")(
    partial(_tapped, name="loved", removed=True, keeps_added=True)
)
case("tapback-emoji", "an emoji as a tapback", "§6", feature="emoji_tapbacks")(
    partial(_tapped, name="🎉")
)
case(
    "tapback-emoji-removed",
    "an emoji tapback taken back",
    "§6",
    feature="emoji_tapbacks",
)(partial(_tapped, name="🫶🏽", removed=True))
case("tapback-sticker", "a sticker as a tapback", "§6", feature="sticker_tapbacks")(
    partial(_tapped, name="sticker")
)
case(
    "tapback-sticker-removed",
    "a sticker tapback taken back",
    "§6",
    feature="sticker_tapbacks",
)(partial(_tapped, name="sticker", removed=True))


@case("tapback-mine", "the owner reacts", "§6")
def _mine(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("You will like this").tapback("liked")
    return draft, {"text": "You will like this", "tapbacks": [["me", "liked"]]}


@case("tapback-several", "three people react to one message", "§6")
def _several(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.group.send("We won!")
    for person, name in ((phone.alex, "loved"), (phone.sam, "laughed")):
        draft.tapback(name, by=person)
    draft.tapback("emphasized", by=phone.kim)
    return draft, {
        "text": "We won!",
        "tapbacks": [
            ["Alex Doe", "loved"],
            ["Sam Roe", "laughed"],
            ["Kim Poe", "emphasized"],
        ],
    }


@case("tapback-on-part", "a reaction to the second bubble of a message", "§6")
def _on_part(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    draft = phone.direct.send("The house", file, "and the garden")
    draft.tapback("loved", part=2)
    return draft, {
        "text": f"The house{MARK}and the garden",
        "attachments": [file.name],
        "tapbacks": [["Alex Doe", "loved"]],
        "tapback_part": 2,
    }


@case("tapback-on-file", "a reaction to a photo", "§6")
def _on_file(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    draft = phone.direct.send(file).tapback("loved")
    return draft, {
        "text": MARK,
        "attachments": [file.name],
        "tapbacks": [["Alex Doe", "loved"]],
    }


@case("tapback-on-balloon", "a reaction to a link preview", "§6")
def _on_balloon(phone: CasePhone) -> tuple[Draft, Reading]:
    url = "https://example.com/story"
    draft = phone.direct.send(url, balloon=Link(url=url, title="A story"))
    draft.tapback("questioned")
    return draft, {
        "text": url,
        "link": url,
        "title": "A story",
        "tapbacks": [["Alex Doe", "questioned"]],
    }


@case("sticker-placed", "a sticker dropped on a bubble", "§6")
def _sticker(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Stick something here").sticker(
        x=0.3, y=0.7, rotation=0.2
    )
    return draft, {"text": "Stick something here", "stickers": ["Alex Doe"]}
