"""What is true of a balloon, as a reading says it."""

from __future__ import annotations

from pytest_imessage_foundry.models import (
    AppCard,
    Balloon,
    Chatbot,
    Collaboration,
    DigitalTouch,
    Handwriting,
    Link,
    Music,
    Place,
    Poll,
    StoreApp,
)
from pytest_imessage_foundry.scorecard import reading_balloons as shown


def balloon_reading(balloon: Balloon) -> shown.BalloonReading:
    """Return the reading of a balloon."""
    match balloon:
        case Link():
            return shown.LinkBalloon(
                url=balloon.url,
                title=balloon.title,
                summary=balloon.summary,
                site_name=balloon.site_name,
                is_placeholder=balloon.is_placeholder or not balloon.has_payload,
            )
        case Music():
            lines = balloon.lyrics.text if balloon.lyrics else None
            return shown.SongBalloon(
                url=balloon.url,
                name=balloon.name,
                artist=balloon.artist,
                album=balloon.album,
                lyrics=lines,
            )
        case StoreApp():
            return shown.StoreAppBalloon(
                url=balloon.url, name=balloon.name, subtitle=balloon.subtitle
            )
        case Place():
            return shown.PlaceBalloon(
                url=balloon.url, name=balloon.name, address=balloon.address
            )
        case Collaboration():
            return shown.CollaborationBalloon(
                url=balloon.url, title=balloon.title, app_name=balloon.app_name
            )
        case AppCard():
            return _card(balloon)
        case Chatbot():
            return _business(balloon)
        case Handwriting():
            return shown.HandwritingBalloon(id=balloon.id)
        case DigitalTouch():
            return shown.TouchBalloon(id=balloon.id, gesture=balloon.gesture)
        case Poll():
            return _poll(balloon)


def _card(card: AppCard) -> shown.AppBalloon:
    return shown.AppBalloon(
        bundle_id=card.bundle_id,
        url=card.url,
        app_name=card.app_name or None,
        summary=card.ldtext,
        caption=card.caption,
        subcaption=card.subcaption,
        secondary_subcaption=card.secondary_subcaption,
        tertiary_subcaption=card.tertiary_subcaption,
        image_title=card.image_title,
        image_subtitle=card.image_subtitle,
    )


def _business(balloon: Chatbot) -> shown.BusinessBalloon:
    return shown.BusinessBalloon(
        cards=[
            shown.BusinessCard(
                title=card.title,
                description=card.description,
                picture_url=card.picture_url,
            )
            for card in balloon.cards
        ]
    )


def _poll(poll: Poll) -> shown.PollBalloon:
    tally = poll.tally()
    every = [*poll.options, *(added.option for added in poll.added)]
    return shown.PollBalloon(
        options=[
            shown.PollLine(
                id=option.id,
                text=option.text,
                creator=option.creator,
                voters=list(tally[option.id]),
            )
            for option in every
        ]
    )
