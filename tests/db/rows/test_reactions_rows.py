"""Rows that point at others: tapbacks, stickers, poll votes (SEMANTICS §6, §10)."""

from __future__ import annotations

import base64
import json
import plistlib

import pytest
from writing import write

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.models import Link, Poll, PollOption

CLASSIC = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")
ADDED = ("Loved", "Liked", "Disliked", "Laughed at", "Emphasized", "Questioned")
NOUNS = ("heart", "like", "dislike", "laugh", "exclamation", "question mark")


@pytest.fixture(params=schema.RELEASES)
def phone(request):
    return Author(request.param)


@pytest.fixture
def new_phone():
    return Author("tahoe")


@pytest.fixture
def direct(phone):
    return phone.direct(phone.person("Alex Doe"))


def friends(phone):
    alex, sam = phone.person("Alex Doe"), phone.person("Sam Roe", email=True)
    return alex, sam, phone.group(alex, sam)


@pytest.mark.parametrize("number", range(6))
def test_classic_tapbacks(tmp_path, number):
    phone = Author("sonoma")
    draft = phone.direct(phone.person("Alex Doe")).send("Hi 🎈")
    draft.tapback(CLASSIC[number]).remove_tapback(keeps_added=True)
    added, removed = write(phone, tmp_path).pointing(draft)
    noun = NOUNS[number]
    article = "an" if noun == "exclamation" else "a"
    assert added["associated_message_type"] == 2000 + number
    assert removed["associated_message_type"] == 3000 + number
    assert added["text"] == f"{ADDED[number]} “Hi 🎈”"
    assert removed["text"] == f"Removed {article} {noun} from “Hi 🎈”"
    for row in (added, removed):
        assert row["associated_message_guid"] == f"p:0/{draft.message.guid}"
        assert row["associated_message_range_location"] == 0
        assert row["associated_message_range_length"] == 5
        assert plistlib.loads(row["message_summary_info"])["ams"] == "Hi 🎈"
        assert row["attributedBody"] is not None
        assert row["guid"] != draft.message.guid


def test_a_tapback_row_is_a_full_message(phone, direct, tmp_path):
    draft = direct.send("Hi").tapback("loved")
    file = write(phone, tmp_path)
    (row,) = file.pointing(draft)
    tapback = draft.message.tapbacks[0]
    assert row["guid"] == tapback.guid
    assert row["date"] == tapback.date
    assert (row["is_from_me"], row["is_sent"], row["is_delivered"]) == (0, 0, 1)
    # The owner was writing: what came back was seen.
    assert (row["is_read"], row["date_read"]) == (1, row["date"])
    assert row["date_delivered"] == 0
    assert file.handle(row["handle_id"]) == (direct.people[0].identifier, "iMessage")
    assert (row["service"], row["item_type"], row["version"]) == ("iMessage", 0, 10)
    join = file.row(
        "SELECT * FROM chat_message_join WHERE message_id = ?", row["ROWID"]
    )
    assert join["message_date"] == row["date"]


def test_a_tapback_on_an_unread_message_is_unread(phone, direct, tmp_path):
    phone.people.append(phone.person("Sam Roe"))
    group = phone.group(*phone.people[1:3])
    draft = group.receive("Hi", sender=phone.people[1], date_read=0)
    draft.tapback("liked", by=phone.people[2])
    (row,) = write(phone, tmp_path).pointing(draft)
    assert (row["is_read"], row["date_read"]) == (0, 0)


def test_an_own_tapback_in_a_one_to_one_chat(phone, direct, tmp_path):
    draft = direct.receive("Hi").tapback("liked")
    file = write(phone, tmp_path)
    (row,) = file.pointing(draft)
    assert (row["is_from_me"], row["is_sent"]) == (1, 1)
    # The message that it is on was received: it has no date_delivered of its own.
    assert (row["is_delivered"], row["date_delivered"]) == (1, row["date"])
    assert file.handle(row["handle_id"])[0] == direct.people[0].identifier


def test_senders_in_a_group(phone, tmp_path):
    alex, sam, group = friends(phone)
    draft = group.receive("Hi", sender=alex).tapback("liked").tapback("loved", by=sam)
    file = write(phone, tmp_path)
    mine, other = file.pointing(draft)
    assert (mine["is_from_me"], mine["handle_id"]) == (1, 0)
    assert file.handle(other["handle_id"])[0] == sam.identifier
    room = file.row("SELECT room_name FROM chat")["room_name"]
    assert mine["cache_roomnames"] == other["cache_roomnames"] == room


