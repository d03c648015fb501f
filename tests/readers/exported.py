"""What an export of imessage-exporter holds, as its files show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

ME = "me"


@dataclass(frozen=True)
class Tapback:
    """A reaction on the message it was given to: its word (Loved), an emoji, or
    "sticker" with the path of its picture."""

    kind: str
    sender: str
    path: str | None = None


@dataclass(frozen=True)
class Part:
    """One bubble of a message.

    Attributes:
        marks: (tag or class, marked text, its href or title), outermost first.
        app: (the exporter's name of the field, text), in the order shown.
    """

    kind: str
    text: str | None = None
    marks: tuple[tuple[str, str, str | None], ...] = ()
    attachment: str | None = None
    transcript: str | None = None
    edits: tuple[str, ...] = ()
    app: tuple[tuple[str, str], ...] = ()
    effect: str | None = None
    tapbacks: tuple[Tapback, ...] = ()
    replies: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Shown:
    """One message, as far as the export tells it.

    Attributes:
        chat: the stem of its file.
        sender: ME, or the other's name or address.
        edits: every version of the text, oldest first.
        system: SharePlay and location sharing, in the exporter's words.
        announcement: a group event, kept audio or full unsend, in its words.
        problems: what it says in place of what it could not show.
    """

    guid: str | None = None
    chat: str | None = None
    service: str | None = None
    sender: str | None = None
    date: datetime | None = None
    read_after: str | None = None
    text: str | None = None
    subject: str | None = None
    parts: tuple[Part, ...] = ()
    tapbacks: tuple[Tapback, ...] = ()
    is_reply: bool = False
    replies: tuple[Shown, ...] = ()
    edits: tuple[str, ...] = ()
    unsent: int = 0
    effect: str | None = None
    attachments: tuple[str, ...] = ()
    transcript: str | None = None
    system: str | None = None
    announcement: str | None = None
    deleted: bool = False
    mentions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """All that one export shows, and what it complained of beyond its progress."""

    messages: tuple[Shown, ...]
    complaints: tuple[str, ...] = ()
