"""The truth: who wrote what to whom, and when.

Every row of a generated database derives from these models and from nothing
else. They say what a correct reader gets out of a file, in the words of the
field, and know nothing of tables or bytes.

Times are ``int`` nanoseconds since 2001-01-01T00:00:00Z, as Messages stores
them; 0 means "never". A sender is the address of a handle, or ``None`` for the
owner of the phone. Lengths and ranges are UTF-16 code units, Apple's measure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Service = Literal["iMessage", "SMS", "RCS", "iMessageLite"]
IdentifierType = Literal["phone", "email", "short-code", "business"]
Frequency = Literal["high", "medium", "low"]
ResponseTime = Literal["instant", "minutes", "hours", "days"]
EmojiUsage = Literal["none", "light", "moderate", "heavy"]
Vocabulary = Literal["simple", "moderate", "sophisticated"]

TextEffect = Literal[
    "big", "small", "shake", "nod", "explode", "ripple", "bloom", "jitter"
]
Detection = Literal["one-time-code", "calendar", "phone", "money", "address"]
TapbackKind = Literal[
    "loved",
    "liked",
    "disliked",
    "laughed",
    "emphasized",
    "questioned",
    "emoji",
    "sticker",
]
SendEffect = Literal[
    "slam",
    "loud",
    "gentle",
    "invisible-ink",
    "confetti",
    "echo",
    "fireworks",
    "balloons",
    "heart",
    "lasers",
    "shooting-star",
    "celebration",
    "spotlight",
]
EventKind = Literal[
    "added",
    "removed",
    "left",
    "renamed",
    "photo-set",
    "photo-removed",
    "number-changed",
    "location-started",
    "location-stopped",
    "audio-kept",
    "shareplay",
    "background-set",
    "background-removed",
]
# How a row stores its body: most rows since Ventura leave `text` NULL beside a
# full attributedBody (SEMANTICS §2), old ones have no attributedBody at all.
Storage = Literal["both", "archive", "text"]
ATTACHMENT_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
BALLOON_MARK = "\N{REPLACEMENT CHARACTER}"


def utf16_length(text: str) -> int:
    """Length of `text` in UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


# --- people -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A person, or a service, as the brief describes one."""

    id: str
    name: str
    identifier: str
    identifier_type: IdentifierType = "phone"
    country_code: str = "US"
    personality: str = ""
    writing_style: str = "casual"
    relationship: str = "friend"
    communication_frequency: Frequency = "medium"
    typical_response_time: ResponseTime = "minutes"
    emoji_usage: EmojiUsage = "light"
    vocabulary_level: Vocabulary = "moderate"
    topics_of_interest: tuple[str, ...] = ()
    is_self: bool = False
    created_at: str = "2024-01-01T00:00:00Z"
    updated_at: str = "2024-01-01T00:00:00Z"
    locale: str = "en_US"
    time_zone: str = "America/New_York"
    other_identifiers: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses, the preferred one first."""
        return (self.identifier, *self.other_identifiers)


# --- what a message is made of ----------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """Something that Apple's data detectors found in a run of text."""

    kind: Detection
    value: str


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one set of attributes."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strikethrough: bool = False
    effect: TextEffect | None = None
    mention: str | None = None
    link: str | None = None
    detected: Detected | None = None


