"""Building a file: triggers, atomic publication, equal bytes, flat memory."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from writing import build_kinds, look, tables, write

from pytest_imessage_foundry import atomic
from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import builder, new_file, schema
from pytest_imessage_foundry.db.rows.chats import Accounts, ChatContext
from pytest_imessage_foundry.db.rows.columns import NULL, ORDINARY, VARYING
from pytest_imessage_foundry.db.rows.message import changes, is_ordinary, ordinary_row
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.foundry import Order, forge
from pytest_imessage_foundry.models import (
    LONG_PART_NUMBER,
    OTHER_DEVICE,
    Conversation,
    Message,
    TextPart,
)
from pytest_imessage_foundry.models import ORDINARY as NO_TRAITS
from pytest_imessage_foundry.spec import Spec

LAYOUTS = list(product(schema.RELEASES, ("fresh", "migrated")))
each_layout = pytest.mark.parametrize(
    ("release", "layout"), LAYOUTS, ids=["-".join(each) for each in LAYOUTS]
)


def small(release="tahoe", text="Hello"):
    phone = Author(release)
    phone.direct(phone.person("Alex Doe")).receive(text)
    return phone


# --- indexes and triggers -----------------------------------------------------


@each_layout
def test_triggers_before_or_after_the_rows_make_the_same_rows(
    kinds, tmp_path, release, layout
):
    """Nothing is left out: what triggers write (chat_service, index_state_metrics,
    cache_roomnames) is compared, too. Chats come first where triggers look for
    them, so sqlite_sequence has its rows in another order."""
    before = tmp_path / "before.db"
    build_kinds(before, release, layout, triggers_first=True)
    rows, triggered = tables(kinds(release, layout).path), tables(before)
    for each in (rows, triggered):
        each["sqlite_sequence"] = sorted(row[1:] for row in each["sqlite_sequence"])
    assert rows == triggered


@each_layout
def test_the_file_is_whole(kinds, release, layout):
    file = kinds(release, layout)
    counts = file.counts
    with closing(look(file.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        for table, number in (
            ("message", counts.messages),
            ("chat", counts.chats),
            ("handle", counts.handles),
            ("attachment", counts.attachments),
        ):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (number,)


def test_sparse_indexes_hold_few_rows(tmp_path):
    """They are kept up row by row, which pays only then."""
    spec = Spec(release="tahoe", messages=1_000)
    forge(Order(spec), tmp_path / "chat.db", attachments=False)
    indexes = schema.get("tahoe").indexes
    with closing(sqlite3.connect(tmp_path / "chat.db")) as db:
        (every,) = db.execute("SELECT count(*) FROM message").fetchone()
        for name in new_file.SPARSE:
            where = indexes[name].where
            (held,) = db.execute(
                f"SELECT count(*) FROM message WHERE {where}"
            ).fetchone()
            assert held <= every / 5, name


@each_layout
def test_every_column_of_message_is_stated(kinds, release, layout):
    columns = schema.get(release, layout=layout).tables["message"].column_names
    stated = kinds(release, layout).stated
    assert stated
    assert [set(columns) - names for names in stated] == [set()] * len(stated)


SERVICES = ("iMessage", "SMS", "RCS")
ORDINARY_MESSAGES = [
    Message(
        guid="00000000-0000-4000-8000-000000000001",
        date=781_000_000 * 10**9,
        sender=sender,
        parts=(TextPart(text),),
        service=service,
        storage=storage,
        immutable=immutable,
        writing_direction=direction,
        traits=traits,
        date_read=781_000_009 * 10**9 if read else 0,
        date_delivered=781_000_001 * 10**9 if sender is None and read else 0,
    )
    for sender, service, storage, immutable, direction, read, text, traits in product(
        (None, "+12125550101"),
        SERVICES,
        ("both", "archive", "text"),
        (False, True),
        (False, True),
        (False, True),
        ("Hello", "Grüße 🎈"),
        (NO_TRAITS, OTHER_DEVICE, LONG_PART_NUMBER),
    )
]


@pytest.mark.parametrize("is_group", [False, True])
def test_the_short_way_to_an_ordinary_row_is_the_long_one(is_group):
    phone = Author("tahoe")
    person = phone.person("Alex Doe", address="+12125550101")
    chat = phone.group(person) if is_group else phone.direct(person)
    place = ChatContext.of(chat.conversation(), 1, Accounts(phone.owner, 0))
    for message in ORDINARY_MESSAGES:
        assert is_ordinary(message)
        row = [None if v is NULL else v for v in ordinary_row(message, place, "X")]
        short = dict(zip(VARYING[1:], row, strict=True))
        long = changes(message, place, "X")
        assert ORDINARY | short == ORDINARY | long


# --- publication --------------------------------------------------------------


def test_a_build_that_raises_leaves_the_former_file(tmp_path):
    former = write(small(text="former"), tmp_path)
    wal = tmp_path / "chat.db-wal"
    wal.write_bytes(b"somebody's")
    kept = former.path.read_bytes()

    def messages():
        yield from small().conversations()[0].messages
        raise RuntimeError("half way")

    phone = small()
    (chat,) = phone.conversations()
    with pytest.raises(RuntimeError, match="half way"):
        builder.build(
            former.path,
            phone.schema,
            [replace(chat, messages=messages())],
            owner=phone.owner,
        )
    assert former.path.read_bytes() == kept
    assert wal.read_bytes() == b"somebody's"
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "chat.db",
        "chat.db-wal",
    ]


def test_a_build_that_cannot_take_its_place_gives_the_wal_back(tmp_path, monkeypatch):
    replace = os.replace

    def refuse(source, target):
        if os.fspath(target).endswith("chat.db"):
            raise PermissionError(13, "refused", os.fspath(target))
        replace(source, target)

    (tmp_path / "chat.db").write_bytes(b"")
    (tmp_path / "chat.db-wal").write_bytes(b"somebody's")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(
        FoundryError, match=r"could not be written: refused\n.*chat\.db"
    ):
        write(small(), tmp_path)
    assert (tmp_path / "chat.db-wal").read_bytes() == b"somebody's"
    assert len(list(tmp_path.iterdir())) == 2


KILLED = """
import sys, time
from dataclasses import replace
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import builder

