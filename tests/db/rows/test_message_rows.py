"""The columns of `message`, kind by kind, as SEMANTICS §1 to §16 state them."""

from __future__ import annotations

import plistlib
import re
from typing import get_args

import pytest
import typedstream
from writing import write

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.rows.columns import EFFECTS, EVENTS
from pytest_imessage_foundry.models import (
    Audio,
    CloudRecord,
    Detected,
    EventKind,
    Handwriting,
    Link,
    Run,
    Schedule,
    SendEffect,
    TextPart,
    Translation,
)

SECOND = 10**9
UUID = re.compile("[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")
# READERS.md, and SEMANTICS' table of NULLs that break strict readers.
NEVER_NULL = """
    guid date date_read date_delivered date_edited date_retracted date_played
    associated_message_type item_type group_action_type error is_from_me is_sent
    is_delivered is_read is_finished is_emote is_empty is_delayed is_auto_reply
    is_prepared is_system_message is_service_message is_forward is_archive
    is_audio_message is_played is_expirable is_spam is_corrupt handle_id
"""
ZERO = """
    replace type error is_emote is_empty is_delayed is_auto_reply is_prepared
    is_system_message is_service_message is_forward is_archive is_corrupt is_spam
    was_deduplicated was_downgraded sort_id has_dd_results item_type other_handle
    group_action_type share_status share_direction message_action_type
    message_source is_expirable expire_state is_played is_audio_message date_played
    date_edited date_retracted associated_message_type
    associated_message_range_location associated_message_range_length
    cache_has_attachments ck_sync_state time_expressive_send_played
    was_delivered_quietly did_notify_recipient has_unseen_mention was_detonated
"""
NULL = """
    country service_center subject associated_message_guid balloon_bundle_id
    payload_data expressive_send_style_id thread_originator_guid
    thread_originator_part group_title ck_record_id ck_record_change_tag
"""


@pytest.fixture(params=schema.RELEASES)
def phone(request):
    return Author(request.param)


@pytest.fixture
def alex(phone):
    return phone.person("Alex Doe")


@pytest.fixture
def direct(phone, alex):
    return phone.direct(alex)


@pytest.fixture
def group(phone, alex):
    return phone.group(alex, phone.person("Sam Roe", email=True), name="Trip")


def body(row):
    """The text of attributedBody and the class of its root."""
    root = typedstream.unarchive_from_data(row["attributedBody"])
    return root.contents[0].values[0].value, root.clazz.name.decode()


def summary(row):
    return plistlib.loads(row["message_summary_info"])


# --- §1 -----------------------------------------------------------------------


def test_an_ordinary_received_row(phone, direct, alex, tmp_path):
    previous = direct.send("First")
    draft = direct.receive("Hello")
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert {name: row[name] for name in ZERO.split()} == dict.fromkeys(ZERO.split(), 0)
    assert {name: row[name] for name in NULL.split()} == dict.fromkeys(NULL.split())
    assert UUID.fullmatch(row["guid"])
    assert row["version"] == 10
    assert row["is_finished"] == row["was_data_detected"] == row["part_count"] == 1
    assert row["text"] == "Hello"
    assert body(row) == ("Hello", "NSMutableAttributedString")
    assert summary(row) == {"ust": True}
    assert (row["is_from_me"], row["is_sent"], row["is_delivered"]) == (0, 0, 1)
    assert row["date"] == draft.message.date
    assert row["date"] % 10**6 != 0
    assert row["date_delivered"] == 0
    assert (row["is_read"], row["date_read"]) == (1, draft.message.date_read)
    assert file.handle(row["handle_id"]) == (alex.identifier, "iMessage")
    assert row["service"] == "iMessage"
    assert row["account"] == "E:" + phone.owner.other_identifiers[0]
    assert row["destination_caller_id"] == phone.owner.other_identifiers[0]
    assert UUID.fullmatch(row["account_guid"])
    assert row["reply_to_guid"] == previous.message.guid
    assert row["cache_roomnames"] is None


def test_an_ordinary_own_row(phone, direct, alex, tmp_path):
    draft = direct.send("Hi")
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert (row["is_from_me"], row["is_sent"], row["is_delivered"]) == (1, 1, 1)
    assert row["date"] % 10**6 == 0
    assert row["date_delivered"] == draft.message.date + SECOND
    assert row["date_read"] == draft.message.date_read > row["date_delivered"]
    assert row["reply_to_guid"] is None
    # §1, §20: in a one-to-one chat an own row names the other side.
    assert file.handle(row["handle_id"]) == (alex.identifier, "iMessage")


