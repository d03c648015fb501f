"""A message with all that became of it, and the chats that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry.models.apple_time import MINUTE, to_datetime
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
from pytest_imessage_foundry.models.filters import FilterTier
from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.literals import (
    SendEffect,
    Service,
    Storage,
    utf16_length,
)
from pytest_imessage_foundry.models.members import Membership, Roll
from pytest_imessage_foundry.models.parts import Attachment, Part

if TYPE_CHECKING:
    from pytest_imessage_foundry.models.case_readings import CaseReading
else:
    # Before Python 3.12 pydantic, which writes the truth's schema, takes no TypedDict.
    CaseReading = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message and all that became of it.

    A sender of "" is somebody whom the file does not name (handle_id 0).

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
    def sent_at(self) -> datetime:
        """`date` as an aware datetime in UTC, exact to the microsecond."""
        return to_datetime(self.date)

    @property
    def is_from_me(self) -> bool:
        return self.sender is None

    @property
    def text(self) -> str:
        """What a reader shows as the message's text, attachments as U+FFFC; "" where
        the row holds neither text nor body."""
        if "body" in self.traits.blank:
            return ""
        return "".join(
            part.text if part.kind == "text" else part.mark
            for part in self.parts
            if part.kind != "unsent"
        )

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files in the body, in order."""
        return tuple([part for part in self.parts if part.kind == "attachment"])

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
    """Return how many UTF-16 units of the body a part takes up now."""
    if part.kind == "text":
        return utf16_length(part.text)
    return utf16_length(part.mark) if part.kind == "attachment" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The background of a chat (macOS 26), or what is left of one.

    Attributes:
        url: where the picture is (`trabar`).
        channel: UUID of the channel that shares it.
        version: counts the changes (`trabav`), and is all that a removal leaves.
        refreshed: when it was last looked for, in nanoseconds.
    """

    url: str = ""
    channel: str = ""
    version: int = 12
    refreshed: int = 0
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatHistory:
    """What a chat that is in use for years has in its properties.

    Attributes:
        watermark: ROWID and date of a message (CKChatWatermark…), as it was then.
        previous_accounts: service and account UUID of each that it ran over before.
        summary: GUID of the message that was summed up, and whether that was seen.
        last_archived: GUID and ROWID of then (com.apple.iChat.LastArchivedMessageID).
        lsmd: the date `LSMD`, in nanoseconds.
    """

    watermark: tuple[int, int] | None = None
    previous_accounts: tuple[tuple[str, str], ...] = ()
    summary: tuple[str, bool] | None = None
    last_archived: tuple[str, int] | None = None
    lsmd: int = 0
    responses: int = 0
    receipts_version: int = 0
    handshake: int = 0
    reported_as_spam: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatProperties:
    """What chat.properties and its neighbours hold (SEMANTICS §12).

    `filtered` is the list that Messages shows the chat in, `is_blocked` a sender whom
    the owner wants nothing of. `version` is `pv`: 0 in three files, 2 in those of
    another source.
    """

    group_photo: Attachment | None = None
    background: Background | None = None
    history: ChatHistory | None = None
    version: Literal[0, 2] = 0
    read_receipts: bool = False
    mutes: bool = False
    is_archived: bool = False
    filtered: FilterTier = "known"
    is_blocked: bool = False
    is_pending_review: bool = False


BRINGING = MINUTE  # how long iCloud takes to bring a chat


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerChat:
    """A row of `chat` with a conversation's identifier that is left empty.

    Messages keeps one for each service that a chat was moved from (§26.6). From
    26 on chat_lookup finds it under `domain`, if one is known.
    """

    guid: str
    service: Service
    name: str | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A chat and its messages, oldest first.

    `founders` are the addresses that it began with, without the owner's; who came
    and went since follows from the events among its messages.

    `messages` is a tuple at rest. While a database is built, and in `ChatDB.stream()`,
    it derives its messages at each walk: that is what keeps memory flat. To ask for its
    length, for one of its messages, or for a group's members walks it. `brought` is
    when iCloud brought all that is older, in its order: those rows have higher ROWIDs
    than younger ones of other chats. 0 is that it came as it was written.
    """

    guid: str
    identifier: str
    founders: tuple[str, ...]
    messages: Sequence[Message] = ()
    service: Service = "iMessage"
    is_group: bool = False
    name: str | None = None
    group_id: str = ""
    properties: ChatProperties = field(default_factory=ChatProperties)
    former: tuple[FormerChat, ...] = ()
    brought: int = 0
    config_id: str = ""
    origin: str = "faker"

    @property
    def members(self) -> tuple[Membership, ...]:
        """Everybody who is or was in it, with the owner (address None)."""
        return self._roll().members

    @property
    def participants(self) -> tuple[str, ...]:
        """The addresses of those who are in it now, without the owner."""
        return self._roll().present

    def members_at(self, moment: int) -> tuple[str | None, ...]:
        """Return the addresses of those who were in it at a moment (None: the owner).

        For tests of readers that say who could see a message.
        """
        return tuple(each.address for each in self.members if each.covers(moment))

    @property
    def last_read(self) -> int:
        """The date of the newest message that was received and read; 0 if none."""
        return max(
            (
                message.date
                for message in self.messages
                if message.date_read and message.sender is not None
            ),
            default=0,
        )

    def reached(self, message: Message) -> int:
        """Return when a message reached this phone; ROWIDs follow it."""
        until = self.brought + BRINGING
        date = message.date
        if self.brought and date < until:
            # As far within that minute as its date is within the years.
            date = self.brought + BRINGING * date // until
        return max(date, message.traits.arrived)

    def _roll(self) -> Roll:
        roll = Roll(self.founders)
        for message in self.messages if self.is_group else ():
            roll.tell(message)
        return roll


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A named message of the catalogue.

    Attributes:
        name: the name of the case.
        message: the GUID of its message.
        reading: a summary of it for people, with names.
    """

    name: str
    message: str
    reading: CaseReading
