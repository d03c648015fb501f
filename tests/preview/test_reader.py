"""The reader against what was written, on every release and layout."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from scratch_phones import CARD, Scratch, every_kind, write_phone

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.models import Conversation, TextPart
from pytest_imessage_foundry.models import Message as Truth
from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.preview import phone as shape
from pytest_imessage_foundry.preview import read
from pytest_imessage_foundry.preview.reader import PhoneReader
from pytest_imessage_foundry.spec import Spec

Made = Callable[..., Scratch]


def by_guid(phone: shape.ShownPhone) -> dict[str, shape.ShownMessage]:
    return {message.guid: message for message in phone.messages()}


def texts(message: Truth) -> list[str]:
    parts = [part for part in message.parts if isinstance(part, TextPart)]
    return [part.text for part in parts]


def facts_written(message: Truth) -> dict[str, Any]:
    standing = [tapback for tapback in message.tapbacks if tapback.removed is None]
    stickers = [("placed", "", sticker.sender) for sticker in message.stickers]
    return {
        "sender": message.sender,
        "date": message.date,
        "text": "\n".join(texts(message)),
        "files": [file.name for file in message.attachments],
        "unsent": message.is_unsent,
        "read": message.date_read,
        "tapbacks": sorted(
            [*stickers, *((t.name, t.emoji or "", t.sender) for t in standing)],
            key=repr,
        ),
        "edits": [edit.before.text for edit in message.edits],
        "reply": message.reply_to.guid if message.reply_to else "",
        "effect": bool(message.effect),
        "event": bool(message.event),
        "deleted": bool(message.traits.deleted),
        "poll": message.balloon is not None and message.balloon.kind == "poll",
        "troubles": (),
    }


def facts_read(message: shape.ShownMessage) -> dict[str, Any]:
    is_event = bool(message.event)
    return {
        "sender": message.sender,
        "date": message.date,
        "text": message.text,
        "files": [] if is_event else [file.name for file in message.files],
        "unsent": message.is_unsent,
        "read": message.date_read,
        "tapbacks": sorted(
            ((t.name, t.emoji, t.sender) for t in message.tapbacks), key=repr
        ),
        "edits": [v.runs[0].text for p in message.parts for v in p.history],
        "reply": message.reply.guid if message.reply else "",
        "effect": bool(message.effect),
        "event": is_event,
        "deleted": bool(message.deleted),
        "poll": bool(message.poll),
        "troubles": message.troubles,
    }


def assert_agrees(got: shape.ShownPhone, truth: list[Conversation]) -> None:
    found = by_guid(got)
    for conversation in truth:
        for message in conversation.messages:
            assert facts_read(found.pop(message.guid)) == facts_written(message)
    assert not found


@pytest.mark.parametrize("release", schema.RELEASES)
def test_reads_every_kind_of_every_release(tmp_path: Path, release: str) -> None:
    phone = every_kind(release)
    got = read(write_phone(tmp_path / "chat.db", phone))

    assert_agrees(got, phone.conversations())
    names = {chat.guid: (chat.name, chat.is_group) for chat in got.chats}
    assert names == {c.guid: (c.name or "", c.is_group) for c in phone.conversations()}


def test_reads_a_migrated_layout(tmp_path: Path) -> None:
    phone = Author("tahoe", layout="migrated")
    phone.direct(phone.person("Alex Doe")).receive("Hello").tapback("🎈")

    got = read(write_phone(tmp_path / "chat.db", phone))

    assert_agrees(got, phone.conversations())


@pytest.fixture(scope="module")
def tahoe(tmp_path_factory: pytest.TempPathFactory) -> shape.ShownPhone:
    return read(
        write_phone(tmp_path_factory.mktemp("t") / "chat.db", every_kind("tahoe"))
    )


def test_cards_name_what_an_app_said(tahoe: shape.ShownPhone) -> None:
    cards = {
        message.card.title: message.card for message in tahoe.messages() if message.card
    }

    link = cards[CARD]
    assert (link.kind, link.url) == ("link", "https://diner.example/menu")
    assert link.image is not None
    assert link.image.path is not None
    assert cards["Low Tide"].lines == ("The Pines", "Dew")
    assert cards["Pier 4"].lines == ("1 Quay Street",)
    assert "Heartbeat" in cards
    assert "Handwritten message" in cards


def test_polls_are_tallied_by_each_voters_last_choice(tahoe: shape.ShownPhone) -> None:
    (poll,) = [message.poll for message in tahoe.messages() if message.poll]

    votes = {choice.text: len(choice.voters) for choice in poll}
    assert votes == {"Pizza": 2, "Ramen": 0, "Tacos": 1}


def test_styles_mentions_and_effects_of_runs(tahoe: shape.ShownPhone) -> None:
    runs = [run for m in tahoe.messages() for part in m.parts for run in part.runs]

    assert {run.text for run in runs if run.styles} == {"Bold"}
    assert {run.text: run.effect for run in runs if run.effect} == {"shaking": "shake"}
    (mention,) = [run for run in runs if run.mention]
    assert mention.mention.startswith("+")


def test_events_are_sentences(tahoe: shape.ShownPhone) -> None:
    events = [message.event for message in tahoe.messages() if message.event]

    assert any(
        event.endswith("named the conversation “Trail crew”") for event in events
    )
    assert "You changed the group photo" in events
    assert "sam.roe@example.net left the conversation" in events


def test_files_that_are_missing_say_why(tahoe: shape.ShownPhone) -> None:
    absent = {
        f.name[-3:]: f.absence for m in tahoe.messages() for f in m.files if f.absence
    }

    assert absent == {"pdf": "file not beside the database", "MOV": "not downloaded"}


def test_a_quote_names_the_message_replied_to(tahoe: shape.ShownPhone) -> None:
    quotes = [m.reply for m in tahoe.messages() if m.reply]

    assert {quote.text for quote in quotes} == {
        "Did you get the tickets?",
        "Who is in for Sunday?",
    }


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "none", "folder", "other"])
def test_what_is_no_messages_database_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "chat.db"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("not a database, but long enough to be read" * 50)
    elif kind == "cut":
        write_phone(path, every_kind("sonoma"))
        path.write_bytes(path.read_bytes()[:5000])
    elif kind == "folder":
        path.mkdir()
    elif kind == "other":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE note (text)")

    with pytest.raises(UnreadableFileError) as caught:
        read(path)

    what, where, advice = str(caught.value).split("\n")
    assert what
    assert str(path) in where
    assert advice
    assert path.exists() == (kind != "none")


def test_a_locked_database_is_refused(scratch: Made, monkeypatch: Any) -> None:
    made = scratch()
    plain = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *a, **k: plain(*a, **{**k, "timeout": 0})
    )
    with closing(plain(made.path)) as holder:
        holder.execute("BEGIN EXCLUSIVE")

        with pytest.raises(UnreadableFileError, match="close the program that holds"):
            read(made.path)


def contents(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


@pytest.fixture(params=["idle", "in use", "copied with its log"])
def logged(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A database in WAL mode whose last message may be in the log alone."""
    live = Scratch(tmp_path / "live.db")
    with closing(sqlite3.connect(live.path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL").fetchall()
        writer.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        writer.execute("SELECT * FROM message").fetchall()
        live.add(text="in the log")
        if request.param == "idle":
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        folder = tmp_path / "copy"
        folder.mkdir()
        if request.param == "in use":
            assert (tmp_path / "live.db-shm").is_file()
            yield live.path
            return
        shutil.copyfile(live.path, folder / "live.db")
        log = Path(f"{live.path}-wal")
        if request.param != "idle":
            shutil.copyfile(log, folder / "live.db-wal")
        yield folder / "live.db"


def test_reading_changes_nothing_and_sees_the_log(logged: Path) -> None:
    before = contents(logged.parent)

    # In a process of its own: SQLite shares one -shm among its connections.
    code = (
        "import sys; from pytest_imessage_foundry.preview import read\n"
        "print([message.text for message in read(sys.argv[1]).messages()])"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(logged)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == "['in the log']\n"
    assert contents(logged.parent) == before
    assert [message.text for message in read(logged).messages()] == ["in the log"]


def test_few_columns_are_enough(scratch: Made) -> None:
    made = scratch()
    made.add(text="hello")
    made.add(text="hi", is_from_me=1)

    (chat,) = read(made.path).chats

    assert [(m.text, m.sender) for m in chat.messages] == [
        ("hello", "+15550100"),
        ("hi", None),
    ]


REACTION = "associated_message_guid TEXT", "associated_message_type INTEGER"


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([(2000, 0)], ["loved"]),
        ([(2000, 0), (3000, 0)], []),
        ([(3000, 0)], []),
        ([(2000, 0), (3000, 1)], ["loved"]),
        ([(2000, 0), (3000, 0), (2000, 0)], ["loved"]),
        ([(2001, 0), (2003, 0), (3003, 0)], ["liked"]),
    ],
)
def test_removed_tapbacks_are_gone(
    scratch: Made, rows: list[tuple[int, int]], left: list[str]
) -> None:
    made = scratch(*REACTION)
    target = made.add(text="hello")
    for kind, mine in rows:
        made.add(
            text="Loved “hello”",
            associated_message_guid=f"p:0/{target}",
            associated_message_type=kind,
            is_from_me=mine,
        )

    (message,) = read(made.path).messages()

    assert [tapback.name for tapback in message.tapbacks] == left


def test_a_tapback_on_nothing_stays_visible(scratch: Made) -> None:
    made = scratch(*REACTION)
    made.add(
        text="Loved “gone”",
        associated_message_guid="p:0/NOWHERE",
        associated_message_type=2000,
    )

    assert [m.text for m in read(made.path).messages()] == ["Loved “gone”"]


def test_files_outside_the_folder_of_the_database_are_never_read(
    scratch: Made, tmp_path: Path
) -> None:
    made = scratch()
    (tmp_path / "Attachments").mkdir()
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\nsecret")
    (tmp_path / "Attachments" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "Attachments" / "ok.png").write_bytes(b"\x89PNG\r\n\x1a\nfine")
    made.add(text="look")
    for name in ("../secret.png", "link.png", "/secret.png", "a\0b", "x" * 9999, ""):
        path = f"~/Library/Messages/Attachments/{name}"
        made.attach(1, name or "none", path, "image/png")
    made.attach(1, "direct", str(tmp_path / "secret.png"), "image/png")
    made.attach(1, "ok", "~/Library/Messages/Attachments/ok.png", "image/png")

    (message,) = read(made.path).messages()

    assert [file.name for file in message.files if file.path] == ["ok"]


def test_a_folder_is_named_and_not_opened(scratch: Made, tmp_path: Path) -> None:
    made = scratch()
    (tmp_path / "Attachments" / "Folder 1").mkdir(parents=True)
    made.add(text="look")
    made.attach(1, "all of it", "~/Library/Messages/Attachments/Folder 1", "")

    ((file,),) = (message.files for message in read(made.path).messages())

    assert (file.path, file.absence) == (None, "a folder")


def test_messages_without_a_chat_are_shown(scratch: Made) -> None:
    made = scratch()
    made.add(text="adrift", chat=99)

    chats = {chat.name: len(chat.messages) for chat in read(made.path).chats}

    assert chats == {"In no chat": 1, "": 0}


def test_columns_of_the_wrong_type_do_no_harm(scratch: Made) -> None:
    made = scratch(
        "message_summary_info BLOB", "payload_data BLOB", "item_type INTEGER"
    )
    odd = ["text", b"\xff\x00", 1.5, 2**62, -1, float("inf")]
    for value in odd:
        columns = ("text", "attributedBody", "date", "handle_id", "item_type")
        more = ("message_summary_info", "payload_data", "service")
        row: dict[str, Any] = dict.fromkeys((*columns, *more), value)
        made.add(**row)

    assert len(list(read(made.path).messages())) == len(odd)


@pytest.mark.parametrize("scenario", ["kinds", "default"])
def test_an_ordinary_message_is_read_as_any(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scenario: str
) -> None:
    path = tmp_path / "chat.db"
    forge(Order(Spec(release="tahoe", scenario=scenario, messages=300)), path)
    quick = read(path)
    monkeypatch.setattr(PhoneReader, "_ordinary_message", lambda *_: None)

    assert read(path) == quick