def test_own_rows_of_a_group_have_no_handle(phone, group, alex, tmp_path):
    mine, other = group.send("Hi"), group.receive("Ho", sender=alex)
    file = write(phone, tmp_path)
    row = file.message(mine)
    assert row["handle_id"] == 0
    assert (row["is_read"], row["date_read"], row["is_delivered"]) == (0, 0, 1)
    room = file.row("SELECT room_name FROM chat")["room_name"]
    assert row["cache_roomnames"] == room == phone.conversations()[0].identifier
    assert file.handle(file.message(other)["handle_id"])[0] == alex.identifier


def test_the_previous_message_of_the_chat_is_no_reply(phone, direct, group, tmp_path):
    sam = group.people[1]
    first, _ = direct.send("1"), group.receive("other chat", sender=sam)
    first.tapback("loved")
    second = direct.receive("2")
    third = direct.send("3", reply_to=second)
    file = write(phone, tmp_path)
    guids = [first.message.guid, second.message.guid]
    assert file.message(second)["reply_to_guid"] == guids[0]
    row = file.message(third)
    assert row["reply_to_guid"] == row["thread_originator_guid"] == guids[1]
    (tapback,) = file.pointing(first)
    assert tapback["reply_to_guid"] is None


def test_nothing_that_strict_readers_need_is_null(phone, direct, group, tmp_path):
    for chat in (direct, group):
        chat.send("x").tapback("loved", by=chat.people[0])
        chat.send(phone.file("photo")).unsend()
    group.rename("Y")
    file = write(phone, tmp_path)
    for row in file.rows("SELECT * FROM message"):
        assert [name for name in NEVER_NULL.split() if row[name] is None] == []
    for row in file.rows("SELECT * FROM chat"):
        assert None not in (row["guid"], row["group_id"], row["chat_identifier"])
    for row in file.rows("SELECT * FROM attachment"):
        assert None not in (row["guid"], row["transfer_name"], row["created_date"])


@pytest.mark.parametrize(
    ("traits", "columns"),
    [
        ({"error": 22}, {"error": 22, "is_sent": 0, "is_delivered": 0}),
        ({"is_sending": True}, {"error": 0, "is_sent": 0, "is_delivered": 0}),
        ({"downgraded": True}, {"was_downgraded": 1}),
        ({"spam": True}, {"is_spam": 1}),
        ({"delivered_quietly": True}, {"was_delivered_quietly": 1}),
        ({"notified": True}, {"did_notify_recipient": 1}),
        ({"unseen_mention": True}, {"has_unseen_mention": 1}),
        ({"critical": True}, {"is_critical": 1}),
        ({"legacy_date_retracted": 7}, {"date_retracted": 7}),
        ({"date_effect_played": 7}, {"time_expressive_send_played": 7}),
        (
            {"delivered_flag_only": True},
            {"date_delivered": 0, "date_read": 0, "is_delivered": 1, "is_read": 1},
        ),
        (
            {"cloud": CloudRecord(record_id="ab", change_tag="t")},
            {"ck_sync_state": 1, "ck_record_id": "ab", "ck_record_change_tag": "t"},
        ),
    ],
    ids=lambda value: next(iter(value)),
)
def test_traits(tmp_path, traits, columns):
    phone = Author("sonoma")
    draft = phone.direct(phone.person("Alex Doe")).send("x").trait(**traits)
    row = write(phone, tmp_path).message(draft)
    assert {name: row[name] for name in columns} == columns


def test_a_satellite_message(tmp_path):
    phone = Author("sequoia")
    chat = phone.direct(phone.person("Alex Doe"))
    draft = chat.receive("x", service="iMessageLite").trait(off_grid=True)
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert (row["service"], row["sent_or_received_off_grid"]) == ("iMessageLite", 1)
    assert file.handle(row["handle_id"])[1] == "iMessageLite"
    assert file.row("SELECT service_name FROM chat")["service_name"] == "iMessage"


