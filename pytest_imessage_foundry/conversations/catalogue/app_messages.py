"""Cases of app messages: link previews, Apple's own cards, other apps, polls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.catalogue import app_cards
from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import (
    Collaboration,
    DigitalTouch,
    Handwriting,
    Link,
    Lyrics,
    Music,
    Poll,
    PollOption,
    StoreApp,
)
from pytest_imessage_foundry.models.apple_time import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import AppCard, Balloon

URL = "https://example.com/recipe"
_PICTURES = ("apple-touch-icon", "preview")
_SONG = "https://music.example.com/album/1440833081"
_APP = "https://apps.example.com/app/id310633997"
_PIN = "https://maps.example.com/?address=1%20Main%20Street&ll=40.7812,-73.9665"


def _linked(phone: CasePhone, balloon: Any, **reading: object) -> tuple[Draft, Reading]:
    draft = phone.direct.receive(balloon.url, balloon=balloon)
    return draft, {"text": balloon.url, "link": balloon.url, **reading}


def _link(what: dict[str, Any]) -> Callable[[CasePhone], tuple[Draft, Reading]]:
    return partial(
        _linked,
        balloon=Link(url=URL, **what),
        **{key: what[key] for key in ("title",) if key in what},
    )


case("link", "a link preview with all that a page says of itself", "§10")(
    _link(
        {
            "title": "The best lentil soup",
            "summary": "Ready in half an hour.",
            "site_name": "Example Kitchen",
        }
    )
)
case("link-bare", "a preview that knows the URL alone", "§10")(_link({}))
case("link-placeholder", "a preview still loading", "§10")(
    _link({"is_placeholder": True})
)


@case("link-with-pictures", "a preview with an icon and an image", "§10")
def _pictures(phone: CasePhone) -> tuple[Draft, Reading]:
    balloon = Link(
        url=URL,
        title="Soup, with pictures",
        icon=phone.author.file("link-image"),
        image=phone.author.file("link-image"),
    )
    pictures = [f"https://example.com/{name}.png" for name in _PICTURES]
    return _linked(phone, balloon, title="Soup, with pictures", pictures=pictures)


@case("link-with-many-pictures", "a preview that lists all pictures of a page", "§10")
def _gallery(phone: CasePhone) -> tuple[Draft, Reading]:
    icons = ("https://example.com/favicon.ico", "https://example.com/icon-180.png")
    images = tuple(f"https://media.example.com/{number}.jpg" for number in (1, 2, 3))
    balloon = Link(
        url=URL,
        title="Soup, step by step",
        icon=phone.author.file("link-image"),
        image=phone.author.file("link-image"),
        icon_urls=icons,
        image_urls=images,
    )
    pictures = [*icons, *images]
    return _linked(phone, balloon, title="Soup, step by step", pictures=pictures)


@case("music", "a song of Apple Music, with its cover and a sample", "§10")
def _music(phone: CasePhone) -> tuple[Draft, Reading]:
    sample = "https://audio.example.com/night-train.m4a"
    balloon = Music(
        url=_SONG,
        name="Night Train",
        artist="The Sleepers",
        album="Rails",
        preview_url=sample,
        icon=phone.author.file("link-image"),
    )
    return _linked(phone, balloon, title="Night Train", sample=sample, artwork=0)


@case("music-lyrics", "two lines of a song", "§23")
def _lyrics(phone: CasePhone) -> tuple[Draft, Reading]:
    lines = "All night the wheels\nkeep count for me"
    balloon = Music(
        url="https://music.example.com/lyrics/1440833081?ts=11.1&te=16.0",
        name="Night Train",
        artist="The Sleepers",
        album="Rails",
        icon=phone.author.file("link-image"),
        lyrics=Lyrics(text=lines, start=11.1, end=16),
        offers=("subscription",),
    )
    return _linked(
        phone, balloon, title="Night Train", lyrics=[lines, 11.1, 16.0], artwork=0
    )


case("app-store", "an app of the App Store", "§10")(
    partial(
        _linked,
        balloon=StoreApp(
            url=_APP, name="Tide Table", subtitle="When to swim", genre="Weather"
        ),
        title="Tide Table",
    )
)
case("place", "a place of Apple Maps", "§10")(
    partial(
        _linked,
        balloon=app_cards.cafe(_PIN),
        title="Corner Cafe",
    )
)
case("collaboration", "a shared note", "§10")(
    partial(
        _linked,
        balloon=Collaboration(
            url="https://www.example.com/notes/0a1b2c",
            title="Packing list",
            app_name="Notes",
            app_bundle_id="com.apple.mobilenotes",
        ),
        title="Packing list",
    )
)


def _card(
    phone: CasePhone, make: Callable[[CasePhone], AppCard], app: str, says: str
) -> tuple[Draft, Reading]:
    draft = phone.direct.receive(balloon=make(phone))
    return draft, {"text": "", "app": app, "says": says}


def _enter_card(
    name: str, what: str, app: str, says: str, make: Callable[[CasePhone], AppCard]
) -> None:
    case(name, what, "§10")(partial(_card, make=make, app=app, says=says))


_enter_card(
    "apple-pay",
    "money sent with Apple Pay",
    "Apple\xa0Pay",
    "Sent $25 with Apple\xa0Pay.",
    lambda _: app_cards.apple_pay("$25"),
)
_enter_card(
    "apple-pay-recurring",
    "money sent again and again",
    "Apple\xa0Cash",
    "Sending you $5 weekly starting Nov 1, 2025",
    lambda _: app_cards.recurring_payment("$5", every="weekly", start="Nov 1, 2025"),
)
_CHECK_INS: dict[app_cards.CheckInState, str] = {
    "started": "Check\xa0In: Timer Started",
    "ended": "Check\xa0In: Ended",
    "overdue": "Check\xa0In: Has not checked in when expected, location shared",
}
# How long after it was sent a Check In is expected to end, or ended.
_UNTIL: dict[app_cards.CheckInState, int] = {"started": 30, "overdue": -10, "ended": 0}
_KEYS = {"started": "estimatedEndTime", "overdue": "triggerTime", "ended": "sendDate"}


def _check_in(
    phone: CasePhone, state: app_cards.CheckInState, *, minutes: int
) -> tuple[Draft, Reading]:
    date = phone.author.moment + 40 * SECOND + 123_456_000
    until = date + minutes * MINUTE if minutes else 0
    card = app_cards.check_in(state, date, until=until)
    draft = phone.direct.receive(balloon=card, at=date)
    return draft, {
        "text": "",
        "app": "Check\xa0In",
        "says": _CHECK_INS[state],
        "check_in": [_KEYS[state] if minutes else "sendDate", 60 * minutes],
    }


for _state, _minutes in _UNTIL.items():
    case(f"check-in-{_state}", f"a Check In: {_state}", "§10")(
        partial(_check_in, state=_state, minutes=_minutes)
    )
case("check-in-send-date", "a Check In that states when it was sent alone", "§10")(
    partial(_check_in, state="started", minutes=0)
)
_enter_card(
    "find-my",
    "a location shared with Find My",
    "Find My",
    "Started Sharing Location",
    lambda _: app_cards.find_my(40.7812, -73.9665),
)
_enter_card(
    "photos-slideshow",
    "a shared link to photos",
    "Photos",
    "Lake - 12 Photos",
    lambda _: app_cards.photos_slideshow("Lake", 12, token="0ab12cd34"),
)
_enter_card(
    "fitness",
    "a workout",
    "Fitness",
    "Alex finished a run",
    lambda _: app_cards.fitness("Alex finished a run"),
)
_enter_card(
    "opentable",
    "an invitation of a third-party app",
    "OpenTable",
    "Corner Bistro",
    lambda _: app_cards.opentable(
        "Corner Bistro", guests=4, when="Sat at 7:00 PM", invitation="17"
    ),
)
_enter_card(
    "youtube",
    "a video of a third-party app",
    "YouTube",
    "How to fold a map",
    lambda _: app_cards.youtube("dQ0000000000", "How to fold a map"),
)
_enter_card(
    "game",
    "a turn in a game",
    "GamePigeon",
    "8 Ball",
    lambda _: app_cards.game("8 Ball", data="bW92ZQ=="),
)
_enter_card(
    "business",
    "a choice in a business chat",
    "Business",
    "Tomorrow morning",
    lambda _: app_cards.business("Tomorrow morning", received="0a", replied="0b"),
)


@case("handwriting", "a handwritten note", "§10")
def _handwriting(phone: CasePhone) -> tuple[Draft, Reading]:
    strokes = (((0, 0), (40, 80), (80, 0)), ((100, 10), (100, 90)))
    balloon = Handwriting(id=phone.author.new_guid(), strokes=strokes)
    return _drawn(phone, balloon, "Handwriting")


def _touched(phone: CasePhone, gesture: str) -> tuple[Draft, Reading]:
    guid = phone.author.new_guid()
    balloon = DigitalTouch(id=guid, gesture=gesture)  # type: ignore[arg-type]
    return _drawn(phone, balloon, "Digital Touch")


def _drawn(phone: CasePhone, balloon: Balloon, app: str) -> tuple[Draft, Reading]:
    return phone.direct.receive(balloon=balloon), {"text": "", "app": app}


for _gesture in ("tap", "heartbeat", "sketch", "kiss", "fireball"):
    case(f"digital-touch-{_gesture}", f"Digital Touch: {_gesture}", "§10")(
        partial(_touched, gesture=_gesture)
    )


def _poll(phone: CasePhone) -> Draft:
    options = tuple(
        PollOption(id=phone.author.new_guid(), text=text)
        for text in ("Friday", "Saturday")
    )
    draft = phone.group.send(balloon=Poll(options=options))
    phone.group.send("When do we meet?")
    return draft


@case("poll", "a poll, its question typed after it", "§10", feature="polls")
def _plain_poll(phone: CasePhone) -> tuple[Draft, Reading]:
    return _poll(phone), {"text": "", "poll": {"Friday": [], "Saturday": []}}


@case("poll-votes", "two people vote", "§10", feature="polls")
def _votes(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _poll(phone).vote("Saturday", by=phone.alex).vote("Saturday", "Friday")
    tally = {"Friday": ["me"], "Saturday": ["Alex Doe", "me"]}
    return draft, {"text": "", "poll": tally}


@case("poll-vote-changed", "somebody changes the vote", "§10", feature="polls")
def _changed(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _poll(phone).vote("Friday", by=phone.sam).vote("Saturday", by=phone.sam)
    return draft, {"text": "", "poll": {"Friday": [], "Saturday": ["Sam Roe"]}}


@case("poll-vote-removed", "somebody takes the vote back", "§10", feature="polls")
def _removed(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _poll(phone).vote("Friday", by=phone.kim).vote(by=phone.kim)
    return draft, {"text": "", "poll": {"Friday": [], "Saturday": []}}


@case(
    "poll-choice-added",
    "somebody adds a choice, and it is voted for",
    "§10",
    feature="polls",
)
def _added(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _poll(phone).vote("Friday", by=phone.alex)
    draft.add_choice("Sunday", by=phone.sam).vote("Sunday", by=phone.sam)
    tally = {"Friday": ["Alex Doe"], "Saturday": [], "Sunday": ["Sam Roe"]}
    return draft, {"text": "", "poll": tally}


@case("poll-vote-noted", "a vote that the server took note of", "§10", feature="polls")
def _noted(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _poll(phone).vote("Friday", by=phone.sam, is_noted=True)
    tally = {"Friday": ["Sam Roe"], "Saturday": []}
    return draft, {"text": "", "poll": tally, "noted_votes": 1}
