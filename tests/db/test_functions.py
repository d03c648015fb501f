"""Apple's functions: what fails without them, and works with the stubs."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from writing import write

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.functions import (
    FUNCTIONS,
    register_functions,
    unknown_in,
)

SINCE_26 = [
    name
    for name in schema.RELEASES
    if "verify_chat_insert" in schema.get(name).triggers
]
NEW_CHAT = "INSERT INTO chat (guid, style, chat_identifier) VALUES ('any;-;x', 45, 'x')"


@pytest.fixture
def path(request, tmp_path):
    phone = Author(request.param)
    chat = phone.direct(phone.person("Alex Doe"))
    chat.send("Hi", phone.file("photo"))
    return write(phone, tmp_path).path


@pytest.mark.parametrize("path", SINCE_26, indirect=True)
def test_a_new_chat_needs_them_since_26(path):
    with closing(sqlite3.connect(path)) as db:
        with pytest.raises(sqlite3.OperationalError, match="verify_chat"):
            db.execute(NEW_CHAT)
        register_functions(db).execute(NEW_CHAT)
        assert db.execute("SELECT count(*) FROM chat").fetchone() == (2,)


@pytest.mark.parametrize("path", ["sonoma", "sequoia"], indirect=True)
def test_a_new_chat_needs_none_before(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute(NEW_CHAT)


@pytest.mark.parametrize("path", schema.RELEASES, indirect=True)
def test_deleting_needs_them(path):
    with closing(sqlite3.connect(path)) as db:
        with pytest.raises(sqlite3.OperationalError, match="no such function"):
            db.execute("DELETE FROM message")
        (guid,) = db.execute("SELECT guid FROM message").fetchone()
        db.execute("PRAGMA foreign_keys = ON")  # as Messages has them
        register_functions(db).execute("DELETE FROM message")
        for table in ("message", "chat_message_join", "message_attachment_join"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert db.execute("SELECT guid FROM deleted_messages").fetchall() == [(guid,)]


@pytest.mark.parametrize("path", schema.RELEASES, indirect=True)
def test_deleting_a_chat(path):
    with closing(sqlite3.connect(path)) as db:
        register_functions(db).execute("DELETE FROM chat")
        db.commit()
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("path", SINCE_26, indirect=True)
def test_a_chat_that_is_synced_leaves_its_guid(path):
    """Where Messages in iCloud is on, the trigger calls guid_for_chat: with three
    arguments on 26, with five on 27."""
    with closing(sqlite3.connect(path)) as db:
        register_functions(db)
        db.create_function("is_mic_enabled", 0, lambda: 1)
        db.execute(
            "INSERT INTO sync_chat_slice (service_name, ck_record_id, chat) "
            "VALUES ('iMessage', 'record', 1)"
        )
        db.execute(
            "INSERT INTO chat_recoverable_message_join (chat_id, message_id, "
            "delete_date) VALUES (1, 1, 5)"
        )
        ((identifier,),) = db.execute("SELECT chat_identifier FROM chat").fetchall()
        db.execute("DELETE FROM chat")
        gone = db.execute("SELECT guid, recordID FROM sync_deleted_chats").fetchall()
        assert gone == [(f"iMessage;-;{identifier}", "record")]


@pytest.mark.parametrize("path", schema.RELEASES, indirect=True)
def test_deleting_an_attachment(path):
    with closing(sqlite3.connect(path)) as db:
        register_functions(db).execute("DELETE FROM attachment")
        assert db.execute("SELECT count(*) FROM attachment").fetchone() == (0,)


def test_the_stubs_can_be_called():
    with closing(sqlite3.connect(":memory:")) as db:
        register_functions(db)
        for name, arities in FUNCTIONS.items():
            for arity in arities:
                arguments = ", ".join(["'x'", "'SMS'", "45", "2", "0"][:arity])
                db.execute(f"SELECT {name}({arguments})").fetchall()
        for arguments in ("'x', 'SMS', 45", "'x', 'SMS', 45, 2, 0"):
            guid = db.execute(f"SELECT guid_for_chat({arguments})").fetchone()
            assert guid == ("SMS;-;x",)


@pytest.mark.parametrize("name", schema.RELEASES)
def test_each_function_of_a_release_is_known(name):
    assert unknown_in(schema.get(name)) == []


def test_what_triggers_of_a_later_release_call_is_named():
    later = schema.get("tahoe").evolve(
        name="later",
        add_triggers="""
            one AFTER UPDATE OF text ON message BEGIN
                SELECT new_one(NEW.text), other_one();
            END

            two BEFORE INSERT ON handle BEGIN
                SELECT guid_for_chat(NEW.id), lower(NEW.id);
            END
        """,
    )
    # The other one is known with other numbers of arguments.
    assert sorted(unknown_in(later)) == ["guid_for_chat", "new_one", "other_one"]
