"""The files of a message and of all that became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.models.balloons import pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models.messages import Message
    from pytest_imessage_foundry.models.parts import Attachment


def files_of(message: Message) -> Iterator[Attachment]:
    """Yield every file of a message, those of its tapbacks and stickers included."""
    yield from own_files(message)
    for tapback in message.tapbacks:
        if tapback.sticker is not None:
            yield tapback.sticker
    for sticker in message.stickers:
        yield sticker.image


def own_files(message: Message) -> Iterator[Attachment]:
    """The files that a message's own row brings along, in the order of their rows."""
    for file in message.attachments:
        if file.state != "awaited":
            yield file
    if message.balloon is not None:
        yield from pictures(message.balloon)
    if message.event is not None and message.event.photo is not None:
        yield message.event.photo
