"""States of files: not downloaded, on another device, offloaded, gone (§26.10)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments.sending import send
from pytest_imessage_foundry.conversations.life.draws import Lot
from pytest_imessage_foundry.models import Attribution
from pytest_imessage_foundry.models.apple_time import from_iso
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import (
        Attachment,
        LifeSpan,
        Message,
        Part,
        Tapback,
    )

_PLACEHOLDER = 1 << 20  # bytes that iCloud says of what it has not sent (§26.10)
_PHOTOS = ("photo", "heic")
_SHOP = (
    "com.apple.messages.MSMessageExtensionBalloonPlugin:ABCDE12345:com.example.hearts"
)
_LABEL = "heart.png.accessibilityLabel"
_PROMPT = "a fox with a scarf"
_PHONE = "/var/mobile/Library/SMS/Attachments/"
_FORMER_HOME = "/Users/{user}/Library/Messages/Attachments/"
_NEW_MAC = from_iso("2019-11-20")


def aged(message: Message, span: LifeSpan, user: str) -> Message:
    """Return a message with its files as they are now.

    `user` is what the owner's account was called on an earlier Mac.
    """
    parts = tuple(_aged(part, message, span, user) for part in message.parts)
    return message if parts == message.parts else replace(message, parts=parts)


def _aged(part: Part, message: Message, span: LifeSpan, user: str) -> Part:
    if part.kind != "attachment":
        return part
    if part.source is not None:
        return _of_origin(part, message.guid, span)
    lot = Lot(part.guid, "file", span)
    if part.stub in _PHOTOS and lot.has("live-photo"):
        return send("live-photo", part.guid, part.variant)
    if part.stub in _PHOTOS and lot.has("odd-mark"):
        return replace(part, mark=part.mark * 2)
    if lot.has("folder"):
        return send("folder", part.guid, part.variant)
    if lot.has("not-downloaded"):
        return replace(
            part, state="not-downloaded", path=None, total_bytes=_PLACEHOLDER
        )
    if lot.has("offloaded"):
        return replace(part, state="waiting")
    if lot.has("missing"):
        return replace(part, state="missing")
    if lot.has("device-path"):
        return _elsewhere(part, _PHONE)
    if message.date < _NEW_MAC and lot.has("former-home"):
        return _elsewhere(part, _FORMER_HOME.format(user=user))
    if lot.has("no-name"):
        return replace(part, blank=("transfer_name",))
    return part


def with_stickers(message: Message, span: LifeSpan) -> Message:
    """Return a message with stickers in place of some emoji of its tapbacks (§21)."""
    tapbacks = tuple(
        _stuck(each, span) if each.emoji and each.removed is None else each
        for each in message.tapbacks
    )
    return (
        message if tapbacks == message.tapbacks else replace(message, tapbacks=tapbacks)
    )


def _stuck(tapback: Tapback, span: LifeSpan) -> Tapback:
    if not Lot(tapback.guid, "file", span).has("sticker-tapback"):
        return tapback
    image = send("sticker", guid_of(_bits(tapback.guid)), 1 + int(tapback.guid[:5], 16))
    sticker = _of_origin(image, tapback.guid, span)
    return replace(tapback, name="sticker", emoji=None, sticker=sticker)


def _bits(guid: str) -> int:
    """Return the bits of the GUID of a file that only the row `guid` has."""
    return int(guid.replace("-", ""), 16) ^ 1 << 32


def _of_origin(image: Attachment, guid: str, span: LifeSpan) -> Attachment:
    """Return a sticker as the row `guid` has it: of an app, a genmoji, or a photo's.

    The first two are called after their content and that row.
    """
    lot = Lot(image.guid, "file", span)
    if lot.has("genmoji"):
        found = send("genmoji", image.guid, image.variant, genmoji=_PROMPT)
    elif image.source is not None and lot.has("app-sticker"):
        of_app = replace(image.source, app=_SHOP, suffix="", label=_LABEL)
        made_by = Attribution(name="Hearts", bundle_id=_SHOP, adam_id=1_000_000_001)
        found = send(
            *("sticker", image.guid, image.variant), source=of_app, attribution=made_by
        )
    else:
        return image
    assert found.source is not None
    name = f"at_{found.source.content_id}_{guid}"
    return replace(found, guid=name, original_guid=image.guid)


def _elsewhere(part: Attachment, folder: str) -> Attachment:
    """Return a file whose row names the folder of another device, or of before."""
    return replace(part, state="missing", device_path=f"{folder}{part.path}")
