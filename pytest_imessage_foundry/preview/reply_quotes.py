"""The quote above an inline reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pytest_imessage_foundry.preview.phone import (
    Drawable,
    PlainMessage,
    ShownMessage,
    ShownQuote,
)


def replying(
    message: Drawable, guid: str, place: str, origins: Mapping[str, Drawable]
) -> ShownMessage:
    """Return a message that answers part `place` of another, which may be gone."""
    origin = origins.get(guid)
    number = place.partition(":")[0]
    part = int(number) if number.isdecimal() and len(number) < 9 else 0
    quote = ShownQuote(guid=guid, part=part, is_found=origin is not None)
    if origin is not None:
        quote.sender = origin.sender
        quote.text = _excerpt(_shown(origin), part)
    return replace(_shown(message), reply=quote)


def _shown(message: Drawable) -> ShownMessage:
    return message.shown() if isinstance(message, PlainMessage) else message


def _excerpt(origin: ShownMessage, number: int) -> str:
    parts = [part for part in origin.parts if part.number == number] or origin.parts
    for part in parts:
        if part.text:
            return part.text[:200]
        if part.file is not None:
            return part.file.name
    if origin.card is not None:
        return origin.card.title
    return "a poll" if origin.poll else "a message"