phone = Author("tahoe")
chat = phone.direct(phone.person("Alex Doe"))
for number in range(700):
    chat.receive(f"number {number}")
(written,) = phone.conversations()

def messages():
    for number, message in enumerate(written.messages):
        if number == 600:  # more than one batch
            print("half way", flush=True)
            time.sleep(60)
        yield message

chats = [replace(written, messages=messages())]
builder.build(sys.argv[1], phone.schema, chats, owner=phone.owner)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_build_that_is_killed_leaves_the_former_file(tmp_path):
    former = write(small(text="former"), tmp_path)
    kept = former.path.read_bytes()
    command = [sys.executable, "-c", KILLED, str(former.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        drafts = list(tmp_path.glob(".chat.db.*.draft"))
        process.send_signal(signal.SIGKILL)
    assert (said, len(drafts)) == ("half way\n", 1)
    assert process.returncode == -signal.SIGKILL
    assert former.path.read_bytes() == kept
    # What a killed build leaves hinders no later one.
    again = write(small(text="later"), tmp_path)
    assert again.row("SELECT text FROM message")["text"] == "later"


def test_a_wal_left_by_an_earlier_file_does_no_harm(tmp_path):
    former = write(small(text="former"), tmp_path)
    with closing(sqlite3.connect(former.path)) as hot:
        hot.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        hot.execute("UPDATE message SET text = 'from the WAL'")
        hot.commit()
        wal = (tmp_path / "chat.db-wal").read_bytes()
        shm = (tmp_path / "chat.db-shm").read_bytes()
    (tmp_path / "chat.db-wal").write_bytes(wal)
    (tmp_path / "chat.db-shm").write_bytes(shm)
    assert len(wal) > 0
    write(small(text="new"), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["chat.db"]
    with closing(sqlite3.connect(former.path)) as db:
        assert db.execute("SELECT text FROM message").fetchall() == [("new",)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# --- bytes --------------------------------------------------------------------


@pytest.mark.parametrize("release", schema.RELEASES)
def test_the_header_is_a_wal_database_of_a_pinned_version(kinds, tmp_path, release):
    path = Path(shutil.copyfile(kinds(release, "fresh").path, tmp_path / "chat.db"))
    header = path.read_bytes()[:100]
    assert header[:16] == b"SQLite format 3\0"
    assert int.from_bytes(header[16:18], "big") == schema.get(release).page_size
    assert header[18:20] == b"\2\2"
    assert header[56:60] == b"\0\0\0\1"  # UTF-8
    assert int.from_bytes(header[96:100], "big") == new_file.SQLITE_VERSION
    assert [each.name for each in tmp_path.iterdir()] == ["chat.db"]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        # A real file grows on: its ROWIDs are never used again.
        db.execute("INSERT INTO message (guid) VALUES ('later')")
        assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        db.rollback()


DIGEST = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
import writing
writing.build_kinds(Path(sys.argv[1]))
"""


def test_the_bytes_are_the_same_in_every_process(tmp_path):
    here = os.path.dirname(__file__)
    worlds = [
        ("0", "UTC", "C"),
        ("1", "Asia/Kathmandu", "de_DE.UTF-8"),
        ("7", "", "tr"),
    ]
    running = []
    for seed, zone, locale in worlds:
        env = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        path = tmp_path / f"{seed}.db"
        command = [sys.executable, "-c", DIGEST, str(path), here]
        running.append((path, subprocess.Popen(command, env=env)))
    digests = set()
    for path, process in running:
        assert process.wait(60) == 0
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_the_bytes_are_the_same_in_one_process(kinds, tmp_path):
    once, again = kinds("tahoe", "fresh").path, tmp_path / "again.db"
    catalogue._written.cache_clear()
    build_kinds(again)
    assert once.read_bytes() == again.read_bytes()


# --- streaming ----------------------------------------------------------------


class Once:
    """Messages that can be walked once and know how often they were."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.walks = 0

    def __iter__(self):
        self.walks += 1
        for number in range(self.count):
            yield Message(
                guid=f"{number:08X}-0000-4000-8000-000000000000",
                date=(700_000_000 + number) * 10**9,
                sender=None if number % 2 else "+12125550101",
                parts=(TextPart(f"message {number}"),),
            )


def stream(path, count):
    phone = Author("tahoe")
    messages = Once(count)
    chat = Conversation(
        guid="any;-;+12125550101",
        identifier="+12125550101",
        founders=("+12125550101",),
        messages=messages,
        group_id="G",
    )
    counts = builder.build(path, phone.schema, [chat], owner=phone.owner)
    assert messages.walks == 1
    assert counts.messages == count


def peak_of(path, count):
    tracemalloc.start()
    try:
        stream(path, count)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "number",
    [
        12_000,  # shows if a message is kept, or its GUID
        # Anything kept for each message is 40 bytes or more.
        pytest.param(42_000, marks=pytest.mark.sweep),
    ],
)
def test_memory_is_flat(tmp_path, number):
    peak_of(tmp_path / "warm.db", 100)
    few, many = (peak_of(tmp_path / f"{n}.db", n) for n in (2_000, number))
    # What is made ahead and what is being written are at their fullest together only
    # now and then: up to half a MB.
    assert many - few < 800_000
    assert many < 8 * 2**20


def test_progress_is_told_batch_by_batch(tmp_path):
    told = []
    phone = small()
    chat = phone.chats[0]
    for number in range(1_200):
        chat.receive(f"{number}")
    counts = write(phone, tmp_path, progress=told.append).counts
    assert told == [builder.BATCH, 2 * builder.BATCH, counts.messages]


def test_chats_interleave_in_order_of_arrival(tmp_path):
    phone = Author()
    first = phone.direct(phone.person("Alex Doe"))
    second = phone.direct(phone.person("Sam Roe"))
    for number in range(20):
        (first, second)[number % 2].receive(f"{number}").tapback("loved")
    dates = write(phone, tmp_path).rows("SELECT date FROM message ORDER BY ROWID")
    assert [row["date"] for row in dates] == sorted(row["date"] for row in dates)


def test_a_late_arrival_has_the_higher_rowid(tmp_path):
    phone = Author()
    chat = phone.direct(phone.person("Alex Doe"))
    first = chat.receive("on time")
    late = chat.receive("before", at=first.message.date - 10**9)
    late.trait(arrived=first.message.date + 1)
    file = write(phone, tmp_path)
    assert file.message(late)["date"] < file.message(first)["date"]
    assert file.message(late)["ROWID"] > file.message(first)["ROWID"]
    joined = file.row(
        "SELECT * FROM chat_message_join WHERE message_id = ?",
        file.message(late)["ROWID"],
    )
    assert joined["message_date"] == late.message.date


def test_a_group_photo_needs_its_event(tmp_path):
    phone = small()
    group = phone.group(*phone.people[1:])
    photo = phone.file("group-photo")
    with pytest.raises(FoundryError, match="nobody gave the group the photo"):
        group.set(group_photo=photo)
    # The builder, too, refuses conversations that were made some other way.
    group.properties = replace(group.properties, group_photo=photo)
    with pytest.raises(ValueError, match="group photo"):
        write(phone, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FoundryError, match="could not be written"):
        write(small(), tmp_path / "nowhere")


def test_the_draft_of_a_killed_build_is_swept_up(tmp_path):
    path = tmp_path / "chat.db"
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    dead = tmp_path / f".chat.db.{process.pid}.draft"
    living = tmp_path / f".chat.db.{os.getppid()}.draft"
    for draft in (dead, living):
        draft.write_bytes(b"half a file")

    with atomic.replacing(path) as draft:
        draft.write_bytes(b"whole")

    assert sorted(tmp_path.iterdir()) == sorted([living, path])


def test_what_the_disk_refuses_is_one_error(tmp_path):
    with (
        pytest.raises(FoundryError, match=r"could not be written.*\n.*chat\.db\n"),
        atomic.naming_disk_errors(tmp_path / "chat.db"),
        closing(sqlite3.connect(tmp_path / "none" / "chat.db")),
    ):
        pass
    with (
        pytest.raises(sqlite3.OperationalError, match="syntax"),
        atomic.naming_disk_errors(tmp_path / "chat.db"),
        closing(sqlite3.connect(":memory:")) as connection,
    ):
        connection.execute("SELEKT")