# --- §2, §3, §4 ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("storage", "has_text", "has_body"),
    [("both", True, True), ("archive", False, True), ("text", True, False)],
)
@pytest.mark.parametrize("subject", [None, "with a subject, which makes it special"])
def test_storage(tmp_path, storage, has_text, has_body, subject):
    phone = Author()
    chat = phone.direct(phone.person("Alex Doe"))
    draft = chat.send("Grüße 🎈", storage=storage, subject=subject)
    row = write(phone, tmp_path).message(draft)
    assert row["text"] == ("Grüße 🎈" if has_text else None)
    assert (row["attributedBody"] is not None) == has_body
    assert row["subject"] == subject
    if has_body:
        assert body(row)[0] == "Grüße 🎈"


def test_the_immutable_archive(tmp_path):
    phone = Author()
    chat = phone.direct(phone.person("Alex Doe"))
    drafts = [chat.send("x", immutable=True, subject=each) for each in (None, "s")]
    file = write(phone, tmp_path)
    for draft in drafts:
        assert body(file.message(draft)) == ("x", "NSAttributedString")


def test_parts(phone, direct, tmp_path):
    photo = phone.file("photo")
    draft = direct.send("a", photo, "b")
    row = write(phone, tmp_path).message(draft)
    assert (row["part_count"], row["cache_has_attachments"]) == (3, 1)
    assert row["text"] == "a\ufffcb" == body(row)[0]


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (Run("x"), 0),
        (Run("x", mention="+12125550101"), 0),
        (Run("x", link="https://example.com"), 1),
        (Run("x", detected=Detected(kind="money", value="$1")), 1),
    ],
)
def test_detected_data(tmp_path, run, found):
    phone = Author()
    draft = phone.direct(phone.person("Alex Doe")).send(["see ", run])
    assert write(phone, tmp_path).message(draft)["has_dd_results"] == found


# --- §7, §9 -------------------------------------------------------------------


def test_a_thread(phone, direct, tmp_path):
    first = direct.receive("Grüße 🎈", phone.file("photo"), "fin")
    replies = [
        direct.send("to the text", reply_to=first),
        direct.send("to the photo", reply_to=first.as_target(part=1)),
        direct.send("to the end", reply_to=first.as_target(part=2)),
    ]
    replies.append(direct.receive("to a reply", reply_to=replies[1]))
    file = write(phone, tmp_path)
    rows = [file.message(reply) for reply in replies]
    assert {row["thread_originator_guid"] for row in rows} == {first.message.guid}
    parts = [row["thread_originator_part"] for row in rows]
    assert parts == ["0:0:8", "1:8:1", "2:9:3", "1:8:1"]


@pytest.mark.parametrize("effect", get_args(SendEffect))
def test_effects(tmp_path, effect):
    phone = Author("sonoma")
    draft = phone.direct(phone.person("Alex Doe")).send("x", effect=effect)
    row = write(phone, tmp_path).message(draft)
    assert row["expressive_send_style_id"] == EFFECTS[effect]


def test_the_names_of_effects_that_differ():
    screen = "com.apple.messages.effect.CK{}Effect".format
    bubble = "com.apple.MobileSMS.expressivesend.{}".format
    assert EFFECTS["slam"] == bubble("impact")
    assert EFFECTS["invisible-ink"] == bubble("invisibleink")
    assert EFFECTS["balloons"] == screen("HappyBirthday")
    assert EFFECTS["celebration"] == screen("Sparkles")
    assert EFFECTS["shooting-star"] == screen("ShootingStar")
    assert set(EFFECTS) == set(get_args(SendEffect))


# --- §8 -----------------------------------------------------------------------


def versions(info, part):
    return [
        (
            typedstream.unarchive_from_data(each["t"]).contents[0].values[0].value,
            each["d"],
        )
        for each in info["ec"][part]
    ]


def test_an_edited_message(phone, direct, tmp_path):
    draft = direct.send("one").edit("two").edit("three")
    row = write(phone, tmp_path).message(draft)
    info = summary(row)
    dates = [draft.message.date, *(edit.date for edit in draft.message.edits)]
    assert row["text"] == body(row)[0] == "three"
    assert row["date_edited"] == dates[-1]
    assert (row["is_empty"], row["part_count"], row["date_retracted"]) == (0, 1, 0)
    assert set(info) == {"amc", "ust", "otr", "ec", "ep", "euh"}
    assert (info["otr"], info["ep"]) == ({"0": {"lo": 0, "le": 3}}, [0])
    seconds = [date / SECOND for date in dates]
    assert versions(info, "0") == list(
        zip(["one", "two", "three"], seconds, strict=True)
    )


