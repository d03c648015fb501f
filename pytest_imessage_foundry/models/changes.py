"""Changes of a message, and its rare properties."""

from __future__ import annotations

from typing import Literal

from pytest_imessage_foundry.models.filters import FilterCategory
from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.literals import (
    DateColumn,
    EventKind,
    MessageBlank,
    PartCode,
    TapbackKind,
)
from pytest_imessage_foundry.models.parts import Attachment, TextPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A tapback taken back. Apple keeps or deletes the row that added it;
    both files exist (SEMANTICS §6), so `keeps_added` chooses."""

    guid: str
    date: int
    keeps_added: bool = False


# Only the latest state is stored (imessage-database 5.0, `Tapback`). Who changes
# a like to a dislike leaves the dislike alone, with no row of 3001 (as SMServer saw).
@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A tapback that the same person changed into another: its row is gone."""

    guid: str
    date: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapback:
    """A reaction to one part of a message.

    One tapback of each person stands on a part; stickers may be many. `replaced` are
    those that this one took the place of. `is_bare` names the message by its GUID
    alone, without `p:<part>/` or `bp:`.
    """

    guid: str
    date: int
    sender: str | None
    name: TapbackKind
    part: int = 0
    emoji: str | None = None
    sticker: Attachment | None = None
    removed: Removal | None = None
    is_bare: bool = False
    replaced: tuple[Replaced, ...] = ()

    @property
    def gone(self) -> tuple[tuple[int, str], ...]:
        """(date, GUID) of rows that were there for it and are no more."""
        gone = [(each.date, each.guid) for each in self.replaced]
        if self.removed is not None and not self.removed.keeps_added:
            gone.append((self.date, self.guid))
        return tuple(gone)


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
    """A row that announces something instead of saying it.

    `who` is added, removed, or shared with; None is the owner. A changed number
    is that of `was`, now `who`: two rows of one date, the first of which takes the
    old one out, and the second, `joined_by`, brings the new one in (§26.3).
    `copies` are GUIDs of rows that say the same once more, as iCloud syncs them.
    """

    kind: EventKind
    who: str | None = None
    was: str | None = None
    joined_by: str | None = None
    copies: tuple[str, ...] = ()
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

    `arrived` is when a message reached this phone, where younger ones came first:
    ROWIDs follow it. `also_in` is the GUID of a second chat that a message stands in.
    `gap` counts rows before it that were deleted: ROWIDs that nothing has.
    `from_other_device` leaves the handle out of an own row of a one-to-one chat.
    `blank` are columns that real files leave empty, `in_seconds` dates that they
    hold in seconds. `part_code` is the type of the part numbers in the body,
    `direction_text` a writing direction that is a string. `plugin_type` is the
    associated_message_type of a line that an app left in the transcript.
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
    filtered: FilterCategory | None = None
    dangling: str | None = None
    chatless: bool = False
    also_in: str | None = None
    from_other_device: bool = False
    blank: tuple[MessageBlank, ...] = ()
    in_seconds: tuple[DateColumn, ...] = ()
    part_code: PartCode = "i"
    direction_text: str | None = None
    plugin_type: Literal[0, 2, 3] = 0
    arrived: int = 0
    gap: int = 0


ORDINARY = Traits()
# Shared objects: in some files most own rows have only the first, and many rows since
# macOS 26 only the second.
OTHER_DEVICE = Traits(from_other_device=True)
LONG_PART_NUMBER = Traits(part_code="q")