@dataclass(frozen=True, slots=True)
class TextPart:
    """A bubble of text; `runs` is empty where nothing in it is styled."""

    text: str
    runs: tuple[Run, ...] = ()
    kind: Literal["text"] = "text"

    def __post_init__(self) -> None:
        if self.runs and "".join(run.text for run in self.runs) != self.text:
            raise ValueError("the runs of a text part do not add up to its text")

    @classmethod
    def of(cls, *runs: Run | str) -> TextPart:
        """The bubble that these runs make."""
        whole = tuple(Run(run) if isinstance(run, str) else run for run in runs)
        return cls("".join(run.text for run in whole), whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file sent along: a part of a body, a sticker, a balloon's picture.

    `path` is relative to the Attachments folder and None while the file was
    never downloaded; `state` says what a reader finds when it goes looking.
    `date` is the message's; attachment rows hold it in whole seconds.
    """

    guid: str
    stub: str
    name: str
    uti: str
    mime_type: str | None
    total_bytes: int
    path: str | None
    variant: int = 0
    state: Literal["present", "missing", "not-downloaded"] = "present"
    is_sticker: bool = False
    is_hidden: bool = False
    width: int = 0
    height: int = 0
    transcript: str | None = None
    genmoji: str | None = None
    kind: Literal["attachment"] = "attachment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """The place of a part that its sender took back."""

    date: int
    length: int
    was_attachment: bool = False
    kind: Literal["unsent"] = "unsent"


Part = TextPart | Attachment | Unsent


# --- balloons: what an app put in place of a text ---------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link preview; the message's text is the URL itself."""

    url: str
    title: str | None = None
    summary: str | None = None
    site_name: str | None = None
    item_type: str | None = None
    icon: Attachment | None = None
    image: Attachment | None = None
    is_placeholder: bool = False
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """A song from Apple Music, shared as a rich link."""

    url: str
    name: str
    artist: str
    album: str
    preview_url: str | None = None
    icon: Attachment | None = None
    kind: Literal["music"] = "music"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreApp:
    """An app from the App Store, shared as a rich link."""

    url: str
    name: str
    subtitle: str
    platform: str = "iOS"
    genre: str = ""
    icon: Attachment | None = None
    kind: Literal["app-store"] = "app-store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on Apple Maps, shared as a rich link."""

    url: str
    name: str
    address: str
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    kind: Literal["place"] = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaboration:
    """A shared document (Notes, Freeform) as a rich link."""

    url: str
    title: str
    app_name: str
    app_bundle_id: str
    kind: Literal["collaboration"] = "collaboration"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCard:
    """The card of an iMessage app: Apple Pay, Check In, Find My, third party.

    `bundle_id` is the last component of balloon_bundle_id and `team` the one
    before it ('0000000000' for Apple's own apps).
    """

    bundle_id: str
    app_name: str
    url: str
    ldtext: str | None = None
    caption: str | None = None
    subcaption: str | None = None
    secondary_subcaption: str | None = None
    tertiary_subcaption: str | None = None
    image_title: str | None = None
    image_subtitle: str | None = None
    session_id: str | None = None
    team: str = "0000000000"
    app_id: int = 0
    kind: Literal["app"] = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handwriting:
    """A handwritten note; strokes are lists of (x, y) points."""

    id: str
    strokes: tuple[tuple[tuple[int, int], ...], ...] = ()
    kind: Literal["handwriting"] = "handwriting"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitalTouch:
    """A Digital Touch message."""

    id: str
    gesture: Literal["tap", "heartbeat", "sketch", "kiss", "fireball"]
    kind: Literal["digital-touch"] = "digital-touch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOption:
    """One choice of a poll and who put it there (None: the owner)."""

    id: str
    text: str
    creator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollVote:
    """A voter's complete choice at a moment; no options takes it back."""

    guid: str
    date: int
    voter: str | None
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollChoice:
    """A choice that somebody added to a running poll."""

    guid: str
    date: int
    option: PollOption


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A poll with all that became of it (macOS 26 and later).

    The question is typed as the next message of its own: Apple leaves a
    poll's title empty.
    """

    options: tuple[PollOption, ...]
    votes: tuple[PollVote, ...] = ()
    added: tuple[PollChoice, ...] = ()
    kind: Literal["poll"] = "poll"

    def tally(self) -> dict[str, tuple[str | None, ...]]:
        """Option id → its voters, each voter's last choice counting."""
        last = {vote.voter: vote.options for vote in self.votes}
        every = [*self.options, *(choice.option for choice in self.added)]
        return {
            option.id: tuple(who for who, picks in last.items() if option.id in picks)
            for option in every
        }


RichLink = Link | Music | StoreApp | Place | Collaboration
Balloon = RichLink | AppCard | Handwriting | DigitalTouch | Poll


# --- what happened to a message ---------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A tapback taken back. Apple keeps or deletes the row that added it;
    both files exist (SEMANTICS §6), so `keeps_added` chooses."""

    guid: str
    date: int
    keeps_added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapback:
    """A reaction to one part of a message."""

    guid: str
    date: int
    sender: str | None
    name: TapbackKind
    part: int = 0
    emoji: str | None = None
    sticker: Attachment | None = None
    removed: Removal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticker:
    """A sticker that somebody placed on a bubble."""

    guid: str
    date: int
    sender: str | None
    image: Attachment
    part: int = 0
    x: float = 0.5
    y: float = 0.5
    scale: float = 1.0
    rotation: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An inline reply: the thread's first message and the part replied to."""

    guid: str
    part: int = 0
    location: int = 0
    length: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A part changed at `date`; `before` is what it said until then."""

    date: int
    before: TextPart
    part: int = 0
    balloon_guid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A row that announces something instead of saying it."""

    kind: EventKind
    who: str | None = None
    title: str | None = None
    photo: Attachment | None = None
    incoming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """Recently Deleted, or gone for good; `parts` () means the whole message."""

    date: int
    parts: tuple[int, ...] = ()
    permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Send Later: the planned time is the message's date.

    State 1 going up, 2 held by Apple's servers, 3 sent (SEMANTICS §16).
    """

    state: Literal[1, 2, 3] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """An audio message: heard when, kept or expired."""

    date_played: int = 0
    is_expirable: bool = True
    expire_state: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRecord:
    """Messages in iCloud: what the sync columns hold."""

    record_id: str
    change_tag: str
    sync_state: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A message translation of macOS 26."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What few messages have. One shared instance stands for "nothing".

    `arrived` is when a message reached this phone, where younger ones came first.
    """

    error: int = 0
    is_sending: bool = False
    downgraded: bool = False
    spam: bool = False
    delivered_quietly: bool = False
    notified: bool = False
    off_grid: bool = False
    critical: bool = False
    time_sensitive: bool = False
    unseen_mention: bool = False
    delivered_flag_only: bool = False
    legacy_date_retracted: int = 0
    date_effect_played: int = 0
    audio: Audio | None = None
    schedule: Schedule | None = None
    deleted: Deletion | None = None
    cloud: CloudRecord | None = None
    translation: Translation | None = None
    dangling: str | None = None
    chatless: bool = False
    arrived: int = 0
    late_join: int = 0


ORDINARY = Traits()


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


# --- chats ------------------------------------------------------------------


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


# --- a dialogue before it has times and ids --------------------------------


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


# --- what is asked for ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationConfig:
    """A conversation as it is ordered, as the brief describes one.

    `participants` are persona ids without the owner's. `start` and `end` are
    ISO 8601 times; empty, they stand for the year that ends at `Spec.now`.
    `theme` steers what is talked about.
    """

    id: str
    participants: tuple[str, ...]
    name: str = ""
    chat_type: Literal["direct", "group"] = "direct"
    message_count_target: int = 100
    start: str = ""
    end: str = ""
    theme: str | None = None
    service: Service = "iMessage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A phone to build: its owner, the people, the conversations.

    `from_library` are the ids of those people who stand in the user's library; a
    build is the same without it.
    """

    name: str
    description: str
    personas: tuple[Persona, ...]
    conversations: tuple[ConversationConfig, ...] = ()
    kinds: bool = True
    # Out of the repr, which the fingerprint takes: it says whence and not what.
    from_library: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def owner(self) -> Persona:
        """The persona whose phone this is.

        Raises:
            ValueError: no persona of the scenario has `is_self`.
        """
        for persona in self.personas:
            if persona.is_self:
                return persona
        raise ValueError(f"scenario {self.name!r} has no persona with is_self")
