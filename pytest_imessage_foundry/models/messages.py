"""A message with all that became of it, and the chats that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from pytest_imessage_foundry.models.balloons import Balloon
from pytest_imessage_foundry.models.changes import (
    ORDINARY,
    Edit,
    Event,
    Reply,
    Sticker,
    Tapback,
    Traits,
)
from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.literals import (
    ATTACHMENT_MARK,
    SendEffect,
    Service,
    Storage,
    utf16_length,
)
from pytest_imessage_foundry.models.parts import Attachment, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message and all that became of it.

    `parts` is the body as it stands now, in part-number order; a part that was
    taken back keeps its place as `Unsent`.
    """

    guid: str
    date: int
    sender: str | None
    parts: tuple[Part, ...] = ()
    service: Service = "iMessage"
    date_delivered: int = 0
    date_read: int = 0
    storage: Storage = "both"
    immutable: bool = False
    writing_direction: bool = False
    subject: str | None = None
    effect: SendEffect | None = None
    reply_to: Reply | None = None
    balloon: Balloon | None = None
    event: Event | None = None
    edits: tuple[Edit, ...] = ()
    tapbacks: tuple[Tapback, ...] = ()
    stickers: tuple[Sticker, ...] = ()
    traits: Traits = ORDINARY

    @property
    def is_from_me(self) -> bool:
        return self.sender is None

    @property
    def text(self) -> str:
        """What a reader shows as the message's text, attachments as U+FFFC."""
        return "".join(
            part.text if part.kind == "text" else ATTACHMENT_MARK
            for part in self.parts
            if part.kind != "unsent"
        )

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files in the body, in order."""
        return tuple(part for part in self.parts if part.kind == "attachment")

    @property
    def is_unsent(self) -> bool:
        """Whether every part was taken back."""
        return bool(self.parts) and all(part.kind == "unsent" for part in self.parts)


def part_range(message: Message, number: int) -> tuple[int, int]:
    """UTF-16 location and length of a part within its message's body.

    A balloon, which has no parts, counts as one character.
    """
    lengths = [part_length(part) for part in message.parts]
    if number >= len(lengths):
        return 0, 1
    return sum(lengths[:number]), lengths[number]


def part_length(part: Part) -> int:
    """How many UTF-16 units of the body a part takes up now."""
    if part.kind == "text":
        return utf16_length(part.text)
    return 1 if part.kind == "attachment" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatProperties:
    """What chat.properties and its neighbours hold (SEMANTICS §12)."""

    group_photo: Attachment | None = None
    background: str | None = None
    read_receipts: bool = False
    mutes: bool = False
    is_archived: bool = False
    is_unknown_sender: bool = False
    is_pending_review: bool = False
    has_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A chat and its messages, oldest first.

    `messages` is a tuple at rest. While a database is built it may be any
    iterable that can be walked again: that is what keeps memory flat.
    """

    guid: str
    identifier: str
    participants: tuple[str, ...]
    messages: Iterable[Message] = ()
    service: Service = "iMessage"
    is_group: bool = False
    name: str | None = None
    group_id: str = ""
    last_read: int = 0
    properties: ChatProperties = field(default_factory=ChatProperties)
    config_id: str = ""
    origin: str = "faker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A named message of the catalogue and what a reader must say of it."""

    name: str
    message: str
    reading: dict[str, object]
