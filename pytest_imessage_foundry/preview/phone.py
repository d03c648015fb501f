"""The content of a database as the reader shows it: chats, messages, parts.

Times are ``int`` nanoseconds since 2001-01-01T00:00:00Z, 0 for "never". A
sender is an address, or ``None`` for the owner of the phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)


def moment(date: int) -> datetime:
    """Return `date` as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=date // 1000)


@dataclass(slots=True, kw_only=True)
class ShownFile:
    """An attachment row; `path` is set only if the file was found."""

    guid: str
    name: str
    mime: str = ""
    size: int = 0
    path: Path | None = None
    absence: str = ""
    is_sticker: bool = False
    is_hidden: bool = False
    transcript: str = ""
    description: str = ""


@dataclass(slots=True, kw_only=True)
class ShownRun:
    """A piece of text with one set of attributes."""

    text: str
    styles: tuple[str, ...] = ()
    effect: str = ""
    mention: str = ""
    link: str = ""
    detected: str = ""

    @property
    def is_plain(self) -> bool:
        """Return whether it is a text without attributes."""
        return not (
            self.styles or self.effect or self.mention or self.link or self.detected
        )


@dataclass(slots=True, kw_only=True)
class ShownVersion:
    """One version of an edited part, and its date."""

    date: int
    runs: tuple[ShownRun, ...]


@dataclass(slots=True, kw_only=True)
class ShownPart:
    """A bubble: a text, a file, or the place of an unsent part."""

    number: int
    runs: tuple[ShownRun, ...] = ()
    file: ShownFile | None = None
    history: tuple[ShownVersion, ...] = ()
    is_unsent: bool = False
    deleted: int = 0

    @property
    def text(self) -> str:
        """Return the text of the bubble without attributes."""
        if len(self.runs) == 1:
            return self.runs[0].text
        return "".join([run.text for run in self.runs])


@dataclass(slots=True, kw_only=True)
class ShownTapback:
    """A tapback that was not removed, or a sticker on the bubble."""

    sender: str | None
    name: str
    part: int
    date: int
    emoji: str = ""
    image: ShownFile | None = None


@dataclass(slots=True, kw_only=True)
class ShownQuote:
    """The message that an inline reply answers."""

    guid: str
    part: int
    is_found: bool
    sender: str | None = None
    text: str = ""


@dataclass(slots=True, kw_only=True)
class ShownCard:
    """A card that an app shows in place of a text."""

    kind: str
    app: str
    title: str = ""
    lines: tuple[str, ...] = ()
    url: str = ""
    image: ShownFile | None = None


@dataclass(slots=True, kw_only=True)
class ShownChoice:
    """An option of a poll and its voters."""

    text: str
    voters: tuple[str | None, ...] = ()


@dataclass(slots=True, kw_only=True)
class ShownMessage:
    """A row that Messages shows as a message, with its edits and reactions.

    `marks` are the small texts under a bubble ("Not Delivered", "via satellite");
    `troubles` say what of the row could not be read.
    """

    id: int
    guid: str
    date: int
    sender: str | None
    service: str = ""
    parts: tuple[ShownPart, ...] = ()
    subject: str = ""
    card: ShownCard | None = None
    poll: tuple[ShownChoice, ...] = ()
    event: str = ""
    tapbacks: tuple[ShownTapback, ...] = ()
    reply: ShownQuote | None = None
    effect: str = ""
    is_audio: bool = False
    is_edited: bool = False
    is_unsent: bool = False
    date_delivered: int = 0
    date_read: int = 0
    is_delivered: bool = False
    is_read: bool = False
    is_unread: bool = False
    schedule: str = ""
    deleted: int = 0
    translation: str = ""
    marks: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def is_rare(self) -> bool:
        """Return whether it has more than parts and receipts; few messages have."""
        return bool(
            self.event
            or self.tapbacks
            or self.card
            or self.reply
            or self.marks
            or self.poll
            or self.subject
            or self.effect
            or self.is_audio
            or self.is_edited
            or self.is_unsent
            or self.schedule
            or self.deleted
            or self.translation
            or self.troubles
        )

    @property
    def text(self) -> str:
        """Return the text of all bubbles, without files."""
        return "\n".join(filter(None, [part.text for part in self.parts]))

    @property
    def files(self) -> tuple[ShownFile, ...]:
        """Return the files of all bubbles."""
        return tuple([part.file for part in self.parts if part.file is not None])


@dataclass(slots=True)
class PlainMessage:
    """A message that is one text without attributes, and has nothing else.

    Four of five are. It is made and drawn in less time than a `ShownMessage`. The text
    is never empty.
    """

    id: int
    guid: str
    date: int
    sender: str | None
    service: str
    text: str
    date_delivered: int
    date_read: int
    is_delivered: bool
    is_read: bool
    is_unread: bool
    event: ClassVar[str] = ""
    tapbacks: ClassVar[tuple[ShownTapback, ...]] = ()
    deleted: ClassVar[int] = 0

    def shown(self) -> ShownMessage:
        """Return the same message as any other."""
        return ShownMessage(
            id=self.id,
            guid=self.guid,
            date=self.date,
            sender=self.sender,
            service=self.service,
            parts=(ShownPart(number=0, runs=(ShownRun(text=self.text),)),),
            date_delivered=self.date_delivered,
            date_read=self.date_read,
            is_delivered=self.is_delivered,
            is_read=self.is_read,
            is_unread=self.is_unread,
        )


Drawable = ShownMessage | PlainMessage


@dataclass(slots=True, kw_only=True)
class ShownChat:
    """A chat, its messages oldest first."""

    id: int
    guid: str
    identifier: str
    name: str = ""
    participants: tuple[str, ...] = ()
    service: str = ""
    is_group: bool = False
    marks: tuple[str, ...] = ()
    messages: tuple[ShownMessage, ...] = ()


@dataclass(slots=True, kw_only=True)
class ShownPhone:
    """The content of a database; the chat with the latest message is first."""

    path: Path
    chats: tuple[ShownChat, ...] = ()

    def messages(self) -> Iterator[ShownMessage]:
        """Yield every message of every chat."""
        for chat in self.chats:
            yield from chat.messages

    def messages_in(self, chat: ShownChat) -> Iterator[ShownMessage]:
        """Yield the messages of a chat, oldest first."""
        return iter(chat.messages)

    lean_messages_in = messages_in

    def details(self, chat: ShownChat) -> Iterator[dict[str, Any]]:
        """Yield nothing: the rows themselves are not kept."""
        return iter(())