def test_an_sms_has_no_receipts(phone, tmp_path):
    chat = phone.direct(phone.person("Alex Doe"), service="SMS")
    draft = chat.receive("Hi").tapback("liked")
    file = write(phone, tmp_path)
    (row,) = file.pointing(draft)
    assert (row["service"], row["date_delivered"]) == ("SMS", 0)
    assert file.handle(row["handle_id"])[1] == "SMS"


def test_the_range_of_a_part(phone, direct, tmp_path):
    draft = direct.send("Grüße 🎈", phone.file("photo"), "fin")
    for part in range(3):
        draft.tapback("loved", part=part)
    rows = write(phone, tmp_path).pointing(draft)
    ranges = [
        (
            row["associated_message_guid"][:4],
            row["associated_message_range_location"],
            row["associated_message_range_length"],
            row["text"],
        )
        for row in rows
    ]
    assert ranges == [
        ("p:0/", 0, 8, "Loved “Grüße 🎈”"),
        ("p:1/", 8, 1, "Loved an image"),
        ("p:2/", 9, 3, "Loved “fin”"),
    ]


def test_a_balloon_is_pointed_at_with_bp(phone, direct, tmp_path):
    url = "https://example.com/"
    draft = direct.send(url, balloon=Link(url=url)).tapback("loved")
    (row,) = write(phone, tmp_path).pointing(draft)
    assert row["associated_message_guid"] == f"bp:{draft.message.guid}"


@pytest.mark.parametrize("keeps_added", [False, True])
def test_a_removal_keeps_the_row_that_added_or_not(
    phone, direct, tmp_path, keeps_added
):
    draft = direct.send("Hi").tapback("loved").remove_tapback(keeps_added=keeps_added)
    kinds = [
        row["associated_message_type"] for row in write(phone, tmp_path).pointing(draft)
    ]
    assert kinds == ([2000, 3000] if keeps_added else [3000])


def test_an_emoji_tapback(new_phone, tmp_path):
    draft = new_phone.direct(new_phone.person("Alex Doe")).send("Hi")
    draft.tapback("🫶🏽").remove_tapback(keeps_added=True)
    added, removed = write(new_phone, tmp_path).pointing(draft)
    assert (added["associated_message_type"], removed["associated_message_type"]) == (
        2006,
        3006,
    )
    assert {added["associated_message_emoji"], removed["associated_message_emoji"]} == {
        "🫶🏽"
    }
    assert added["text"] == "Reacted 🫶🏽 to “Hi”"
    assert removed["text"] == "Removed 🫶🏽 from “Hi”"


@pytest.mark.parametrize("keeps_added", [None, False, True])
def test_a_sticker_tapback_has_its_image(new_phone, tmp_path, keeps_added):
    draft = new_phone.direct(new_phone.person("Alex Doe")).send("Hi")
    draft.tapback("sticker")
    if keeps_added is not None:
        draft.remove_tapback(keeps_added=keeps_added)
    file = write(new_phone, tmp_path)
    first = file.pointing(draft)[0]
    assert first["associated_message_type"] == (3007 if keeps_added is False else 2007)
    assert first["cache_has_attachments"] == 1
    (image,) = file.rows(
        "SELECT a.* FROM attachment a JOIN message_attachment_join j "
        "ON j.attachment_id = a.ROWID WHERE j.message_id = ?",
        first["ROWID"],
    )
    assert image["is_sticker"] == 1
    for row in file.rows("SELECT * FROM message"):
        joined = file.rows(
            "SELECT 1 FROM message_attachment_join WHERE message_id = ?", row["ROWID"]
        )
        assert row["cache_has_attachments"] == len(joined)


def test_a_sticker_on_a_bubble(phone, direct, tmp_path):
    draft = direct.send("Hi").sticker(x=0.25, y=0.75, scale=0.5, rotation=0.1)
    file = write(phone, tmp_path)
    (row,) = file.pointing(draft)
    assert row["associated_message_type"] == 1000
    assert row["associated_message_guid"] == f"p:0/{draft.message.guid}"
    assert (row["text"], row["cache_has_attachments"]) == ("\ufffc", 1)
    image = file.row("SELECT * FROM attachment")
    assert image["is_sticker"] == 1
    placed = plistlib.loads(image["sticker_user_info"])
    assert {"sid", "pid", "shash"} <= placed.keys()
    placed = {key: placed[key] for key in ("spw", "sxs", "sys", "ssa", "sro")}
    assert placed == {"spw": 96.0, "sxs": 0.25, "sys": 0.75, "ssa": 0.5, "sro": 0.1}