def test_one_part_unsent(phone, direct, tmp_path):
    draft = direct.send("ab", phone.file("photo"), "c").unsend(1)
    file = write(phone, tmp_path)
    row = file.message(draft)
    info = summary(row)
    assert row["text"] == body(row)[0] == "abc"
    assert (row["is_empty"], row["part_count"], row["date_retracted"]) == (0, 2, 0)
    assert row["date_edited"] > row["date"]
    assert set(info) == {"amc", "ust", "otr", "rp"}
    assert info["rp"] == [1]
    assert info["otr"] == {
        "0": {"lo": 0, "le": 2},
        "1": {"lo": 2, "le": 1},
        "2": {"lo": 3, "le": 1},
    }
    # §1: it stays 1 when the part that the file was is taken back.
    assert row["cache_has_attachments"] == 1
    assert file.rows("SELECT * FROM message_attachment_join") == []


@pytest.mark.parametrize("has_file", [False, True])
def test_fully_unsent(phone, direct, tmp_path, has_file):
    parts = [phone.file("photo"), "text"] if has_file else ["text"]
    draft = direct.send(*parts).unsend()
    row = write(phone, tmp_path).message(draft)
    info = summary(row)
    assert (row["text"], row["attributedBody"]) == (None, None)
    assert (row["is_empty"], row["part_count"], row["date_retracted"]) == (1, 0, 0)
    assert set(info) == {"amc", "ust", "otr", "rp"}
    assert info["rp"] == list(range(len(parts))) == [int(key) for key in info["otr"]]
    assert row["cache_has_attachments"] == int(has_file)


def test_an_app_message_unsent(phone, direct, tmp_path):
    draft = direct.send(balloon=Handwriting(id=phone.new_guid())).unsend()
    row = write(phone, tmp_path).message(draft)
    assert (row["is_empty"], row["part_count"]) == (1, 0)
    assert (row["balloon_bundle_id"], row["payload_data"]) == (None, None)
    assert summary(row)["rp"] == [0]


# --- §10 ----------------------------------------------------------------------


def test_a_link_preview(phone, direct, tmp_path):
    url = "https://example.com/a"
    pictures = {"icon": phone.file("link-image"), "image": phone.file("link-image")}
    draft = direct.send(url, balloon=Link(url=url, title="A", **pictures))
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert row["balloon_bundle_id"] == "com.apple.messages.URLBalloonProvider"
    assert row["text"] == body(row)[0] == url
    assert (row["has_dd_results"], row["cache_has_attachments"]) == (1, 1)
    assert summary(row) == {"ust": True}
    files = file.rows(
        "SELECT a.* FROM attachment a JOIN message_attachment_join j "
        "ON j.attachment_id = a.ROWID WHERE j.message_id = ? ORDER BY a.ROWID",
        row["ROWID"],
    )
    assert [each["guid"] for each in files] == [f.guid for f in pictures.values()]
    assert {each["hide_attachment"] for each in files} == {1}
    assert {each["transfer_name"].partition(".")[2] for each in files} == {
        "pluginPayloadAttachment"
    }


def test_an_edit_takes_a_preview_with_its_url(phone, direct, tmp_path):
    url = "https://example.com/a"
    draft = direct.send(url, balloon=Link(url=url)).edit("never mind")
    row = write(phone, tmp_path).message(draft)
    assert (row["balloon_bundle_id"], row["payload_data"]) == (None, None)


def test_an_app_message(phone, direct, tmp_path):
    draft = direct.receive(balloon=Handwriting(id=phone.new_guid()))
    row = write(phone, tmp_path).message(draft)
    assert row["balloon_bundle_id"] == "com.apple.Handwriting.HandwritingProvider"
    assert row["text"] == body(row)[0] == "\ufffd"
    assert (row["part_count"], row["cache_has_attachments"]) == (1, 0)
    assert summary(row)["amc"] == 9


# --- §11, §16 and translations --------------------------------------------------


