"""States of files: not downloaded, on another device, offloaded, gone (§26.10)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.life.draws import Lot
from pytest_imessage_foundry.models.apple_time import from_iso

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Attachment, LifeSpan, Message, Part

_PLACEHOLDER = 1 << 20  # bytes that iCloud says of what it has not sent (§26.10)
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
    if part.kind != "attachment" or part.source is not None:
        return part
    lot = Lot(part.guid, "file", span)
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


def _elsewhere(part: Attachment, folder: str) -> Attachment:
    """Return a file whose row names the folder of another device, or of before."""
    return replace(part, state="missing", device_path=f"{folder}{part.path}")
