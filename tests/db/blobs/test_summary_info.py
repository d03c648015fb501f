"""message_summary_info: what was edited, unsent, reacted to, translated."""

from __future__ import annotations

import plistlib

import pytest
import typedstream

from pytest_imessage_foundry.db.blobs import payloads, summary_info
from pytest_imessage_foundry.models import (
    AppCard,
    Attachment,
    Edit,
    Handwriting,
    Message,
    Poll,
    TextPart,
    Traits,
    Translation,
    Unsent,
)

SECOND = 1_000_000_000
SENT = 690_513_474 * SECOND
PHOTO = Attachment(
    guid="at_1_M",
    stub="photo",
    name="IMG.heic",
    uti="public.heic",
    mime_type="image/heic",
    total_bytes=9,
    path=None,
)


def message(*parts, sender="+15550100", **fields):
    return Message(guid="M", date=SENT, sender=sender, parts=parts, **fields)


def versions(info, part):
    """The texts of one part with their dates, decoded from its archives."""
    found = []
    for version in info["ec"][str(part)]:
        root = typedstream.unarchive_from_data(version["t"])
        (string,) = root.contents[0].values
        assert root.clazz.name == b"NSAttributedString"
        assert isinstance(version["d"], float)
        found.append((string.value, version["d"]))
    return found


@pytest.mark.parametrize("with_kind", [True, False])
def test_ordinary(with_kind):
    expected = {"amc": 0, "ust": True} if with_kind else {"ust": True}
    assert plistlib.loads(summary_info.ordinary(with_kind=with_kind)) == expected
    assert summary_info.ordinary() is summary_info.ordinary()


def test_edited_twice():
    edits = (
        Edit(date=SENT + 20 * SECOND, before=TextPart("helo"), balloon_guid="B"),
        Edit(date=SENT + 10 * SECOND, before=TextPart("hlo 👋")),
    )
    info = plistlib.loads(summary_info.history(message(TextPart("hello"), edits=edits)))
    assert info.keys() == {"amc", "ust", "otr", "ec", "ep", "euh"}
    assert info["otr"] == {"0": {"lo": 0, "le": 6}}
    assert info["ep"] == [0]
    assert info["euh"] == ["+15550100"]
    start = SENT / SECOND
    assert versions(info, 0) == [
        ("hlo 👋", start),
        ("helo", start + 10),
        ("hello", start + 20),
    ]
    assert [version.get("bcg") for version in info["ec"]["0"]] == [None, None, "B"]


def test_one_part_of_several_unsent():
    body = message(
        TextPart("new"),
        PHOTO,
        Unsent(date=SENT + SECOND, length=7),
        TextPart("end"),
        sender=None,
        edits=(Edit(date=SENT + SECOND, before=TextPart("before"), part=3),),
    )
    info = plistlib.loads(summary_info.history(body))
    assert info["otr"] == {
        "0": {"lo": 0, "le": 3},
        "1": {"lo": 3, "le": 1},
        "2": {"lo": 4, "le": 7},
        "3": {"lo": 11, "le": 6},
    }
    assert (info["rp"], info["ep"]) == ([2], [3])
    assert "euh" not in info
    assert versions(info, 3) == [("before", SENT / 1e9), ("end", SENT / 1e9 + 1)]


def test_edits_keep_the_part_number():
    body = message(
        PHOTO,
        TextPart("b"),
        edits=(Edit(date=SENT, before=TextPart("a"), part=1),),
    )
    info = plistlib.loads(summary_info.history(body, editor="me@example.com"))
    archive = typedstream.unarchive_from_data(info["ec"]["1"][0]["t"])
    (dictionary,) = archive.contents[2].values
    ((_, number),) = dictionary.contents.items()
    assert number.value == 1
    assert info["euh"] == ["me@example.com"]


def test_fully_unsent():
    data = summary_info.history(message(Unsent(date=SENT + SECOND, length=4)))
    assert plistlib.loads(data) == {
        "amc": 0,
        "ust": True,
        "otr": {"0": {"lo": 0, "le": 4}},
        "rp": [0],
    }
    assert b"Rrp" in data  # what imessage-kit looks for


def test_edited_and_then_unsent():
    body = message(
        Unsent(date=SENT + 2 * SECOND, length=3),
        edits=(Edit(date=SENT + SECOND, before=TextPart("one")),),
    )
    info = plistlib.loads(summary_info.history(body))
    assert info == {
        "amc": 0,
        "ust": True,
        "otr": {"0": {"lo": 0, "le": 3}},
        "rp": [0],
    }


def test_tapback():
    assert plistlib.loads(summary_info.tapback("hi")) == {"ams": "hi", "ust": True}


def test_app():
    card = AppCard(bundle_id="a.b", app_name="App", url="x:y", caption="Line")
    assert plistlib.loads(summary_info.app(card)) == {
        "amb": "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:a.b",
        "amc": 9,
        "amd": "App",
        "ams": "Line",
        "ust": True,
    }


def test_app_without_a_name():
    info = plistlib.loads(summary_info.app(Handwriting(id="I")))
    assert info == {"amb": payloads.HANDWRITING, "amc": 9, "ust": True}


def test_poll_and_vote():
    assert plistlib.loads(summary_info.app(Poll(options=())))["ams"] == "Sent a poll"
    assert plistlib.loads(summary_info.vote())["ams"] == "Sent a vote"
    assert plistlib.loads(summary_info.vote())["amb"] == payloads.POLLS


@pytest.mark.parametrize("edited", [True, False])
def test_translation(edited):
    translation = Translation(language="fr_FR", text="déjà")
    if edited:
        body = message(
            TextPart("b"),
            edits=(Edit(date=SENT, before=TextPart("a")),),
            traits=Traits(translation=translation),
        )
        data = summary_info.history(body)
    else:
        data = summary_info.translated(translation)
    assert b"translationLanguage" in data
    assert b"translatedText" in data
    archive = plistlib.loads(plistlib.loads(data)["tmp"])
    objects = archive["$objects"]
    root = objects[archive["$top"]["root"].data]
    assert [objects[key.data] for key in root["NS.keys"]] == [0]
    assert "déjà" in objects
    assert "fr_FR" in objects
