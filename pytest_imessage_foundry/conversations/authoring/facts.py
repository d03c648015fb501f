"""The facts that verbs take by name, for type checkers and completion.

They are the fields of the models, which explain each one. A test compares both. `at` is
when it happens: a datetime, an ISO 8601 text, or nanoseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from pytest_imessage_foundry.conversations.authoring.words import When

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.models import (
        Attachment,
        AttachmentBlank,
        Attribution,
        Audio,
        Background,
        Balloon,
        ChatHistory,
        CloudRecord,
        Conversation,
        DateColumn,
        Deletion,
        Edit,
        Event,
        FileState,
        FilterCategory,
        FilterTier,
        Message,
        MessageBlank,
        Part,
        Persona,
        Reply,
        Schedule,
        SendEffect,
        Service,
        Sticker,
        StickerSource,
        Storage,
        Tapback,
        Traits,
        Translation,
    )


class RareFacts(TypedDict, total=False):
    """Fields of `models.Traits` that mean the same wherever they are given."""

    error: int
    is_sending: bool
    downgraded: bool
    spam: bool
    delivered_quietly: bool
    notified: bool
    off_grid: bool
    critical: bool
    time_sensitive: bool
    unseen_mention: bool
    delivered_flag_only: bool
    legacy_date_retracted: int
    date_effect_played: int
    audio: Audio | None
    schedule: Schedule | None
    deleted: Deletion | None
    cloud: CloudRecord | None
    translation: Translation | None
    filtered: FilterCategory | None
    dangling: str | None
    chatless: bool
    from_other_device: bool
    blank: tuple[MessageBlank, ...]
    in_seconds: tuple[DateColumn, ...]
    part_code: Literal["i", "q"]
    direction_text: str | None
    plugin_type: Literal[0, 2, 3]
    arrived: When
    gap: int


class TraitFacts(RareFacts, total=False):
    """What `trait()` sets: fields of `models.Traits`, and `rowid_after`, a message
    whose ROWID is the one before."""

    also_in: Chat | str | None
    rowid_after: Draft | Message | None


class StatedFacts(TypedDict, total=False):
    """Fields of `models.Message` that a new message can have and `set()` can change."""

    service: Service
    date_delivered: int
    date_read: int
    storage: Storage
    immutable: bool
    writing_direction: bool
    subject: str | None
    effect: SendEffect | None
    balloon: Balloon | None
    event: Event | None
    edits: tuple[Edit, ...]
    tapbacks: tuple[Tapback, ...]
    stickers: tuple[Sticker, ...]
    traits: Traits


class SaidFacts(RareFacts, StatedFacts, total=False):
    """What a new message can have, whoever writes it."""

    at: When


class MessageFacts(SaidFacts, TraitFacts, total=False):
    """What `receive()` takes beside the content."""

    reply_to: Draft | Reply | None


class SentFacts(MessageFacts, total=False):
    """What `send()` takes beside the content."""

    twin: bool | None


class ChangedFacts(StatedFacts, total=False):
    """What `set()` changes of a message: fields of `models.Message`."""

    guid: str
    date: int
    sender: str | None
    parts: tuple[Part, ...]
    reply_to: Reply | None


class HappeningFacts(TypedDict, total=False):
    """What a verb for one kind of event takes. `copies` is how many more rows say the
    same."""

    at: When | None
    copies: int
    incoming: bool


class DoneFacts(HappeningFacts, total=False):
    """The same, and who did it."""

    by: Persona | str


class EventFacts(TypedDict, total=False):
    """What `event()` takes beside its kind, people and time."""

    incoming: bool
    title: str | None
    photo: Attachment | None
    joined_by: str | None


class LiveEventFacts(EventFacts, total=False):
    """What `Live.event()` takes beside the chat and its kind."""

    by: Persona | str
    who: Persona | str | None
    was: Persona | str | None
    at: When | None
    copies: int
    real: bool


class ChatFacts(TypedDict, total=False):
    """What `Chat.set()` sets: fields of `models.ChatProperties`."""

    group_photo: Attachment | None
    background: Background | None
    history: ChatHistory | None
    version: Literal[0, 2]
    read_receipts: bool
    mutes: bool
    is_archived: bool
    filtered: FilterTier
    is_blocked: bool
    is_pending_review: bool


class FileFacts(TypedDict, total=False):
    """What `file()` takes beside the kind: fields of `models.Attachment`."""

    name: str
    uti: str
    mime_type: str | None
    total_bytes: int
    path: str | None
    state: FileState
    device_path: str | None
    is_sticker: bool
    is_hidden: bool
    width: int
    height: int
    transcript: str | None
    genmoji: str | None
    source: StickerSource | None
    attribution: Attribution | None
    original_guid: str | None
    preview_state: int
    mark: str
    blank: tuple[AttachmentBlank, ...]


class StickerFacts(TypedDict, total=False):
    """Where `sticker()` places a sticker: fields of `models.Sticker`."""

    part: int
    x: float
    y: float
    scale: float
    rotation: float


class LiveFacts(SaidFacts, total=False):
    """What `Live.receive()` and `Live.send()` take beside the content.

    Messages and chats are named as everywhere in `Live`.
    """

    reply_to: Message | Reply | str | None
    also_in: Conversation | Persona | str | None
    rowid_after: Message | str | None


class LiveSentFacts(LiveFacts, total=False):
    """What `Live.send()` takes beside the content."""

    twin: bool | None
