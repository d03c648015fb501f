"""The one plain shape in which every reader's output is handed on.

A reader that has no notion of something does not list the field in
`Reading.tells`; within a told field, None or () is what the reader says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

ME = "me"


def words(names: str) -> frozenset[str]:
    return frozenset(names.split())


class UnreadableError(Exception):
    """A reader failed, or printed something of a shape not seen before."""


@dataclass(frozen=True)
class Tapback:
    """A reaction as a reader shows it on the message it was given to."""

    kind: str
    """The reader's own word (Loved, love), an emoji, or "sticker"."""
    sender: str
    path: str | None = None
    """The picture of a sticker."""


@dataclass(frozen=True)
class Reaction:
    """A reaction in readers that list it as a row of its own."""

    kind: str
    target: str
    part: int | None = None
    removed: bool = False


@dataclass(frozen=True)
class Part:
    """One bubble of a message."""

    kind: str
    text: str | None = None
    marks: tuple[tuple[str, str, str | None], ...] = ()
    """(tag or class, marked text, its href or title), outermost first."""
    attachment: str | None = None
    transcript: str | None = None
    edits: tuple[str, ...] = ()
    app: tuple[tuple[str, str], ...] = ()
    """(the reader's name of the field, text), in the order shown."""
    effect: str | None = None
    tapbacks: tuple[Tapback, ...] = ()
    replies: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class Seen:
    """One message, as far as the reader tells it."""

    guid: str | None = None
    rowid: int | None = None
    chat: str | None = None
    """As the reader names it: a file's stem, a GUID, a ROWID, or an identifier."""
    service: str | None = None
    sender: str | None = None
    """ME, or the other's handle or name."""
    date: datetime | None = None
    """Aware, in UTC; whole seconds in most readers."""
    read: datetime | None = None
    read_after: str | None = None
    text: str | None = None
    subject: str | None = None
    parts: tuple[Part, ...] = ()
    tapbacks: tuple[Tapback, ...] = ()
    reaction: Reaction | None = None
    is_reply: bool = False
    reply_to: str | None = None
    replies: tuple[Seen, ...] = ()
    edits: tuple[str, ...] = ()
    """Every version of the text, oldest first."""
    edited: datetime | None = None
    unsent: bool = False
    effect: str | None = None
    attachments: tuple[str, ...] = ()
    """Paths, or names where the reader shows no path, in the order shown."""
    has_attachments: bool = False
    transcript: str | None = None
    system: str | None = None
    """SharePlay and location sharing, in the reader's words."""
    announcement: str | None = None
    """A group event, kept audio or full unsend, in the reader's words."""
    deleted: bool = False
    mentions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What the reader says in place of what it could not show."""
    more: dict[str, Any] = field(default_factory=dict)
    """Further things one reader alone tells, under its own names."""


@dataclass(frozen=True)
class Reading:
    """All that one reader got out of one file."""

    reader: str
    tells: frozenset[str]
    messages: tuple[Seen, ...]
    chats: dict[str, dict[str, Any]] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    """What it printed to stderr beyond its usual progress."""

    def by_guid(self) -> dict[str, Seen]:
        return {seen.guid: seen for seen in self.messages if seen.guid}

    def in_chat(self, chat: str) -> tuple[Seen, ...]:
        return tuple(seen for seen in self.messages if seen.chat == chat)
