"""What few databases hold: deleted parts, translations, odd events, odd bodies."""

from __future__ import annotations

import plistlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from scratch_phones import START, Scratch, write_phone

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db.blobs.bodies import plain
from pytest_imessage_foundry.models import Poll, PollOption, Translation
from pytest_imessage_foundry.preview import read
from pytest_imessage_foundry.preview.phone import ShownMessage

Made = Callable[..., Scratch]
EVENT = (
    *("item_type INTEGER", "group_action_type INTEGER", "group_title TEXT"),
    *("other_handle INTEGER", "share_status INTEGER", "share_direction INTEGER"),
)


def only(made: Scratch) -> ShownMessage:
    (message,) = read(made.path).messages()
    return message


def binary(value: Any) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"item_type": 1, "other_handle": 2}, "A added B to the conversation"),
        ({"item_type": 1, "other_handle": 1}, "A changed their phone number"),
        (
            {"item_type": 1, "group_action_type": 1, "other_handle": 2},
            "A removed B from the conversation",
        ),
        ({"item_type": 2}, "A removed the name from the conversation"),
        ({"item_type": 2, "group_title": "Us"}, "A named the conversation “Us”"),
        ({"item_type": 3}, "A left the conversation"),
        ({"item_type": 3, "group_action_type": 2}, "A removed the group photo"),
        ({"item_type": 3, "group_action_type": 4}, "A changed the background"),
        ({"item_type": 3, "group_action_type": 6}, "A removed the background"),
        ({"item_type": 4}, "You started sharing your location with A"),
        (
            {"item_type": 4, "share_direction": 1, "share_status": 1},
            "A stopped sharing their location with you",
        ),
        ({"item_type": 5}, "A kept an audio message"),
        ({"item_type": 6}, "A started SharePlay"),
        ({"item_type": 77}, "A did something of an unknown kind (77, 0)"),
    ],
)
def test_events(scratch: Made, row: dict[str, Any], sentence: str) -> None:
    made = scratch(*EVENT)
    made.run("INSERT INTO handle VALUES", (2, "B", "iMessage"))
    made.add(**row)

    assert only(made).event.replace("+15550100", "A") == sentence


@pytest.mark.parametrize(
    ("row", "mark"),
    [
        ({"error": 22}, "Not Delivered (error 22)"),
        ({"is_sent": 0, "is_from_me": 1}, "Not sent yet"),
        ({"service": "iMessageLite"}, "via satellite"),
        ({"was_downgraded": 1}, "Sent as Text Message"),
        ({"is_spam": 1}, "Junk"),
        ({"has_unseen_mention": 1}, "Mention not seen yet"),
        ({"is_audio_message": 1}, "Not played"),
        ({"is_audio_message": 1, "is_played": 1}, "Played"),
        ({"is_audio_message": 1, "expire_state": 1}, "Expired"),
    ],
)
def test_marks(scratch: Made, row: dict[str, Any], mark: str) -> None:
    made = scratch(
        *(
            f"{name} INTEGER"
            for name in row
            if "is_from" not in name and name != "service"
        )
    )
    made.add(text="hello", **row)

    assert mark in only(made).marks


def test_an_unknown_effect_keeps_its_identifier(scratch: Made) -> None:
    made = scratch("expressive_send_style_id TEXT")
    made.add(text="hello", expressive_send_style_id="com.example.swirl")

    assert only(made).effect == "com.example.swirl"


def test_a_deleted_part_keeps_its_place(tmp_path: Path) -> None:
    phone = Author("tahoe")
    chat = phone.direct(phone.person("Alex Doe"))
    chat.send("stays", phone.file("photo"), "goes").delete(parts=(2,))
    path = write_phone(tmp_path / "chat.db", phone)

    (message,) = read(path).messages()

    deleted = [(part.number, part.text) for part in message.parts if part.deleted]
    assert deleted == [(2, "goes")]


def test_a_deleted_part_that_cannot_be_read_says_so(scratch: Made) -> None:
    made = scratch()
    made.add(text="hello")
    with closing(connect(made.path)) as connection:
        connection.execute(
            "CREATE TABLE recoverable_message_part "
            "(message_id, part_index, part_text, delete_date)"
        )
        connection.execute(
            "INSERT INTO recoverable_message_part VALUES (1, 1, x'00', 9)"
        )
        connection.commit()

    assert "could not be read" in only(made).text


def test_a_translation_is_shown(tmp_path: Path) -> None:
    phone = Author("tahoe")
    translation = Translation(language="fr_FR", text="Bonjour")
    phone.direct(phone.person("Alex Doe")).receive("Hello").trait(
        translation=translation
    )

    (message,) = read(write_phone(tmp_path / "chat.db", phone)).messages()

    assert message.translation == "Bonjour (fr_FR)"


