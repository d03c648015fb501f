"""A dialogue before it has times and ids."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_imessage_foundry.models.words import EventKind, SendEffect, TapbackKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A tapback as a dialogue states it; `sender` is a persona id."""

    sender: str
    name: TapbackKind
    emoji: str | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One bubble of a dialogue: who says what, not yet when.

    `sender` is a persona id, the owner's included. `opens` marks the first
    turn of a new topic, before which hours or days may pass. `replies_to`
    counts turns back (1 is the turn before). `edited_from` is what the bubble
    said at first; `attachment` and `stub` names are those of
    `attachments.generator`. `event` turns announce instead of saying.
    """

    sender: str
    text: str = ""
    opens: bool = False
    reactions: tuple[Reaction, ...] = ()
    replies_to: int = 0
    attachment: str | None = None
    effect: SendEffect | None = None
    edited_from: str | None = None
    is_unsent: bool = False
    link_title: str | None = None
    event: EventKind | None = None
    event_who: str | None = None
