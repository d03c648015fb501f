"""Cards of well-known Messages apps, with the payloads of real messages.

URLs, captions and summary lines: SEMANTICS §10 and the payloads that
imessage-exporter's tests name. The space in "Check In", "Apple Cash" and
"Apple Pay" is U+00A0, as in the payloads.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlencode
from zlib import compressobj

from pytest_imessage_foundry.models import AppCard, Place
from pytest_imessage_foundry.models.apple_time import EPOCH_UNIX, SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Attachment

CheckInState = Literal["started", "ended", "overdue"]

_APPLE_PAY = "com.apple.PassbookUIService.PeerPaymentMessagesExtension"
_CHECK_IN = "com.apple.SafetyMonitorApp.SafetyMonitorMessages"
_STATES = {
    "started": "Timer Started",
    "ended": "Ended",
    "overdue": "Has not checked in when expected, location shared",
}
# As imessage-exporter 5.0.1 reads them.
_UNTIL = {"started": "estimatedEndTime", "overdue": "triggerTime"}


def apple_pay(amount: str, *, payload: bytes = b"not a payment") -> AppCard:
    """Return a card for money sent; `amount` includes its currency, as in "$265"."""
    data = base64.b64encode(payload).decode()
    return AppCard(
        bundle_id=_APPLE_PAY,
        app_name="Apple\xa0Pay",
        url=f"data:application/vnd.apple.pkppm;base64,{data}",
        ldtext=f"Sent {amount} with Apple\xa0Pay.",
        caption="Apple\xa0Cash",
        subcaption=f"{amount}\xa0Payment",
    )


def older_apple_pay(amount: str) -> AppCard:
    """Return a card for money sent by an older iOS.

    Its extension had another bundle id; Apple's own code looks for both.
    """
    return replace(
        apple_pay(amount), bundle_id="com.apple.Passbook.PeerPaymentMessagesExtension"
    )


def recurring_payment(amount: str, *, every: str, start: str) -> AppCard:
    """Return a card for regular payments, as in "Sending you $1 weekly starting Nov 18,
    2023"."""
    return AppCard(
        bundle_id=_APPLE_PAY,
        app_name="Apple\xa0Cash",
        url="data:application/vnd.apple.pkppm;base64,bm90IGEgcGF5bWVudA==",
        ldtext=f"Sending you {amount} {every} starting {start}",
    )


def check_in(state: CheckInState, date: int, *, until: int = 0) -> AppCard:
    """Return a card for a Check In that was started, ended or missed.

    `date` is when it was sent, `until` when a started one is expected to end or a
    missed one was; both are nanoseconds since 2001. The end has a key of its own for
    each state, which a reader looks for before `sendDate`. All samples have only
    `sendDate`, with the same value, because their author removed the real ones.
    """
    line = f"Check\xa0In: {_STATES[state]}"
    url = f"?messageType=1&interfaceVersion=1&sendDate={_unix(date)}"
    if until:
        url += f"&{_UNTIL[state]}={_unix(until)}"
    return AppCard(
        bundle_id=_CHECK_IN,
        app_name="Check\xa0In",
        url=url,
        ldtext=line,
        caption=line,
    )


def _unix(date: int) -> str:
    """Return seconds since 1970, as a Check In states them."""
    return f"{date // SECOND + EPOCH_UNIX}.{date % SECOND // 1000:06d}"


def find_my(
    latitude: float, longitude: float, *, breadcrumb: str | None = None
) -> AppCard:
    """Return a card for a shared location; `breadcrumb` is a line in its body."""
    place = f'"latitude":{latitude},"longitude":{longitude},"horizontalAccuracy":5'
    document = f'{{"initialLocation":{{{place}}}}}'
    # Raw deflate, which Foundation calls "zlib" and two readers inflate.
    deflate = compressobj(wbits=-15)
    zipped = deflate.compress(document.encode()) + deflate.flush()
    data = quote(base64.b64encode(zipped).decode(), safe="")
    version = "FindMyMessagePayloadVersionKey=v0"
    return AppCard(
        bundle_id="com.apple.findmy.FindMyMessagesApp",
        app_name="Find My",
        url=f"?{version}&FindMyMessagePayloadZippedDataKey={data}",
        ldtext="Started Sharing Location",
        breadcrumb=breadcrumb,
    )


