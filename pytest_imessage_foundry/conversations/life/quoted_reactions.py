"""Reactions that come as texts, from people without iMessage (SEMANTICS §26.14)."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models import Message, TextPart
from pytest_imessage_foundry.models.apple_time import (
    MILLISECOND,
    MINUTE,
    SECOND,
    from_iso,
)
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_IOS_18 = from_iso("2024-09-16")  # other emoji than the six
# The words for a reaction, and for its removal.
_WORDS = (
    ("Loved {}", "Removed a heart from {}"),
    ("Liked {}", "Removed a like from {}"),
    ("Laughed at {}", "Removed a laugh from {}"),
    ("Emphasized {}", "Removed an exclamation from {}"),
)
_OF_ANY = ("Reacted \N{FACE WITH TEARS OF JOY} to {}",)
_LONGEST = 60  # characters of a text that is quoted whole


def after(message: Message, sender: str, until: int) -> tuple[Message, ...]:
    """Return the reaction of `sender` to a message, and now and then its removal.

    There is none if it would come after `until`, or quote something long.
    """
    quoted = _quoted(message)
    number = int(message.guid[:4], 16)
    if not quoted:
        return ()
    is_new = message.date >= _IOS_18 and number % 2
    sentences = _OF_ANY if is_new else _WORDS[number % len(_WORDS)]
    if number % 3:
        sentences = sentences[:1]
    return tuple(_rows(message, sender, until, [s.format(quoted) for s in sentences]))


def moment(date: int, until: int, most: int) -> int:
    """Return a moment after `date`, up to `most` later and before `until`, or 0."""
    wait = min(most, (until - date) // 2)
    wait -= wait % MILLISECOND
    return date + wait if wait >= SECOND else 0


def _quoted(message: Message) -> str:
    """Return how a reaction quotes its message, "" if that is not possible."""
    (part,) = message.parts
    if part.kind == "attachment":
        is_image = (part.mime_type or "").startswith("image/")
        return "an image" if is_image else ""
    text = part.text if part.kind == "text" else ""
    return f"\u201c{text}\u201d" if 0 < len(text) <= _LONGEST else ""


def _rows(
    message: Message, sender: str, until: int, texts: list[str]
) -> Iterator[Message]:
    date = max(message.date, message.date_read)  # nobody reacts to what is unread
    for number, text in enumerate(texts):
        date = moment(date, until, 40 * MINUTE)
        if not date:
            return
        key = f"{message.guid}:reaction:{number}"
        digest = blake2b(key.encode(), digest_size=16).digest()
        yield Message(
            guid=guid_of(int.from_bytes(digest)),
            date=date,
            sender=sender,
            parts=(TextPart(text),),
            service=message.service,
            date_read=date + 1,
            storage=message.storage,
            immutable=message.immutable,
        )
