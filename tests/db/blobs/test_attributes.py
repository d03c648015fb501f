"""Runs and attributes of a body, from the truth."""

from __future__ import annotations

import plistlib

import pytest

from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.blobs.attributes import (
    BREADCRUMB,
    EMOJI_IMAGE,
    FILE_TRANSFER,
    FILENAME,
    INLINE_HEIGHT,
    INLINE_WIDTH,
    MENTION,
    PHOTO_SHARING,
    RICH_CARDS,
    RICH_LINK,
    TEXT_EFFECT,
    TRANSCRIPTION,
    URL_TO_TRANSFER,
    attachment_runs,
    balloon_runs,
    body_runs,
    text_runs,
)
from pytest_imessage_foundry.db.blobs.bodies import PART, WRITING_DIRECTION
from pytest_imessage_foundry.db.blobs.detectors import (
    DATA_DETECTED,
    LINK,
    ONE_TIME_CODE,
)
from pytest_imessage_foundry.db.blobs.values import MutableData, Number, Url
from pytest_imessage_foundry.models import (
    AppCard,
    Attachment,
    Chatbot,
    Detected,
    DetectedPart,
    Link,
    Message,
    RichCard,
    Run,
    StickerSource,
    TextPart,
    Traits,
    Unsent,
)

MARK = "\ufffc"


def message(*parts, **fields):
    return Message(guid="M", date=0, sender=None, parts=parts, **fields)


def file(**fields):
    given = {"guid": "at_1_M", "stub": "photo", "name": "IMG.heic", "path": None}
    given |= {"uti": "public.heic", "mime_type": "image/heic", "total_bytes": 9}
    return Attachment(**given | fields)


def detector(data):
    """The DDScannerResult of an archive, its UIDs followed."""
    archive = plistlib.loads(data.data if isinstance(data, MutableData) else data)
    assert archive["$top"].keys() == {"dd-result", "version"}
    objects = archive["$objects"]

    def follow(value):
        if isinstance(value, plistlib.UID):
            return follow(objects[value.data])
        if isinstance(value, dict) and "$class" in value:
            return {k: follow(v) for k, v in value.items() if k != "$class"}
        return [follow(each) for each in value] if isinstance(value, list) else value

    root = objects[archive["$top"]["dd-result"].data]
    assert objects[root["$class"].data]["$classname"] == "DDScannerResult"
    return follow(root)


def test_plain_text_agrees_with_the_fast_path():
    runs = body_runs(message(TextPart("hi 👋")))
    assert runs == [("hi 👋", {PART: 0})]
    assert bodies.attributed(runs) == bodies.plain("hi 👋")


@pytest.mark.parametrize("text", ["hi", "hi 👋", "hi 👋" * 60, ""])
@pytest.mark.parametrize("part_code", ["i", "q"])
@pytest.mark.parametrize("writing_direction", [False, True])
@pytest.mark.parametrize("mutable", [False, True])
def test_each_form_agrees_with_the_fast_path(
    text, part_code, writing_direction, mutable
):
    traits = Traits(part_code=part_code)
    said = message(TextPart(text), writing_direction=writing_direction, traits=traits)
    fast = bodies.plain(
        text,
        mutable=mutable,
        writing_direction=writing_direction,
        part_code=part_code,
    )
    assert bodies.attributed(body_runs(said), mutable=mutable) == fast


def test_parts_keep_their_numbers():
    body = message(TextPart("a"), Unsent(date=1, length=3), file(), TextPart("b"))
    assert body_runs(body) == [
        ("a", {PART: 0}),
        (MARK, {FILE_TRANSFER: "at_1_M", PART: 2}),
        ("b", {PART: 3}),
    ]


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("bold", "__kIMTextBoldAttributeName"),
        ("italic", "__kIMTextItalicAttributeName"),
        ("underline", "__kIMTextUnderlineAttributeName"),
        ("strikethrough", "__kIMTextStrikethroughAttributeName"),
    ],
)
def test_styles(field, key):
    part = TextPart.of("so ", Run("very", **{field: True}), " nice")
    assert text_runs(part) == [
        ("so ", {PART: 0}),
        ("very", {PART: 0, key: 1}),
        (" nice", {PART: 0}),
    ]


@pytest.mark.parametrize(
    ("effect", "number"),
    [
        ("big", 5),
        ("small", 11),
        ("shake", 9),
        ("nod", 8),
        ("explode", 12),
        ("ripple", 4),
        ("bloom", 6),
        ("jitter", 10),
    ],
)
def test_text_effects(effect, number):
    part = TextPart.of(Run("wow", effect=effect))
    assert text_runs(part) == [("wow", {PART: 0, TEXT_EFFECT: Number(number, "q")})]


def test_ripple_has_two_numbers():
    body = message(TextPart.of(Run("wow", effect="ripple")))
    assert body_runs(body, ripple=1)[0][1][TEXT_EFFECT] == Number(1, "q")