def test_an_audio_message(phone, direct, tmp_path):
    draft = direct.receive(phone.file("voice", transcript="hello"))
    heard = draft.message.date + SECOND
    draft.trait(audio=Audio(date_played=heard, expire_state=1))
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert (row["is_audio_message"], row["text"]) == (1, "\ufffc")
    assert (row["is_played"], row["date_played"]) == (1, heard)
    assert (row["is_expirable"], row["expire_state"]) == (1, 1)
    (voice,) = file.rows("SELECT * FROM attachment")
    assert voice["transfer_name"] == "Audio Message.caf"
    assert (voice["uti"], voice["mime_type"]) == ("com.apple.coreaudio-format", None)
    assert plistlib.loads(voice["user_info"]) == {"audio-transcription": "hello"}


@pytest.mark.parametrize(("state", "is_sent"), [(1, 0), (2, 0), (3, 1)])
def test_send_later(tmp_path, state, is_sent):
    phone = Author("sequoia")
    draft = phone.direct(phone.person("Alex Doe")).send("x")
    draft.trait(schedule=Schedule(state=state))
    row = write(phone, tmp_path).message(draft)
    assert (row["schedule_type"], row["schedule_state"]) == (2, state)
    assert (row["is_sent"], row["is_delivered"]) == (is_sent, is_sent)


def test_a_translation(tmp_path):
    phone = Author()
    draft = phone.direct(phone.person("Alex Doe")).receive("Good morning")
    draft.trait(translation=Translation(language="de_DE", text="Guten Morgen"))
    row = write(phone, tmp_path).message(draft)
    assert "Guten Morgen" in str(plistlib.loads(summary(row)["tmp"])["$objects"])


# --- §14 ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_events_have_no_body(tmp_path, kind):
    phone = Author()
    alex = phone.person("Alex Doe")
    sam, kim = phone.person("Sam Roe"), phone.person("Kim Poe")
    group = phone.group(alex, sam)
    who = {"added": kim, "removed": sam}.get(kind, alex)
    draft = group.event(kind, by=alex, who=who)
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert (row["item_type"], row["group_action_type"]) == EVENTS[kind]
    assert (row["text"], row["attributedBody"], row["part_count"]) == (None, None, 0)
    assert row["index_state"] == 2
    assert file.handle(row["handle_id"])[0] == alex.identifier


def test_what_events_say(phone, group, alex, tmp_path):
    sam = group.people[1]
    removed = group.event("removed", by=alex, who=sam)
    added = group.event("added", who=sam)
    moved = group.event("number-changed", by=alex, who=alex)
    named = group.rename("New", by=alex)
    unnamed = group.rename(None)
    photo = group.set_photo(by=sam)
    out = group.event("location-started", who=alex)
    back = group.event("location-stopped", by=alex, incoming=True)
    file = write(phone, tmp_path)

    def who(draft):
        row = file.message(draft)
        return [
            file.handle(row[column])[0] if row[column] else None
            for column in ("handle_id", "other_handle")
        ]

    assert who(added) == [None, sam.identifier]
    assert who(removed) == [alex.identifier, sam.identifier]
    assert who(moved) == [alex.identifier, alex.identifier]
    assert who(named) == [alex.identifier, None]
    assert who(out) == [None, alex.identifier]
    assert file.message(added)["is_from_me"] == 1
    assert file.message(removed)["is_from_me"] == 0
    assert file.message(named)["group_title"] == "New"
    assert file.message(unnamed)["group_title"] is None
    assert file.row("SELECT display_name FROM chat")["display_name"] == ""
    sharing = ("share_status", "share_direction")
    assert [file.message(out)[name] for name in sharing] == [0, 0]
    assert [file.message(back)[name] for name in sharing] == [1, 1]
    row = file.message(photo)
    assert (row["group_action_type"], row["cache_has_attachments"]) == (1, 1)
    (picture,) = file.rows("SELECT * FROM attachment")
    assert picture["transfer_name"] == "GroupPhotoImage"
    properties = plistlib.loads(file.row("SELECT properties FROM chat")["properties"])
    assert properties["groupPhotoGuid"] == picture["guid"]


def test_styles_do_not_count_as_detected(tmp_path):
    phone = Author()
    text = TextPart.of("so ", Run("loud", bold=True))
    draft = phone.direct(phone.person("Alex Doe")).send(text)
    assert write(phone, tmp_path).message(draft)["has_dd_results"] == 0