def test_both_rows_of_a_removed_tapback(tmp_path: Path) -> None:
    phone = Author("tahoe")
    chat = phone.direct(phone.person("Alex Doe"))
    chat.receive("one").tapback("🎉").remove_tapback(keeps_added=True)
    chat.receive("two").tapback("🎉").remove_tapback(keeps_added=False)

    found = read(write_phone(tmp_path / "chat.db", phone)).messages()

    assert [message.tapbacks for message in found] == [(), ()]


def test_a_broken_version_says_so(scratch: Made) -> None:
    made = scratch("message_summary_info BLOB")
    versions = [{"t": b"junk", "d": 1.0}, {"t": plain("now"), "d": 2.0}, "odd"]
    made.add(text="now", message_summary_info=binary({"ec": {"0": versions}}))

    (part,) = only(made).parts
    assert [version.date for version in part.history] == [10**9, 2 * 10**9]
    assert "could not be read" in part.history[0].runs[0].text


@pytest.mark.parametrize(
    "value", [b"", b"junk", binary({"rp": "x", "ec": [], "otr": 1})]
)
def test_a_broken_summary_changes_nothing(scratch: Made, value: bytes) -> None:
    made = scratch("message_summary_info BLOB", "date_edited INTEGER")
    made.add(text="hello", message_summary_info=value, date_edited=5)

    message = only(made)
    assert (message.text, message.is_edited, message.is_unsent) == (
        "hello",
        False,
        False,
    )


def test_a_row_emptied_without_a_summary_is_unsent(scratch: Made) -> None:
    made = scratch("is_empty INTEGER", "part_count INTEGER", "date_edited INTEGER")
    made.add(is_empty=1, part_count=0, date_edited=5)

    assert only(made).is_unsent


def test_a_reply_to_nothing_says_so(scratch: Made) -> None:
    made = scratch("thread_originator_guid TEXT", "thread_originator_part TEXT")
    made.add(text="hello", thread_originator_guid="GONE", thread_originator_part="x:0")

    reply = only(made).reply
    assert reply is not None
    assert (reply.is_found, reply.part) == (False, 0)


def test_quotes_of_cards_files_and_polls(tmp_path: Path) -> None:
    phone = Author("tahoe")
    chat = phone.direct(phone.person("Alex Doe"))
    options = (PollOption(id=phone.new_guid(), text="Pizza"),)
    targets = [
        chat.receive(phone.file("pdf", name="plan.pdf")),
        chat.receive(balloon=Poll(options=options)),
        chat.receive("gone"),
    ]
    for target in targets:
        chat.send("seen", reply_to=target)
    targets[-1].unsend()

    found = read(write_phone(tmp_path / "chat.db", phone)).messages()

    quotes = [message.reply.text for message in found if message.reply]
    assert quotes == ["plan.pdf", "a poll", "a message"]


def test_the_notice_of_a_poll_is_hidden_but_not_the_words(scratch: Made) -> None:
    made = scratch("balloon_bundle_id TEXT")
    made.add(text="\ufffd", balloon_bundle_id="x:com.apple.messages.Polls", date=START)
    made.add(text="Sent a poll", date=START + 2 * 10**9)
    made.add(text="Sent a poll", date=START + 9 * 10**9)

    assert [message.id for message in read(made.path).messages()] == [1, 3]


def test_a_vote_without_its_poll_stays_visible(scratch: Made) -> None:
    made = scratch(
        "associated_message_guid TEXT",
        "associated_message_type INTEGER",
        "balloon_bundle_id TEXT",
    )
    target = made.add(text="hello")
    made.add(
        text=" ",
        associated_message_guid=target,
        associated_message_type=4000,
        balloon_bundle_id="x:0000000000:com.apple.messages.Polls",
    )

    assert len(list(read(made.path).messages())) == 2


def test_rows_that_share_a_guid_are_all_shown(scratch: Made) -> None:
    made = scratch()
    made.add(text="one", guid="SAME")
    made.add(text="two", guid="SAME")

    assert [message.text for message in read(made.path).messages()] == ["one", "two"]


def test_dates_in_seconds_are_understood(scratch: Made) -> None:
    made = scratch()
    made.add(text="old", date=400_000_000)

    assert only(made).date == 400_000_000 * 10**9


def test_a_business_card_is_named_in_plain_words(scratch: Made) -> None:
    made = scratch("balloon_bundle_id TEXT")
    made.add(text="\ufffd", balloon_bundle_id="com.apple.messages.chatbot")

    card = only(made).card

    assert card is not None
    assert card.app == "Business message"