def test_a_tapback_quotes_what_the_message_said_then(phone, direct, tmp_path):
    draft = direct.send("Old and long").tapback("loved").edit("New")
    draft.tapback("liked", by="me", at=draft.message.edits[0].date + 10**9)
    before, after = write(phone, tmp_path).pointing(draft)
    assert before["text"] == "Loved “Old and long”"
    assert before["associated_message_range_length"] == 12
    assert after["text"] == "Liked “New”"
    assert after["associated_message_range_length"] == 3


def test_what_is_searched(new_phone, tmp_path):
    """index_state 2 where 26.5.2's index message_idx_invalid_index_state wants it."""
    draft = new_phone.direct(new_phone.person("Alex Doe")).send("Hi")
    draft.tapback("loved").remove_tapback(keeps_added=True).sticker()
    file = write(new_phone, tmp_path)
    states = {
        row["associated_message_type"]: row["index_state"]
        for row in file.rows("SELECT * FROM message")
    }
    assert states == {0: 1, 2000: 1, 3000: 2, 1000: 2}
    assert (
        file.rows(
            "SELECT ROWID FROM message INDEXED BY message_idx_invalid_index_state "
            "WHERE index_state != 2 AND (((associated_message_type NOT BETWEEN 2000 "
            "AND 2007) AND associated_message_type != 0) OR item_type != 0)"
        )
        == []
    )
    assert file.row("SELECT * FROM index_state_metrics") == {
        "id": 1,
        "pending_count": 0,
        "donated_count": 2,
        "redonation_count": 0,
    }


# --- polls --------------------------------------------------------------------


def poll_on(phone):
    alex, sam, group = friends(phone)
    options = tuple(
        PollOption(id=phone.new_guid(), text=text) for text in ("Red", "Blue")
    )
    return alex, sam, group.send(balloon=Poll(options=options))


def item(row):
    """The JSON in the URL of a poll row's payload."""
    objects = plistlib.loads(row["payload_data"])["$objects"]
    (url,) = (each for each in objects if str(each).startswith("data:,"))
    encoded = url.removeprefix("data:,").partition("?")[0]
    assert not set(encoded) & set("+/-_")
    return json.loads(base64.b64decode(encoded, validate=True))["item"]


def test_a_poll_as_created(new_phone, tmp_path):
    _, _, draft = poll_on(new_phone)
    row = write(new_phone, tmp_path).message(draft)
    assert row["associated_message_type"] == 0
    assert row["associated_message_guid"] is None
    assert row["balloon_bundle_id"].endswith(":0000000000:com.apple.messages.Polls")
    assert row["text"] == "\ufffd"
    assert item(row)["title"] == ""
    options = item(row)["orderedPollOptions"]
    assert [each["text"] for each in options] == ["Red", "Blue"]
    assert item(row)["creatorHandle"] == new_phone.owner.other_identifiers[0]


def test_what_becomes_of_a_poll(new_phone, tmp_path):
    alex, sam, draft = poll_on(new_phone)
    draft.vote("Red", by=alex).add_choice("Green", by=sam).vote("Red", "Green")
    draft.vote(by=alex)
    file = write(new_phone, tmp_path)
    root = file.message(draft)
    guid = draft.message.guid
    assert root["associated_message_type"] == 3
    assert root["associated_message_guid"] == guid
    votes = file.rows("SELECT * FROM message WHERE associated_message_type = 4000")
    choice = file.row("SELECT * FROM message WHERE associated_message_type = 2")
    assert choice["associated_message_guid"] == guid
    assert [each["text"] for each in item(choice)["orderedPollOptions"]] == [
        "Red",
        "Blue",
        "Green",
    ]
    # A vote points at the newest state of the poll, bare.
    assert [row["associated_message_guid"] for row in votes] == [
        guid,
        choice["guid"],
        choice["guid"],
    ]
    ids = {
        each["text"]: each["optionIdentifier"]
        for each in item(choice)["orderedPollOptions"]
    }
    owner = new_phone.owner.other_identifiers[0]
    assert [
        [
            (vote["voteOptionIdentifier"], vote["participantHandle"])
            for vote in item(row)["votes"]
        ]
        for row in votes
    ] == [
        [(ids["Red"], alex.identifier)],
        [(ids["Red"], owner), (ids["Green"], owner)],
        [],
    ]
    for row in votes:
        assert (row["text"], row["associated_message_range_length"]) == (" ", -1)
        info = plistlib.loads(row["message_summary_info"])
        assert (info["amc"], info["amd"], info["ams"]) == (9, "Polls", "Sent a vote")
    assert [row["handle_id"] == 0 for row in votes] == [False, True, False]
    assert {row["index_state"] for row in (root, choice, *votes)} == {2}
