"""What a reading says of a balloon: of what an app put in place of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pytest_imessage_foundry.scorecard.reading_parts import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBalloon:
    """A preview of a page.

    Attributes:
        is_placeholder: whether the preview was never loaded, so that the address is
            all there is.
    """

    url: str
    title: str | None = None
    summary: str | None = None
    site_name: str | None = None
    is_placeholder: bool = False
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class SongBalloon:
    """A song from Apple Music; `lyrics` are the lines that were shared of it."""

    url: str
    name: str
    artist: str
    album: str
    lyrics: str | None = None
    kind: Literal["song"] = "song"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAppBalloon:
    """An app from the App Store."""

    url: str
    name: str
    subtitle: str
    kind: Literal["store-app"] = "store-app"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBalloon:
    """A place on Apple Maps."""

    url: str
    name: str
    address: str
    kind: Literal["place"] = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollaborationBalloon:
    """A shared document."""

    url: str
    title: str
    app_name: str
    kind: Literal["collaboration"] = "collaboration"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppBalloon:
    """The card of an iMessage app, line by line."""

    bundle_id: str
    url: str
    app_name: str | None = None
    summary: str | None = None
    caption: str | None = None
    subcaption: str | None = None
    secondary_subcaption: str | None = None
    tertiary_subcaption: str | None = None
    image_title: str | None = None
    image_subtitle: str | None = None
    kind: Literal["app"] = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCard:
    """One card of a business over RCS."""

    title: str
    description: str
    picture_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessBalloon:
    """The cards that a business sends over RCS."""

    cards: list[BusinessCard]
    kind: Literal["business-cards"] = "business-cards"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandwritingBalloon:
    """A handwritten note."""

    id: str
    kind: Literal["handwriting"] = "handwriting"


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchBalloon:
    """A Digital Touch message."""

    id: str
    gesture: Literal["tap", "heartbeat", "sketch", "kiss", "fireball"]
    kind: Literal["digital-touch"] = "digital-touch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLine:
    """One choice of a poll with those who chose it; null is the owner."""

    id: str
    text: str
    creator: Address = None
    voters: list[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollBalloon:
    """A poll as it stands after all votes and added choices."""

    options: list[PollLine]
    kind: Literal["poll"] = "poll"


BalloonReading = (
    LinkBalloon
    | SongBalloon
    | StoreAppBalloon
    | PlaceBalloon
    | CollaborationBalloon
    | AppBalloon
    | BusinessBalloon
    | HandwritingBalloon
    | TouchBalloon
    | PollBalloon
)
