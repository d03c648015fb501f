"""Refuse a message whose parts and what became of them do not go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import Handwriting, Message, Part, Poll, Tapback

# A part of a message, a balloon, or a message alone (SEMANTICS §6).
_TARGET = re.compile(r"(p:\d{1,9}/|bp:)?[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_LARGEST = 0xFFFF  # a point's coordinates are two bytes each (SEMANTICS §10)


def check(message: Message) -> None:
    """Refuse a message that says nothing, or of which something names no part.

    Raises:
        FoundryError: with the part that is wrong, or not there.
    """
    if message.event is None:
        _check_parts(message)
        _check_files(message)
        check_carried(message)
    _check_tapbacks(message)
    _check_receipts(message)
    left = standing(message)
    known = {*left, *unsent(message)}
    for number, what in _named(message):
        if number not in known:
            raise _no_part(message, number, what, left)
    dangling = message.traits.dangling
    if dangling is not None and not _TARGET.fullmatch(dangling):
        raise FoundryError(
            f"{dangling!r} names no message\n"
            f"looked at what message {message.guid} reacts to (`dangling`)\n"
            "give p:0/ and an upper-case UUID, which no message here has"
        )
    if message.traits.gap < 0:
        raise FoundryError(
            f"{message.traits.gap} rows cannot have been deleted\n"
            f"looked at `gap` of message {message.guid}\ngive 0 or more"
        )
    if message.balloon is not None and message.balloon.kind == "handwriting":
        _check_strokes(message.balloon)
    if message.balloon is not None and message.balloon.kind == "poll":
        _check_options(message.balloon)


def standing(message: Message) -> list[int]:
    """Return the numbers of the parts that something can happen to."""
    if message.event is not None:
        return []
    if not message.parts:
        return [0] if message.balloon is not None else []
    return [n for n, part in enumerate(message.parts) if _is_something(part)]


def standing_tapback(message: Message, sender: str | None, part: int) -> Tapback | None:
    """Return the tapback that somebody has on a part. Stickers are none of this sort:
    several may stand."""
    for each in message.tapbacks:
        if (each.sender, each.part) == (sender, part) and _stands(each):
            return each
    return None


def _stands(tapback: Tapback) -> bool:
    return tapback.removed is None and tapback.name != "sticker"


def _check_tapbacks(message: Message) -> None:
    for each in message.tapbacks if len(message.tapbacks) > 1 else ():
        other = standing_tapback(message, each.sender, each.part)
        if _stands(each) and other is not None and other is not each:
            raise FoundryError(
                "one tapback of each person stands on a part\n"
                f"looked at message {message.guid}, where part {each.part} has "
                f"{other.name!r} and {each.name!r} of {each.sender or 'the owner'}\n"
                "call tapback(), which puts the second in place of the first"
            )


def _check_receipts(message: Message) -> None:
    sent, arrived, read = message.date, message.date_delivered, message.date_read
    for date, what, before, first in (
        (arrived, "delivered", sent, "sent"),
        (read, "read", sent, "sent"),
        (read, "read", arrived, "delivered"),
    ):
        if date and date < before:
            early = (before - date) / SECOND
            raise FoundryError(
                f"a message cannot be {what} before it was {first}\n"
                f"looked at message {message.guid}: date_{what} is {early:,.3f} s "
                f"before that\ngive a later date_{what}, or 0 for never"
            )


def _is_something(part: Part) -> bool:
    if part.kind == "text":
        return bool(part.text)
    return part.kind == "attachment"


def unsent(message: Message) -> list[int]:
    """Return the numbers of the parts that were taken back."""
    return [n for n, part in enumerate(message.parts) if part.kind == "unsent"]


def _named(message: Message) -> Iterator[tuple[int, str]]:
    """Yield each part number that something names, and what does."""
    yield from ((each.part, "a tapback") for each in message.tapbacks)
    yield from ((each.part, "a sticker") for each in message.stickers)
    yield from ((each.part, "an edit") for each in message.edits)
    if message.traits.deleted is not None:
        yield from ((part, "a deletion") for part in message.traits.deleted.parts)


def _no_part(message: Message, number: int, what: str, left: list[int]) -> FoundryError:
    return FoundryError(
        f"there is no part {number} for {what}\n"
        f"looked at message {message.guid}, which has "
        f"{', '.join(map(str, left)) or 'none'}\n"
        "name one of those"
    )


def _check_parts(message: Message) -> None:
    """An archive has no run for an empty text, which so would be no part of it."""
    if not message.parts and message.balloon is None:
        raise FoundryError(
            "a message without any content says nothing\n"
            f"looked at message {message.guid}: no part, and no balloon\n"
            "give it a text, a file or a balloon"
        )
    for number, part in enumerate(message.parts):
        if part.kind != "text":
            continue
        if not part.text and len(message.parts) > 1:
            why = f"part {number} of {len(message.parts)} is an empty text"
        elif part.text and not all(run.text for run in part.runs):
            why = f"part {number} has an empty run"
        else:
            continue
        raise FoundryError(
            "no part of a message is empty beside others\n"
            f"looked at message {message.guid}: {why}\nleave it out"
        )


def _check_files(message: Message) -> None:
    """A row of message_attachment_join names a file once for each message."""
    guids = [file.guid for file in message.attachments]
    for guid in guids:
        if guids.count(guid) > 1:
            raise FoundryError(
                "a message holds a file once\n"
                f"looked at message {message.guid}, which has {guid} "
                f"{guids.count(guid)} times\n"
                "make another by file()"
            )


def check_carried(message: Message) -> None:
    """Refuse what SMS and RCS have no form for (SEMANTICS §15)."""
    if message.service not in ("SMS", "RCS"):
        return
    for what, is_there in (
        ("a send effect", message.effect is not None),
        ("an inline reply", message.reply_to is not None),
        ("an edit", bool(message.edits)),
        ("a part that is unsent", bool(unsent(message))),
    ):
        if is_there:
            raise FoundryError(
                f"{message.service} cannot carry {what}\n"
                f"looked at message {message.guid}\n"
                "leave it out, or send the message with service='iMessage'"
            )


def _check_strokes(balloon: Handwriting) -> None:
    for stroke in balloon.strokes:
        for point in stroke:
            if not all(0 <= each <= _LARGEST for each in point):
                raise FoundryError(
                    f"a stroke cannot go through {point}\n"
                    f"looked at the strokes of handwriting {balloon.id!r}\n"
                    f"give points from (0, 0) to ({_LARGEST}, {_LARGEST})"
                )


def _check_options(poll: Poll) -> None:
    ids = [each.id for each in (*poll.options, *(one.option for one in poll.added))]
    if not poll.options or len(set(ids)) < len(ids):
        raise FoundryError(
            "a poll has options, which are told apart by their ids\n"
            f"looked at one with {', '.join(ids) or 'none'}\n"
            "give each PollOption an id of its own"
        )
