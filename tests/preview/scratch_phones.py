"""Databases for the preview: one with every kind, and small ones by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_imessage_foundry.attachments.generator import Folder
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.conversations.catalogue import app_cards
from pytest_imessage_foundry.db.builder import build
from pytest_imessage_foundry.models import (
    Audio,
    DigitalTouch,
    Handwriting,
    Link,
    Music,
    Place,
    Poll,
    PollOption,
    Run,
    Schedule,
)

START = 780_000_000 * 10**9
CARD = "Green Wing Diner"
SQL = """
CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT,
  attributedBody BLOB, handle_id INTEGER, is_from_me INTEGER, date INTEGER, {more});
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER,
  chat_identifier TEXT, display_name TEXT, service_name TEXT);
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT,
  transfer_name TEXT, mime_type TEXT, transfer_state INTEGER, total_bytes INTEGER);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
INSERT INTO chat VALUES (1, 'any;-;+15550100', 45, '+15550100', '', 'iMessage');
INSERT INTO handle VALUES (1, '+15550100', 'iMessage');
INSERT INTO chat_handle_join VALUES (1, 1);
"""
Insert = Callable[..., int]


class Scratch:
    """A database of few columns, filled by hand: `add(text=..., ...)`."""

    def __init__(self, path: Path, *more: str) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA synchronous = OFF").close()
            columns = ("service TEXT", *more)
            connection.executescript(SQL.format(more=", ".join(columns)))
        self.count = 0

    def add(self, chat: int = 1, **row: Any) -> str:
        """Add a message to the chat; its guid."""
        self.count += 1
        row = {
            "ROWID": self.count,
            "guid": f"G{self.count}",
            "date": START + self.count * 60 * 10**9,
            "is_from_me": 0,
            "handle_id": 1,
            **row,
        }
        self.run(f"INSERT INTO message ({', '.join(row)}) VALUES", row.values())
        self.run("INSERT INTO chat_message_join VALUES", (chat, row["ROWID"]))
        return str(row["guid"])

    def run(self, sql: str, values: Any) -> None:
        """Run an INSERT with these values."""
        values = tuple(values)
        marks = ", ".join("?" * len(values))
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA synchronous = OFF").close()
            connection.execute(f"{sql} ({marks})", values)
            connection.commit()

    def attach(self, message: int, name: str, filename: str, mime: str) -> None:
        """Join a file to a message."""
        row = (None, f"at_{name}", filename, name, mime, 5, 10)
        self.run("INSERT INTO attachment VALUES", row)
        last = "SELECT max(ROWID) FROM attachment"
        with closing(sqlite3.connect(self.path)) as connection:
            number = connection.execute(last).fetchone()[0]
        self.run("INSERT INTO message_attachment_join VALUES", (message, number))


@pytest.fixture
def scratch(tmp_path: Path) -> Callable[..., Scratch]:
    """Makes a database by hand, with the further message columns given."""

    def make(*more: str) -> Scratch:
        return Scratch(tmp_path / "chat.db", *more)

    return make


def write_phone(path: Path, phone: Author) -> Path:
    """Build what an author wrote, attachments beside it."""
    conversations = phone.conversations()
    people = tuple(phone.people)
    build(path, phone.schema, conversations, owner=phone.owner, people=people)
    files = []
    for conversation in conversations:
        for message in conversation.messages:
            pictures = [getattr(message.balloon, "image", None)]
            pictures += [sticker.image for sticker in message.stickers]
            pictures += [message.event.photo] if message.event else []
            files += [*message.attachments, *(file for file in pictures if file)]
    folder = Folder(path.parent / "Attachments")
    for file in files:
        folder.add(file)
    return path


def every_kind(release: str) -> Author:
    """A phone with a message of each kind that `release` can hold."""
    phone = Author(release)
    alex, sam = phone.person("Alex Doe"), phone.person("Sam Roe", email=True)
    kim = phone.person("Kim Poe", country="GB")
    talk(phone, phone.direct(alex))
    gather(phone, phone.group(alex, sam, kim, name="Trail crew"), alex, sam)
    if "polls" in phone.schema.features:
        ask(phone, alex, sam)
    texts = phone.direct(kim, service="SMS")
    texts.receive("Your code is 493 882")
    texts.send("Got it, thanks")
    return phone


def talk(phone: Author, chat: Any) -> None:
    """A one-to-one chat with what one bubble can be."""
    first = chat.receive("Did you get the tickets?").tapback("loved")
    chat.send("Yes! Row twelve", reply_to=first, effect="confetti")
    chat.receive("Great").tapback("liked").remove_tapback(keeps_added=True)
    chat.send(phone.file("photo"), "from the ridge").tapback("emphasized")
    chat.send(phone.file("screenshot")).sticker()
    chat.receive(phone.file("pdf", state="missing"))
    chat.receive(phone.file("video", state="not-downloaded"))
    chat.send("Six o'clock").edit("Seven o'clock").edit("Half past seven")
    chat.send("This was a mistake").unsend()
    chat.send("Keep this", phone.file("photo")).unsend(1)
    if "text_styles" in phone.schema.features:
        chat.send(
            [
                Run("Bold", bold=True),
                Run(" and "),
                Run("shaking", effect="shake"),
                Run(" for "),
                Run("Alex", mention=phone.people[1].identifier),
            ]
        )
    chat.receive("😀🎉")
    link = Link(
        url="https://diner.example/menu",
        title=CARD,
        summary="Breakfast all day",
        site_name="diner.example",
        image=phone.file("link-image"),
    )
    chat.send(link.url, balloon=link)
    chat.receive(balloon=app_cards.apple_pay("$12.50"))
    song = Music(
        url="https://music.example/1", name="Low Tide", artist="The Pines", album="Dew"
    )
    chat.send(song.url, balloon=song)
    place = Place(url="https://maps.example/1", name="Pier 4", address="1 Quay Street")
    chat.send(place.url, balloon=place)
    chat.receive(balloon=Handwriting(id=phone.new_guid()))
    chat.receive(balloon=DigitalTouch(id=phone.new_guid(), gesture="heartbeat"))
    chat.send("Did that arrive?").trait(error=22)
    chat.receive("I should not have kept this").delete()
    voice = phone.file("voice", transcript="I am running late")
    chat.receive(voice).trait(audio=Audio(date_played=1, expire_state=2))
    if "send_later" in phone.schema.features:
        chat.send("Happy birthday!").trait(schedule=Schedule(state=2))


def gather(phone: Author, chat: Any, alex: Any, sam: Any) -> None:
    """A group chat with its events."""
    chat.removed(alex, by=sam)
    chat.added(alex, by=sam)
    chat.rename("Trail crew", by=alex)
    chat.set_photo()
    start = chat.receive("Who is in for Sunday?", sender=alex)
    start.tapback("liked", by=sam).tapback("loved")
    if "emoji_tapbacks" in phone.schema.features:
        start.tapback("🥾", by=sam)
    chat.receive("Me!", sender=sam, reply_to=start)
    chat.send("Me too")
    chat.event("location-started", who=sam)
    chat.event("left", by=sam)


def ask(phone: Author, alex: Any, sam: Any) -> None:
    """A group chat with a poll."""
    chat = phone.group(alex, sam)
    options = (
        PollOption(id=phone.new_guid(), text="Pizza"),
        PollOption(id=phone.new_guid(), text="Ramen"),
    )
    poll = chat.send(balloon=Poll(options=options))
    poll.vote("Pizza", by=alex).vote("Ramen", by=sam).add_choice("Tacos", by=sam)
    poll.vote("Tacos", by=sam).vote("Pizza")
    chat.send("What do we eat?")


__all__ = ["Scratch", "every_kind", "write_phone"]
