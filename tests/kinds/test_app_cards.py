"""Well-known cards say what the real ones do."""

from __future__ import annotations

import base64
import json
import zlib
from urllib.parse import parse_qs, unquote

import pytest

from pytest_imessage_foundry.conversations.catalogue import app_cards
from pytest_imessage_foundry.db.blobs import payloads

EXTENSION = "com.apple.messages.MSMessageExtensionBalloonPlugin:"


def test_apple_pay():
    card = app_cards.apple_pay("$265")
    assert card.app_name == "Apple\xa0Pay"
    assert (card.caption, card.subcaption) == ("Apple\xa0Cash", "$265\xa0Payment")
    assert card.ldtext == "Sent $265 with Apple\xa0Pay."
    assert card.url.startswith("data:application/vnd.apple.pkppm;base64,")
    assert payloads.bundle_id(card).endswith(
        ":0000000000:com.apple.PassbookUIService.PeerPaymentMessagesExtension"
    )


def test_recurring_payment():
    card = app_cards.recurring_payment("$1", every="weekly", start="Nov 18, 2023")
    assert card.app_name == "Apple\xa0Cash"
    assert card.ldtext == "Sending you $1 weekly starting Nov 18, 2023"


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("started", "Check\xa0In: Timer Started"),
        ("ended", "Check\xa0In: Ended"),
        (
            "overdue",
            "Check\xa0In: Has not checked in when expected, location shared",
        ),
    ],
)
def test_check_in(state, line):
    card = app_cards.check_in(state, 719_009_669_688_709_123)
    assert card.caption == card.ldtext == line
    assert card.app_name == "Check\xa0In"
    query = "?messageType=1&interfaceVersion=1&sendDate=1697316869.688709"
    assert card.url == query


def test_find_my_says_where():
    card = app_cards.find_my(44.5, -92.25)
    assert card.ldtext == "Started Sharing Location"
    query = parse_qs(card.url.removeprefix("?"), strict_parsing=True)
    assert query["FindMyMessagePayloadVersionKey"] == ["v0"]
    (data,) = query["FindMyMessagePayloadZippedDataKey"]
    document = json.loads(zlib.decompress(base64.b64decode(data), wbits=-15))
    assert document["initialLocation"]["latitude"] == 44.5
    assert document["initialLocation"]["longitude"] == -92.25


def test_photos_slideshow():
    card = app_cards.photos_slideshow("Our Home", 37, token="1aB")
    assert unquote(card.url) == "https://share.icloud.com/photos/1aB#Our Home"
    assert card.ldtext == "Our Home - 37 Photos"
    assert (card.caption, card.subcaption) == ("Our Home", "37 Photos")


def test_opentable():
    card = app_cards.opentable(
        "Rusty Grill", guests=4, when="Sunday at 7:45 PM", invitation="i-1"
    )
    assert card.caption == "Table for 4 people\nSunday at 7:45 PM"
    assert card.image_title == "Rusty Grill"
    assert card.ldtext is None


@pytest.mark.parametrize(
    ("card", "bundle"),
    [
        (app_cards.find_my(1, 2), "0000000000:com.apple.findmy.FindMyMessagesApp"),
        (
            app_cards.check_in("ended", 0),
            "0000000000:com.apple.SafetyMonitorApp.SafetyMonitorMessages",
        ),
        (
            app_cards.photos_slideshow("a", 1, token="t"),
            "0000000000:com.apple.mobileslideshow.PhotosMessagesApp",
        ),
        (
            app_cards.fitness("Closed all rings"),
            "0000000000:com.apple.ActivityMessagesApp.MessagesExtension",
        ),
        (
            app_cards.opentable("R", guests=1, when="w", invitation="i"),
            "QPU8QS3E62:com.contextoptional.OpenTable.Messages",
        ),
        (
            app_cards.youtube("x", "A film"),
            "EQHXZ8M8AV:com.google.ios.youtube.MessagesExtension",
        ),
        (
            app_cards.game("Dots & Boxes", data="ab=="),
            "EWFNLB79LQ:com.gamerdelights.gamepigeon.ext",
        ),
        (
            app_cards.business("Yes", received="33", replied="6a"),
            "0000000000:com.apple.icloud.apps.messages.business.extension",
        ),
    ],
)
def test_bundles(card, bundle):
    assert payloads.bundle_id(card) == EXTENSION + bundle
    assert payloads.payload(card).startswith(b"bplist00")
