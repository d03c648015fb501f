"""The files of a message and of all that became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.blobs import payloads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import Attachment, Message


def files_of(message: Message) -> Iterator[Attachment]:
    """Every file of a message, those of its tapbacks and stickers included."""
    yield from message.attachments
    for tapback in message.tapbacks:
        if tapback.sticker is not None:
            yield tapback.sticker
    for sticker in message.stickers:
        yield sticker.image
    if message.event is not None and message.event.photo is not None:
        yield message.event.photo
    if message.balloon is not None:
        yield from payloads.attachments(message.balloon)
