"""Cases of stickers and of emoji that are pictures: their sources and places."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Attribution, Link, StickerSource

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import Attachment

MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_CUT_OUT = "com.apple.Stickers.UserGenerated.MessagesExtension"
_GENMOJI = "com.apple.messages.genmoji"
_MEMOJI = "com.apple.Animoji.StickersApp.MessagesExtension"
_SHOP = (
    "com.apple.messages.MSMessageExtensionBalloonPlugin:ABCDE12345:com.example.hearts"
)


def _of_an_app(phone: CasePhone) -> Attachment:
    """Return a sticker of an app from the App Store."""
    source = StickerSource(
        id=phone.author.new_guid(),
        app=_SHOP,
        hash="8e682c381ab52ec2",
        label="heart.png.accessibilityLabel",
    )
    made_by = Attribution(name="Hearts", bundle_id=_SHOP, adam_id=1_000_000_001)
    return phone.author.file("sticker", source=source, attribution=made_by)


def _image(phone: CasePhone, kind: str) -> Attachment:
    if kind == "app":
        return _of_an_app(phone)
    prompt = "a fox with a scarf" if kind == "genmoji" else None
    return phone.author.file(kind, genmoji=prompt)


_FROM: dict[str, list[str | None]] = {  # app, label, who made it
    "sticker": [_CUT_OUT, "Emoji", None],
    "app": [_SHOP, "heart.png.accessibilityLabel", "Hearts"],
    "genmoji": [_GENMOJI, "a fox with a scarf", None],
    "memoji": [_MEMOJI, None, None],
}
# The description has a column since macOS 15.
_LABELLED = ("sticker", "app", "genmoji")


def _tapped(phone: CasePhone, kind: str) -> tuple[Draft, Reading]:
    text = f"React to me with: {kind}"
    draft = phone.direct.send(text).tapback("sticker", image=_image(phone, kind))
    return draft, {
        "text": text,
        "tapbacks": [["Alex Doe", "sticker"]],
        "sticker_from": _FROM[kind],
    }


for _kind in ("app", "genmoji", "memoji"):
    case(
        f"tapback-sticker-{_kind}",
        f"a tapback with a sticker: {_kind}",
        "§21",
        feature="sticker_tapbacks",
    )(partial(_tapped, kind=_kind))


def _placed(phone: CasePhone, kind: str) -> tuple[Draft, Reading]:
    text = f"Stick it on me: {kind}"
    draft = phone.direct.send(text).sticker(image=_image(phone, kind), x=0.6, scale=0.8)
    return draft, {
        "text": text,
        "stickers": ["Alex Doe"],
        "sticker_from": [_FROM[kind][0], *_FROM[kind][2:]],
    }


for _kind in ("app", "memoji"):
    case(f"sticker-placed-{_kind}", f"a sticker dropped on a bubble: {_kind}", "§21")(
        partial(_placed, kind=_kind)
    )


def _sent(phone: CasePhone, kind: str) -> tuple[Draft, Reading]:
    file = _image(phone, kind)
    return phone.direct.receive(file), {"text": MARK, "attachments": [file.name]}


for _kind in ("sticker", "memoji"):
    case(f"file-{_kind}", f"a {_kind} by itself, from StickerCache", "§21")(
        partial(_sent, kind=_kind)
    )


@case("tapback-bare", "a tapback that names the message without a part", "§21")
def _bare(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("No part is named").tapback("liked", is_bare=True)
    return draft, {
        "text": "No part is named",
        "tapbacks": [["Alex Doe", "liked"]],
        "pointers": [""],
    }


@case("tapback-forms", "of a part, of a balloon, and of neither", "§21")
def _forms(phone: CasePhone) -> tuple[Draft, Reading]:
    url = "https://example.com/forms"
    draft = phone.group.receive(url, sender=phone.sam, balloon=Link(url=url))
    draft.tapback("loved", by=phone.alex).tapback("liked", by=phone.kim, is_bare=True)
    return draft, {
        "text": url,
        "tapbacks": [["Alex Doe", "loved"], ["Kim Poe", "liked"]],
        "pointers": ["bp:", ""],
    }
