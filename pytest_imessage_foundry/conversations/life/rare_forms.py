"""Rare forms of messages: apps' cards, songs, drawings, odd bodies (§21, §23, §25).

One comes after a text that is chosen for it, if its day, its service and its sender
allow that. The dates are those of the iOS that brought an app. The date at which Apple
Pay changed its bundle id is inferred.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pytest_imessage_foundry.attachments.sending import send
from pytest_imessage_foundry.conversations.catalogue import app_cards, business_cards
from pytest_imessage_foundry.models import (
    Attribution,
    Chatbot,
    DigitalTouch,
    Handwriting,
    Link,
    Lyrics,
    Music,
    RichCard,
    Run,
    TextPart,
    Traits,
)
from pytest_imessage_foundry.models.apple_time import DAY, MINUTE, from_iso
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.models import AppCard, Attachment, Balloon, Message

_IOS_10, _IOS_11_2, _IOS_12 = map(from_iso, ("2016-09-13", "2017-12-02", "2018-09-17"))
_IOS_13 = from_iso("2019-09-19")
_IOS_15, _IOS_17, _IOS_18 = map(from_iso, ("2021-09-20", "2023-09-18", "2024-09-16"))
# So long a form is new, and people try it: so many times as often as the others.
_NEW, _TRIED = 730 * DAY, 5
_RECEIVER = "$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier)"
_BOARD = (
    "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:"
    "com.apple.PaperKit.MessagesDrawingBoard"
)
_SONG = "https://music.example.com/album/1440833081?i=1440833098"
_LYRICS = "https://music.example.com/lyrics/1440833081?ts=11.1&te=16.0"
_PHOTOS = "https://photos.example.com/lake"


class _Form(NamedTuple):
    """A form, and the time in which a message can have it."""

    make: Callable[[Message], Message]
    since: int = 0
    until: int = 1 << 62


def rare(message: Message, *, is_business: bool) -> Message | None:
    """Return a text in another form, None where none fits."""
    if message.service == "RCS":
        return _chatbot(message) if is_business else None
    if message.service != "iMessage" or message.storage == "text":
        return None
    forms = _BUSINESS if is_business else _OWN if message.is_from_me else _RECEIVED
    fitting = [each for each in forms if each.since <= message.date < each.until]
    if not fitting or (is_business and message.is_from_me):
        return None
    new = [each for each in fitting if message.date < each.since + _NEW]
    drawn = (*fitting, *new * (_TRIED - 1))
    return drawn[int(message.guid[-8:], 16) % len(drawn)].make(message)


def _with_card(message: Message, balloon: Balloon) -> Message:
    return replace(message, parts=(), balloon=balloon)


def _with_link(message: Message, url: str, balloon: Balloon) -> Message:
    return replace(message, parts=(TextPart.of(Run(url, link=url)),), balloon=balloon)


def _file(message: Message, kind: str, what: str, **fields: object) -> Attachment:
    """Return a file that only this message has."""
    number = 1 + int(message.guid[9:13], 16)
    guid = guid_of(int(message.guid.replace("-", ""), 16) ^ sum(what.encode()) << 64)
    return send(kind, guid, number, **fields)  # type: ignore[arg-type]


def _amount(message: Message) -> str:
    return f"${5 + int(message.guid[:2], 16)}"


def _older_pay(message: Message) -> Message:
    return _with_card(message, app_cards.older_apple_pay(_amount(message)))


def _pay(message: Message) -> Message:
    return _with_card(message, app_cards.apple_pay(_amount(message)))


def _find_my(message: Message) -> Message:
    line = "Started Sharing" if int(message.guid[3], 16) % 2 else None
    return _with_card(message, app_cards.find_my(40.7812, -73.9665, breadcrumb=line))


def _check_in(message: Message) -> Message:
    date = message.date
    return _with_card(message, app_cards.check_in("started", date, until=date + MINUTE))


def _slideshow(message: Message) -> Message:
    return _with_card(message, app_cards.photos_slideshow("Lake", 12, token="0a1b2c"))


def _fitness(message: Message) -> Message:
    line = TextPart(f"{_RECEIVER} completed a workout.")
    return replace(message, parts=(line,), traits=Traits(plugin_type=3))


def _table(message: Message) -> Message:
    card = app_cards.opentable(
        "Corner Cafe", guests=4, when="Friday at 7:00 PM", invitation="1000001"
    )
    return _with_card(message, card)


def _video(message: Message) -> Message:
    return _with_card(message, app_cards.youtube("aaaaaaaaaaa", "How to sharpen skis"))


def _game(message: Message) -> Message:
    board = _file(message, "screenshot", "board")
    card = app_cards.game("8 Ball", data="cGxheQ==", preview=board)
    return _with_card(message, card)


def _puzzle(message: Message) -> Message:
    picture = _file(message, "screenshot", "puzzle")
    return _with_card(message, app_cards.puzzle(picture))


def _song(message: Message) -> Message:
    song = Music(url=_SONG, name="Night Train", artist="The Sleepers", album="Rails")
    return _with_link(message, _SONG, song)


def _lyrics(message: Message) -> Message:
    lines = Lyrics(text="All night long\nthe rails have sung", start=11.1, end=16.0)
    song = Music(
        url=_LYRICS,
        name="Night Train",
        artist="The Sleepers",
        album="Rails",
        lyrics=lines,
        offers=("subscription",),
    )
    return _with_link(message, _LYRICS, song)


def _place(message: Message) -> Message:
    url = "https://maps.example.com/?address=1,Main+Street,Springfield"
    return _with_link(message, url, app_cards.cafe(url))


def _unloaded(message: Message) -> Message:
    url = f"https://news.example.com/{message.guid[:4].lower()}"
    return _with_link(message, url, Link(url=url, has_payload=False))


def _shared_photos(message: Message) -> Message:
    run = Run(_PHOTOS, link=_PHOTOS, shares_photos=True)
    return replace(message, parts=(TextPart.of(run),))


def _drawing(message: Message) -> Message:
    made_by = Attribution(name="Drawing", bundle_id=_BOARD)
    file = _file(
        message,
        "screenshot",
        "drawing",
        name="Drawing.png",
        attribution=made_by,
        preview_state=1,
    )
    named = replace(file, guid=f"at_0_{message.guid}", original_guid=file.guid)
    return replace(message, parts=(named,))


def _handwriting(message: Message) -> Message:
    strokes = (((0, 0), (120, 40), (60, 90)), ((10, 20), (80, 80)))
    return _with_card(message, Handwriting(id=_id(message), strokes=strokes))


def _touch(message: Message) -> Message:
    return _with_card(message, DigitalTouch(id=_id(message), gesture="heartbeat"))


def _id(message: Message) -> str:
    return guid_of(int(message.guid.replace("-", ""), 16) ^ 1 << 64)


def _asked(card: AppCard) -> Callable[[Message], Message]:
    return lambda message: _with_card(message, card)


def _chatbot(message: Message) -> Message:
    """Return cards of a business over RCS."""
    offer = RichCard(
        title="Your parcel",
        description="Where shall we leave it?",
        picture=_file(message, "screenshot", "card"),
        picture_url="https://cards.example.com/parcel.png",
    )
    return _with_card(message, Chatbot(cards=(offer,)))


_BOTH = (
    _Form(_older_pay, _IOS_11_2, _IOS_13),
    _Form(_pay, _IOS_13),
    _Form(_find_my, _IOS_15),
    _Form(_check_in, _IOS_17),
    _Form(_slideshow, _IOS_12),
    _Form(_table, _IOS_10),
    _Form(_video, _IOS_10),
    _Form(_game, _IOS_10),
    _Form(_puzzle, _IOS_10),
    _Form(_song, _IOS_10),
    _Form(_lyrics, _IOS_15),
    _Form(_place, _IOS_10),
    _Form(_unloaded, _IOS_10),
    _Form(_shared_photos, _IOS_15),
    _Form(_handwriting, _IOS_10),
    _Form(_touch, _IOS_10),
)
_OWN = (*_BOTH, _Form(_drawing, _IOS_18))
_RECEIVED = (*_BOTH, _Form(_fitness, _IOS_10))
_BUSINESS = (
    _Form(_asked(business_cards.quick_reply("Was this helpful?", ("Yes", "No")))),
    _Form(_asked(business_cards.list_picker("Which seat?", ("Aisle", "Window")))),
    _Form(_asked(business_cards.form_request("Report a problem"))),
)
