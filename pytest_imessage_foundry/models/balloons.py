"""Balloons: what an app put in place of a text."""

from __future__ import annotations

from typing import Literal

from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.parts import Attachment


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


def pictures(balloon: Balloon) -> tuple[Attachment, ...]:
    """The pictures of a balloon; its payload names each by its place here."""
    found = (getattr(balloon, "icon", None), getattr(balloon, "image", None))
    return tuple(picture for picture in found if picture is not None)
