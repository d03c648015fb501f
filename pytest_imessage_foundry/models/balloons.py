"""Balloons: what an app put in place of a text."""

from __future__ import annotations

from typing import Literal

from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.parts import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link preview; the message's text is the URL itself.

    `icon_urls` and `image_urls` are where the page has its pictures; the first of each
    is that of `icon` and `image`. Without `has_payload` the row names the provider of
    previews and has none (payload_data NULL).
    """

    url: str
    title: str | None = None
    summary: str | None = None
    site_name: str | None = None
    item_type: str | None = None
    icon: Attachment | None = None
    image: Attachment | None = None
    icon_urls: tuple[str, ...] = ()
    image_urls: tuple[str, ...] = ()
    is_placeholder: bool = False
    has_payload: bool = True
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lyrics:
    """Lines of a song, and the seconds from which and until which they are sung."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """A song from Apple Music, shared as a rich link; `icon` is its artwork."""

    url: str
    name: str
    artist: str
    album: str
    preview_url: str | None = None
    icon: Attachment | None = None
    lyrics: Lyrics | None = None
    offers: tuple[str, ...] = ("buy", "subscription")
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
    before it ('0000000000' for Apple's own apps). An empty `app_name` is left out.

    `body` is what the text holds: U+FFFD, or U+FFFC for the file `preview`, or both.
    `breadcrumb` is a line that the run of U+FFFD has instead of a part number. `data`
    is JSON that a business chat keeps beside the card. `mutable` is the form of the
    payload, NSMutableDictionary or NSDictionary.
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
    app_id: int | None = None
    body: Literal["mark", "file", "mark-and-file"] = "mark"
    preview: Attachment | None = None
    breadcrumb: str | None = None
    data: str | None = None
    accessibility: str | None = None
    tap_action: int | None = None
    mutable: bool = True
    kind: Literal["app"] = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class RichCard:
    """A card of a business over RCS; its picture is known by its URL."""

    title: str
    description: str
    picture: Attachment | None = None
    picture_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chatbot:
    """What a business sends over RCS; its cards stand in the body."""

    cards: tuple[RichCard, ...]
    kind: Literal["chatbot"] = "chatbot"


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
    """A voter's complete choice at a moment; no options takes it back.

    `server_date` is when Apple's server took note of it; some votes state it.
    """

    guid: str
    date: int
    voter: str | None
    options: tuple[str, ...]
    server_date: int = 0


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
Balloon = RichLink | AppCard | Chatbot | Handwriting | DigitalTouch | Poll
_PICTURES = ("icon", "image", "preview")


def pictures(balloon: Balloon) -> tuple[Attachment, ...]:
    """The pictures of a balloon; a link's payload names each by its place here."""
    if isinstance(balloon, Chatbot):
        found = [card.picture for card in balloon.cards]
    else:
        found = [getattr(balloon, name, None) for name in _PICTURES]
    return tuple([picture for picture in found if picture is not None])
