"""A living database after a step that could not be written, and late receipts."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.errors import FoundryError


@pytest.fixture
def db(tmp_path):
    """A chat with Alex Doe, who wrote once and was answered, and a group Trip."""
    author = ChatDBBuilder("tahoe", path=tmp_path / "chat.db")
    alex, kim = author.person("Alex Doe"), author.person("Kim Lee")
    direct = author.direct(alex)
    direct.receive("Hello")
    direct.send("Hi there")
    author.group(alex, kim, name="Trip").receive("Who drives?", sender=kim)
    return author.build()


@contextmanager
def refused(db, phone):
    """Nothing can be written: somebody else is writing."""
    with closing(sqlite3.connect(db.path)) as other:
        phone._connection.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(FoundryError, match="locked"):
            yield
        other.rollback()


def row(db, guid):
    with db.connect() as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT * FROM message WHERE guid = ?"
        return dict(connection.execute(query, (guid,)).fetchone())


def assert_truth_is_the_file(db):
    """Every message of the truth is in the file with its text, and no other is."""
    with db.connect() as connection:
        query = "SELECT guid, text FROM message WHERE associated_message_type = 0"
        found = dict(connection.execute(query).fetchall())
    assert found == {message.guid: message.text for message in db.messages}
    assert db.report().ok


def test_the_next_step_on_a_message_knows_nothing_of_the_one_that_failed(db):
    with db.live() as phone:
        message = db.conversations[0].messages[1]
        with refused(db, phone):
            phone.edit(message, "not now")

        now = phone.tapback(message, "loved")

    assert (now.text, now.edits) == ("Hi there", ())
    assert row(db, message.guid)["text"] == "Hi there"
    assert_truth_is_the_file(db)


def test_the_next_message_knows_nothing_of_the_one_that_failed(db):
    with db.live() as phone:
        with refused(db, phone):
            phone.receive("Alex Doe", "not now")

        phone.receive("Alex Doe", "now")

    texts = [message.text for message in db.conversations[0].messages]
    assert texts == ["Hello", "Hi there", "now"]
    assert_truth_is_the_file(db)


def test_a_chat_keeps_its_name_and_properties_when_a_change_fails(db):
    (trip,) = [chat for chat in db.conversations if chat.name == "Trip"]
    with db.live() as phone:
        with refused(db, phone):
            phone.rename(trip, "Another name")
        with refused(db, phone):
            phone.set(trip, mutes=True)

        phone.receive(trip, "Still here", sender="Kim Lee")

    now = db.conversations[1]
    assert (now.name, now.properties) == (trip.name, trip.properties)
    assert_truth_is_the_file(db)


def test_a_chat_that_could_not_be_opened_is_opened_by_the_next_try(db):
    with db.live() as phone:
        new = phone.person("Max Lund")
        with refused(db, phone):
            phone.direct(new)

        phone.receive(phone.direct(new), "New number!")

    assert [len(chat.messages) for chat in db.conversations] == [2, 1, 1]
    assert_truth_is_the_file(db)


def test_reading_a_message_reads_the_tapbacks_on_it(db):
    with db.live() as phone:
        message = phone.receive("Trip", "Look", sender="Kim Lee")
        (tapback,) = phone.tapback(message, "loved", by="Alex Doe").tapbacks
        unread = row(db, tapback.guid)
        message = phone.read(message)

    read = row(db, tapback.guid)
    assert (unread["date_read"], unread["is_read"]) == (0, 0)
    assert (read["date_read"], read["is_read"]) == (message.date_read, 1)
    changed = {name for name in read if read[name] != unread[name]}
    assert changed == {"date_read", "is_read"}


def test_delivering_a_message_delivers_the_own_tapback_on_it(db):
    with db.live() as phone:
        message = phone.send("Alex Doe", "Look")
        (tapback,) = phone.tapback(message, "loved", by=db.owner).tapbacks
        waiting = row(db, tapback.guid)
        phone.deliver(message)

    arrived = row(db, tapback.guid)
    assert (waiting["date_delivered"], waiting["is_delivered"]) == (0, 0)
    assert (arrived["date_delivered"], arrived["is_delivered"]) == (tapback.date, 1)