def photos_slideshow(title: str, count: int, *, token: str) -> AppCard:
    """Return a card for a shared iCloud link to photos."""
    return AppCard(
        bundle_id="com.apple.mobileslideshow.PhotosMessagesApp",
        app_name="Photos",
        url=f"https://share.icloud.com/photos/{token}#{quote(title)}",
        ldtext=f"{title} - {count} Photos",
        caption=title,
        subcaption=f"{count} Photos",
    )


def fitness(line: str) -> AppCard:
    """Return a card for a workout or a closed ring; `line` is its text."""
    return AppCard(
        bundle_id="com.apple.ActivityMessagesApp.MessagesExtension",
        app_name="Fitness",
        url="?messageType=activity",  # no real URL of this app is known
        ldtext=line,
        caption=line,
    )


def opentable(restaurant: str, *, guests: int, when: str, invitation: str) -> AppCard:
    """Return a card for an invitation to a reserved table."""
    query = urlencode({"rid": 0, "confnumber": 0, "invitationId": invitation})
    return AppCard(
        team="QPU8QS3E62",
        bundle_id="com.contextoptional.OpenTable.Messages",
        app_name="OpenTable",
        url=f"https://www.opentable.com/book/view?{query}",
        caption=f"Table for {guests} people\n{when}",
        subcaption="You're invited! Tap to accept.",
        image_title=restaurant,
        image_subtitle="Reservation Confirmed",
    )


def youtube(video: str, title: str) -> AppCard:
    """Return a card for a video shared from the YouTube app."""
    return AppCard(
        team="EQHXZ8M8AV",
        bundle_id="com.google.ios.youtube.MessagesExtension",
        app_name="YouTube",
        url=f"https://youtu.be/{video}",
        ldtext=title,
        caption=title,
    )


def game(name: str, *, data: str, preview: Attachment | None = None) -> AppCard:
    """Return a card for a turn in a GamePigeon game; `preview` shows the board."""
    return AppCard(
        body="mark-and-file" if preview is not None else "mark",
        preview=preview,
        app_id=1_124_197_642,  # its id in the App Store
        team="EWFNLB79LQ",
        bundle_id="com.gamerdelights.gamepigeon.ext",
        app_name="GamePigeon",
        url=f"data:?ver=48&data={quote(data)}",
        ldtext=name,
        caption="Your move.",
    )


def puzzle(preview: Attachment) -> AppCard:
    """Return a card of an invented app, whose text is its picture alone (§23)."""
    return AppCard(
        team="ABCDE12345",
        bundle_id="com.example.puzzle.MessagesExtension",
        app_name="Puzzle",
        url="?level=7",
        ldtext="Level 7",
        caption="Level 7",
        body="file",
        preview=preview,
        mutable=False,
    )


def cafe(url: str) -> Place:
    """Return what Apple Maps makes of a link to an invented cafe (§10)."""
    return Place(
        url=url,
        name="Corner Cafe",
        address="1 Main Street, Springfield",
        street="1 Main Street",
        city="Springfield",
        state="IL",
        postal_code="62701",
        country="United States",
    )


def business(reply: str, *, received: str, replied: str) -> AppCard:
    """Return a card for a choice in a business chat; the message ids are in hex."""
    return AppCard(
        bundle_id="com.apple.icloud.apps.messages.business.extension",
        app_name="Business",
        url=f"?receivedMessage={received}&replyMessage={replied}",
        ldtext=reply,
        caption=reply,
    )
