"""The contract: what a correct reader says of each row of a file.

A reading is one flat object. There is one for each row of `message` that the file
holds, one for each row of `chat`, and one, of kind "gone", for each message that the
file holds no more. Fields with a default are left out where they hold it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_imessage_foundry.models.filters import FilterTier
from pytest_imessage_foundry.models.literals import (
    EventKind,
    SendEffect,
    Service,
    TapbackKind,
)
from pytest_imessage_foundry.scorecard.reading_balloons import BalloonReading
from pytest_imessage_foundry.scorecard.reading_parts import (
    Address,
    BodyPart,
    DetectedText,
    EditReading,
    FileReading,
    FilteredAs,
    LinkedText,
    Mention,
    PlacedSticker,
    StandingTapback,
    StyledText,
    TranslatedText,
)

VERSION = 1
Status = Literal["sending", "failed", "scheduled", "sent", "delivered", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReading:
    """What the readings of all rows of `message` have.

    Attributes:
        guid: message.guid.
        rowid: message.ROWID.
        date: when it was sent, as ISO 8601 text in UTC.
        date_ns: the same in nanoseconds since 2001-01-01T00:00:00Z, as text: numbers of
            this size are not exact in JSON.
        from_me: whether the phone's owner wrote it.
        sender: the address of who wrote it; null if the owner did, or nobody is named.
        chat: the GUID of its chat; null if it is in none.
        chat_rowid: the ROWID of that chat.
        also_in: the GUID of a second chat that it stands in.
        service: null where the row names none.
        shows: the kinds of message that the row shows, its main one first.
        case: the case of the catalogue that it is part of (scenario `kinds`).
        not_in_file: fields whose value the file does not hold.
        or_else: other values of a field that are right as well.
    """

    guid: str
    rowid: int
    date: str
    date_ns: str
    shows: list[str]
    from_me: bool = False
    sender: Address = None
    chat: str | None = None
    chat_rowid: int | None = None
    also_in: str | None = None
    service: Service | None = "iMessage"
    case: str | None = None
    not_in_file: list[str] = field(default_factory=list)
    or_else: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReading(RowReading):
    """A message: a text, files, or what an app put in their place.

    Attributes:
        text: all texts of its parts, without U+FFFC and U+FFFD that stand for files
            and apps.
        parts: its bubbles, those that were taken back included.
        files: the files in its body that have a row.
        has_files: whether any file came with the row, an app's pictures included.
        styles, links, mentions, detected: what stands on stretches of its text.
        is_reply: whether it is an inline reply.
        reply_to: the GUID of the message that its thread began with.
        reply_part: the part of that message.
        edits: all changes of its parts, in order.
        edit_count: how many there are.
        date_edited: when it was last edited; null if it was not, or was taken back.
        date_changed: when it was last edited, or a part of it taken back.
        is_unsent: whether all of it was taken back.
        unsent_parts: the numbers of the parts that were.
        tapbacks: those that stand.
        stickers: those that lie on it.
        is_read, date_read: whether and when it was read: by the owner if it was
            received, else by the other side.
        date_delivered: when an own message arrived.
        date_played: when an audio message was heard.
        status: how far an own message got.
        error: Apple's number of what went wrong.
        is_deleted: whether it is in Recently Deleted.
        deleted_parts: the parts that are, of a message that is not.
        was_downgraded: whether it went as SMS in the end.
    """

    kind: Literal["message"] = "message"
    text: str = ""
    subject: str | None = None
    parts: list[BodyPart] = field(default_factory=list)
    files: list[FileReading] = field(default_factory=list)
    has_files: bool = False
    styles: list[StyledText] = field(default_factory=list)
    links: list[LinkedText] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    detected: list[DetectedText] = field(default_factory=list)
    is_reply: bool = False
    reply_to: str | None = None
    reply_part: int | None = None
    edits: list[EditReading] = field(default_factory=list)
    edit_count: int = 0
    date_edited: str | None = None
    date_edited_ns: str | None = None
    date_changed: str | None = None
    date_changed_ns: str | None = None
    is_unsent: bool = False
    unsent_parts: list[int] = field(default_factory=list)
    effect: SendEffect | None = None
    balloon: BalloonReading | None = None
    tapbacks: list[StandingTapback] = field(default_factory=list)
    stickers: list[PlacedSticker] = field(default_factory=list)
    is_read: bool = False
    date_read: str | None = None
    date_read_ns: str | None = None
    date_delivered: str | None = None
    date_delivered_ns: str | None = None
    date_played: str | None = None
    date_played_ns: str | None = None
    status: Status | None = None
    error: int = 0
    is_audio: bool = False
    is_deleted: bool = False
    deleted_parts: list[int] = field(default_factory=list)
    translation: TranslatedText | None = None
    was_downgraded: bool = False
    was_delivered_quietly: bool = False
    is_spam: bool = False
    is_off_grid: bool = False
    is_critical: bool = False
    is_time_sensitive: bool = False
    has_unseen_mention: bool = False
    filtered: FilteredAs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TapbackReading(RowReading):
    """A row that gives a tapback, or takes it back.

    Attributes:
        of: the GUID of the message that it is about.
        part: the part of that message; null where it is a balloon.
        tapback: which; an emoji stands in `emoji`, a sticker in `files`.
        removed: whether it takes the tapback back.
    """

    of: str
    tapback: TapbackKind
    kind: Literal["tapback"] = "tapback"
    part: int | None = 0
    emoji: str | None = None
    removed: bool = False
    files: list[FileReading] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class StickerReading(RowReading):
    """A row that places a sticker on a part of the message `of`."""

    of: str
    kind: Literal["sticker"] = "sticker"
    part: int | None = 0
    files: list[FileReading] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteReading(RowReading):
    """A row with a voter's complete choice in the poll `of`; no text takes it back.

    Attributes:
        of: the GUID of the poll's own message, whichever row the vote points at.
        votes: the texts of what was chosen.
    """

    of: str
    kind: Literal["vote"] = "vote"
    votes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceReading(RowReading):
    """A row that adds a choice to the poll `of`."""

    of: str
    choice: str
    kind: Literal["choice"] = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReading(RowReading):
    """A row that announces something instead of saying it.

    Attributes:
        event: what happened. A changed number is two rows: the first removes the old
            one, the second is "number-changed".
        who: whose address was added, removed or changed; null is the owner, or nobody.
        title: the name that a group was given; null if it was taken away.
        incoming: whether somebody else shares a location.
        files: a group's new photo.
    """

    event: EventKind
    kind: Literal["event"] = "event"
    who: Address = None
    title: str | None = None
    incoming: bool = False
    files: list[FileReading] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneReading:
    """A message that the file holds no more: no reader can list it.

    Attributes:
        rowid: the ROWID that it had, which no row has now.
    """

    guid: str
    rowid: int
    shows: list[str]
    kind: Literal["gone"] = "gone"
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReading:
    """A row of `chat`.

    Attributes:
        participants: the addresses of those who are in it now, without the owner.
        is_empty: whether it is a row without messages that a chat left behind when it
            moved to another service.
        filtered: the list that Messages shows it in.
    """

    guid: str
    rowid: int
    identifier: str
    shows: list[str]
    kind: Literal["chat"] = "chat"
    service: Service = "iMessage"
    is_group: bool = False
    name: str | None = None
    participants: list[str] = field(default_factory=list)
    is_empty: bool = False
    is_archived: bool = False
    is_blocked: bool = False
    filtered: FilterTier = "known"
    or_else: dict[str, list[Any]] = field(default_factory=dict)


Reading = (
    MessageReading
    | TapbackReading
    | StickerReading
    | VoteReading
    | ChoiceReading
    | EventReading
    | GoneReading
    | ChatReading
)
READINGS = {
    "message": MessageReading,
    "tapback": TapbackReading,
    "sticker": StickerReading,
    "vote": VoteReading,
    "choice": ChoiceReading,
    "event": EventReading,
    "gone": GoneReading,
    "chat": ChatReading,
}
# Of these a truth speaks and no reader does.
OF_THE_TRUTH = frozenset({"shows", "case", "not_in_file", "or_else"})