def test_mention():
    part = TextPart.of("hey ", Run("Sam", mention="+15550100"))
    assert text_runs(part)[1] == ("Sam", {PART: 0, MENTION: "+15550100"})


def test_runs_without_a_difference_are_one():
    assert text_runs(TextPart.of("a", "", "b")) == [("ab", {PART: 0})]
    assert text_runs(TextPart("")) == []


def test_attachment_with_all_it_may_carry():
    picture = file(width=640, height=480, transcript="meow")
    assert attachment_runs(picture, 1) == [
        (
            MARK,
            {
                FILE_TRANSFER: "at_1_M",
                PART: 1,
                FILENAME: "IMG.heic",
                INLINE_WIDTH: 640.0,
                INLINE_HEIGHT: 480.0,
                TRANSCRIPTION: "meow",
            },
        )
    ]


def test_an_emoji_that_is_a_picture_has_a_flag_and_no_size():
    source = StickerSource(id="S", app="com.apple.messages.genmoji", hash="0")
    emoji = file(width=64, height=64, genmoji="a cat", source=source)
    assert attachment_runs(emoji) == [
        (MARK, {FILE_TRANSFER: "at_1_M", PART: 0, EMOJI_IMAGE: True})
    ]


def test_numbers_and_directions_of_the_other_form():
    traits = Traits(part_code="q", direction_text="-1")
    body = message(TextPart("hi"), file(), traits=traits)
    assert [said[PART] for _, said in body_runs(body)] == [
        Number(0, "q"),
        Number(1, "q"),
    ]
    assert {said[WRITING_DIRECTION] for _, said in body_runs(body)} == {"-1"}
    assert b"-1" in bodies.attributed(body_runs(body))


def test_a_file_can_stand_on_more_than_one_character():
    body = message(file(mark=MARK * 2), TextPart("x"))
    assert [text for text, _ in body_runs(body)] == [MARK * 2, "x"]
    assert body.text == f"{MARK * 2}x"


def card(**fields):
    given = {"bundle_id": "com.example.app", "app_name": "App", "url": "?"}
    return AppCard(**given | fields)


def test_bodies_of_apps():
    picture = file()
    shown = (MARK, {FILE_TRANSFER: "at_1_M", PART: 0})
    assert balloon_runs(card()) == [("\ufffd", {PART: 0})]
    assert balloon_runs(card(body="file", preview=picture)) == [shown]
    both = balloon_runs(card(body="mark-and-file", preview=picture))
    assert [text for text, _ in both] == ["\ufffd", MARK]
    assert [said[PART] for _, said in both] == [0, 1]


def test_a_breadcrumb_has_no_part_number():
    ((text, said),) = balloon_runs(card(breadcrumb="Started Sharing"))
    assert (text, said[BREADCRUMB]) == ("\ufffd", "Started Sharing")
    assert PART not in said


def test_rich_cards_lead_to_their_pictures():
    url = "https://cards.example.com/1.png"
    cards = (
        RichCard(title="T", description="D", picture=file(), picture_url=url),
        RichCard(title="U", description="E"),
    )
    ((_, said),) = balloon_runs(Chatbot(cards=cards))
    first = {"title": "T", "cardDescription": "D", "media": {"mediaUrl": url}}
    assert said[RICH_CARDS] == [first, {"title": "U", "cardDescription": "E"}]
    assert said[URL_TO_TRANSFER] == {url: "at_1_M"}


def test_shared_photos_are_an_empty_dictionary():
    ((_, said),) = text_runs(TextPart.of(Run("photos", shares_photos=True)))
    assert said[PHOTO_SHARING] == {}


def test_link_and_what_the_detector_said_of_it():
    part = TextPart.of("👋 see ", Run("example.com", link="https://example.com"))
    (_, (text, attributes)) = body_runs(message(TextPart("x"), part))[1:]
    assert (text, attributes[PART]) == ("example.com", 1)
    assert attributes[LINK] == Url("https://example.com")
    assert detector(attributes[DATA_DETECTED]) == {
        "AR": {"NS.rangeval.length": 11, "NS.rangeval.location": 8, "NS.special": 4},
        "MS": "example.com",
        "T": "HttpURL",
        "P": 1,
        "SR": {"NS.objects": []},
        "VN": 1,
    }


def test_text_under_a_preview_is_a_rich_link():
    url = "https://example.com"
    body = message(TextPart(url), TextPart("see"), balloon=Link(url=url))
    assert body_runs(body) == [
        (url, {PART: 0, LINK: Url(url), RICH_LINK: True}),
        ("see", {PART: 1}),
    ]


def test_one_time_code():
    run = Run("123 456", detected=Detected(kind="one-time-code", value="123456"))
    ((_, attributes),) = text_runs(TextPart.of(run))
    assert attributes[ONE_TIME_CODE] == {"code": "123456", "displayCode": "123 456"}
    assert detector(attributes[DATA_DETECTED])["T"] == "AuthCode"


