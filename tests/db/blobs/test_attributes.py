"""Runs and attributes of a body, from the truth."""

from __future__ import annotations

import plistlib

import pytest

from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.blobs.attributes import (
    DATA_DETECTED,
    EMOJI_IMAGE,
    FILE_TRANSFER,
    FILENAME,
    INLINE_HEIGHT,
    INLINE_WIDTH,
    LINK,
    MENTION,
    ONE_TIME_CODE,
    RICH_LINK,
    TEXT_EFFECT,
    TRANSCRIPTION,
    attachment_runs,
    body_runs,
    text_runs,
)
from pytest_imessage_foundry.db.blobs.bodies import PART, WRITING_DIRECTION
from pytest_imessage_foundry.db.blobs.values import Number, Url
from pytest_imessage_foundry.models import (
    Attachment,
    Detected,
    Link,
    Message,
    Run,
    TextPart,
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
    archive = plistlib.loads(data.data)
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


def test_writing_direction_agrees_with_the_fast_path():
    runs = body_runs(message(TextPart("hi"), writing_direction=True))
    fast = bodies.plain("hi", writing_direction=True)
    assert bodies.attributed(runs) == fast


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
    assert text_runs(part) == [("wow", {PART: 0, TEXT_EFFECT: number})]


def test_ripple_has_two_numbers():
    body = message(TextPart.of(Run("wow", effect="ripple")))
    assert body_runs(body, ripple=1)[0][1][TEXT_EFFECT] == 1


def test_mention():
    part = TextPart.of("hey ", Run("Sam", mention="+15550100"))
    assert text_runs(part)[1] == ("Sam", {PART: 0, MENTION: "+15550100"})


def test_runs_without_a_difference_are_one():
    assert text_runs(TextPart.of("a", "", "b")) == [("ab", {PART: 0})]
    assert text_runs(TextPart("")) == []


def test_attachment_with_all_it_may_carry():
    picture = file(width=640, height=480, genmoji="a cat", transcript="meow")
    assert attachment_runs(picture, 1) == [
        (
            MARK,
            {
                FILE_TRANSFER: "at_1_M",
                PART: 1,
                FILENAME: "IMG.heic",
                INLINE_WIDTH: 640.0,
                INLINE_HEIGHT: 480.0,
                EMOJI_IMAGE: 1,
                TRANSCRIPTION: "meow",
            },
        )
    ]


def test_link_and_what_the_detector_said_of_it():
    part = TextPart.of("👋 see ", Run("example.com", link="https://example.com"))
    (_, (text, attributes)) = body_runs(message(TextPart("x"), part))[1:]
    assert (text, attributes[PART]) == ("example.com", 1)
    assert attributes[LINK] == Url("https://example.com")
    assert detector(attributes[DATA_DETECTED]) == {
        "AR": {"NS.rangeval.length": 11, "NS.rangeval.location": 8, "NS.special": 4},
        "MS": "example.com",
        "T": "HttpURL",
        "P": 0,
        "V": "https://example.com",
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


@pytest.mark.parametrize(
    ("kind", "key", "name"),
    [
        ("calendar", "__kIMCalendarEventAttributeName", "DateTime"),
        ("phone", "__kIMPhoneNumberAttributeName", "PhoneNumber"),
        ("address", "__kIMAddressAttributeName", "FullAddress"),
    ],
)
def test_detections(kind, key, name):
    run = Run("found", detected=Detected(kind=kind, value="value"))
    ((_, attributes),) = text_runs(TextPart.of(run), 3)
    assert attributes.keys() == {PART, key}
    result = detector(attributes[key])
    assert (result["T"], result["MS"], result["V"]) == (name, "found", "value")
    assert "SR" not in result


@pytest.mark.parametrize(
    ("text", "symbol", "at"),
    [("$16.50", "$", 5), ("5 dollars", "dollars", 7), ("-€3", None, None)],
)
def test_money_names_its_currency(text, symbol, at):
    run = Run(text, detected=Detected(kind="money", value=text))
    ((_, attributes),) = text_runs(TextPart.of(run), location=5)
    result = detector(attributes["__kIMMoneyAttributeName"])
    if symbol is None:
        assert "SR" not in result
    else:
        (currency,) = result["SR"]["NS.objects"]
        assert (currency["T"], currency["MS"]) == ("Currency", symbol)
        assert currency["AR"]["NS.rangeval.location"] == at


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
