"""The models that there are most of, made in a fifth of the time.

A frozen dataclass calls `object.__setattr__` for each of its fields, which takes
most of the time that making it takes. Here an object of a class with the same
slots, but not frozen, is filled as any object is and then becomes one of the
frozen class, before anybody has seen it. Each function takes what its class takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models.changes import ORDINARY, Traits
from pytest_imessage_foundry.models.messages import Message
from pytest_imessage_foundry.models.parts import TextPart
from pytest_imessage_foundry.models.turns import Turn

if TYPE_CHECKING:
    from pytest_imessage_foundry.models.balloons import Balloon
    from pytest_imessage_foundry.models.changes import (
        Edit,
        Event,
        Reply,
        Sticker,
        Tapback,
    )
    from pytest_imessage_foundry.models.literals import (
        EventKind,
        Hours,
        SendEffect,
        Service,
        Storage,
    )
    from pytest_imessage_foundry.models.parts import Part
    from pytest_imessage_foundry.models.turns import Reaction


class _OpenMessage:
    __slots__ = Message.__slots__


class _OpenTextPart:
    __slots__ = TextPart.__slots__


class _OpenTurn:
    __slots__ = Turn.__slots__


def message(
    *,
    guid: str,
    date: int,
    sender: str | None,
    parts: tuple[Part, ...] = (),
    service: Service = "iMessage",
    date_delivered: int = 0,
    date_read: int = 0,
    storage: Storage = "both",
    immutable: bool = False,
    writing_direction: bool = False,
    subject: str | None = None,
    effect: SendEffect | None = None,
    reply_to: Reply | None = None,
    balloon: Balloon | None = None,
    event: Event | None = None,
    edits: tuple[Edit, ...] = (),
    tapbacks: tuple[Tapback, ...] = (),
    stickers: tuple[Sticker, ...] = (),
    traits: Traits = ORDINARY,
) -> Message:
    """A `Message`."""
    made: Any = _OpenMessage()
    made.guid = guid
    made.date = date
    made.sender = sender
    made.parts = parts
    made.service = service
    made.date_delivered = date_delivered
    made.date_read = date_read
    made.storage = storage
    made.immutable = immutable
    made.writing_direction = writing_direction
    made.subject = subject
    made.effect = effect
    made.reply_to = reply_to
    made.balloon = balloon
    made.event = event
    made.edits = edits
    made.tapbacks = tapbacks
    made.stickers = stickers
    made.traits = traits
    made.__class__ = Message
    frozen: Message = made
    return frozen


def text_part(text: str) -> TextPart:
    """A `TextPart` in which nothing is styled."""
    made: Any = _OpenTextPart()
    made.text = text
    made.runs = ()
    made.kind = "text"
    made.__class__ = TextPart
    frozen: TextPart = made
    return frozen


def turn(
    *,
    sender: str,
    text: str = "",
    opens: bool = False,
    reactions: tuple[Reaction, ...] = (),
    replies_to: int = 0,
    attachment: str | None = None,
    effect: SendEffect | None = None,
    edited_from: str | None = None,
    is_unsent: bool = False,
    link_title: str | None = None,
    event: EventKind | None = None,
    event_who: str | None = None,
    pause: int = 0,
    hours: Hours | None = None,
) -> Turn:
    """A `Turn`."""
    made: Any = _OpenTurn()
    made.sender = sender
    made.text = text
    made.opens = opens
    made.reactions = reactions
    made.replies_to = replies_to
    made.attachment = attachment
    made.effect = effect
    made.edited_from = edited_from
    made.is_unsent = is_unsent
    made.link_title = link_title
    made.event = event
    made.event_who = event_who
    made.pause = pause
    made.hours = hours
    made.__class__ = Turn
    frozen: Turn = made
    return frozen