def pieces(result):
    return [
        (each["T"], each["MS"], each.get("V")) for each in result["SR"]["NS.objects"]
    ]


@pytest.mark.parametrize(
    ("kind", "key", "name"),
    [
        ("calendar", "__kIMCalendarEventAttributeName", "DateTime"),
        ("date", "__kIMCalendarEventAttributeName", "Date"),
        ("address", "__kIMAddressAttributeName", "FullAddress"),
        ("flight", DATA_DETECTED, "FlightInformation"),
        ("unit", DATA_DETECTED, "PhysicalAmount"),
    ],
)
def test_detections(kind, key, name):
    run = Run("found", detected=Detected(kind=kind, value="value"))
    ((_, attributes),) = text_runs(TextPart.of(run), 3)
    assert attributes.keys() == {PART, key}
    result = detector(attributes[key])
    assert (result["T"], result["MS"], result["VN"]) == (name, "found", 1)
    assert result["P"] == (0 if name == "Date" else 1)
    assert "V" not in result
    assert pieces(result) == []


@pytest.mark.parametrize(
    ("kind", "key", "text", "url"),
    [
        ("phone", "__kIMPhoneNumberAttributeName", "212-5550142", "tel:2125550142"),
        ("email", DATA_DETECTED, "a@example.com", "mailto:a@example.com"),
    ],
)
def test_what_can_be_called_is_a_link_too(kind, key, text, url):
    run = Run(text, detected=Detected(kind=kind, value=text))
    ((_, attributes),) = text_runs(TextPart.of(run))
    assert attributes[LINK] == Url(url)
    assert pieces(detector(attributes[key])) == [("Value", text, None)]


def test_pieces_stand_where_the_text_has_them():
    street = DetectedPart(
        "Street",
        "1 Main Street 1",
        parts=(
            DetectedPart("StreetNumber", "1"),
            DetectedPart("StreetName", "Main Street 1"),
        ),
    )
    found = (street, DetectedPart("Unit", "1", "one"))
    detected = Detected(kind="address", value="v", parts=found, mutable=False)
    run = Run("1 Main Street 1, 1", detected=detected)
    ((_, attributes),) = text_runs(TextPart.of(run), location=9)
    data = attributes["__kIMAddressAttributeName"]
    assert isinstance(data, bytes)
    assert b"NSMutableArray" not in data
    result = detector(data)
    assert pieces(result) == [("Street", street.text, None), ("Unit", "1", "one")]
    (first, unit) = result["SR"]["NS.objects"]
    number, name = first["SR"]["NS.objects"]
    places = [
        each["AR"]["NS.rangeval.location"] for each in (first, number, name, unit)
    ]
    assert places == [9, 9, 11, 26]


def test_archives_of_one_shape_differ_in_what_they_say():
    def said(text, value):
        detected = Detected(
            kind="unit", value=text, parts=(DetectedPart("Unit", text[-1], value),)
        )
        ((_, attributes),) = text_runs(TextPart.of(Run(text, detected=detected)))
        return detector(attributes[DATA_DETECTED])

    first, second = said("5L", "liter"), said("71W", "watt")
    assert (first["MS"], pieces(first)) == ("5L", [("Unit", "L", "liter")])
    assert (second["MS"], pieces(second)) == ("71W", [("Unit", "W", "watt")])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$16", [("Currency", "$", 5), ("IntegralValue", "16", 6)]),
        ("$16.50", [("Currency", "$", 5), ("MoneyAmount", "16.50", 6)]),
        ("5 dollars", [("IntegralValue", "5", 5), ("Currency", "dollars", 7)]),
        ("-€3", []),
    ],
)
def test_money_names_its_currency_and_its_amount(text, found):
    run = Run(text, detected=Detected(kind="money", value=text))
    ((_, attributes),) = text_runs(TextPart.of(run), location=5)
    result = detector(attributes["__kIMMoneyAttributeName"])
    made_of = result["SR"]["NS.objects"]
    places = [each["AR"]["NS.rangeval.location"] for each in made_of]
    assert [
        (each["T"], each["MS"], at) for each, at in zip(made_of, places, strict=True)
    ] == found
    for each in made_of:
        is_dollar = each["MS"] == "$"
        assert each.get("V", "").startswith("USD-") is is_dollar


def test_every_attribute_can_be_archived():
    url = "https://example.com"
    parts = (
        TextPart.of(Run("a", link=url), Run("b", effect="big", bold=True)),
        file(width=3, height=4, transcript="t", genmoji="g"),
        TextPart.of(Run("$1", detected=Detected(kind="money", value="1"))),
        TextPart.of(Run("12", detected=Detected(kind="one-time-code", value="12"))),
    )
    data = bodies.attributed(body_runs(message(*parts)))
    assert data.startswith(b"\x04\x0bstreamtyped")
    assert Number(-1, "q") == bodies.NATURAL_DIRECTION
    assert WRITING_DIRECTION.encode() not in data
