"""Apple's functions: what fails without them, and works with the stubs."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from writing import write

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.functions import FUNCTIONS, register_functions

SINCE_26 = ("tahoe-26.0", "tahoe", "golden-gate")
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


def test_the_stubs_can_be_called():
    with closing(sqlite3.connect(":memory:")) as db:
        register_functions(db)
        for name, arity in FUNCTIONS.items():
            arguments = {"guid_for_chat": "'x', 'SMS', 45"}.get(
                name, ", ".join("1" * arity)
            )
            db.execute(f"SELECT {name}({arguments})").fetchall()
        guid = db.execute("SELECT guid_for_chat('x', 'SMS', 45)").fetchone()
        assert guid == ("SMS;-;x",)
