"""A living database: what a reader sees, and what the file is in the end."""

from __future__ import annotations

import inspect
import json
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.chatdb.live import Live
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.db import builder, schema
from pytest_imessage_foundry.errors import FoundryError, UnsupportedError
from pytest_imessage_foundry.foundry import Foundry
from pytest_imessage_foundry.models import Poll, PollOption
from pytest_imessage_foundry.models.apple_time import SECOND
from pytest_imessage_foundry.spec import Spec

READER = Path(__file__).with_name("watching_reader.py")


@pytest.fixture
def make(tmp_path):
    """A small database by hand: a chat with Alex Doe, a group Trip, an SMS chat."""

    def built(release="tahoe", name="chat.db", **how):
        author = ChatDBBuilder(release, path=tmp_path / name, **how)
        alex, kim = author.person("Alex Doe"), author.person("Kim Lee", email=True)
        direct = author.direct(alex)
        direct.receive("Hello", author.file("photo")).tapback("loved")
        direct.send("Hi there")
        author.group(alex, kim, name="Trip").receive("Who drives?", sender=kim)
        author.direct(author.person("Jo Ray"), service="SMS").receive("By SMS")
        return author.build()

    return built


def rows(path, query, *values):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def one(path, query, *values):
    (row,) = rows(path, query, *values)
    return row


# --- the file is what a build of its truth would be --------------------------

REFERENCES = {  # column → how to say which row it means
    "handle_id": "SELECT id || '/' || service FROM handle WHERE ROWID = ?",
    "other_handle": "SELECT id || '/' || service FROM handle WHERE ROWID = ?",
    "chat_id": "SELECT guid FROM chat WHERE ROWID = ?",
    "chat": "SELECT guid FROM chat WHERE ROWID = ?",
    "message_id": "SELECT guid FROM message WHERE ROWID = ?",
    "attachment_id": "SELECT guid FROM attachment WHERE ROWID = ?",
}
# What live databases log of what they did, and ROWIDs that they used up by it.
HISTORY = {
    "deleted_messages",
    "sync_deleted_messages",
    "sync_deleted_attachments",
    "kvtable",
    "sqlite_sequence",
}
QUOTES = (
    "text",
    "attributedBody",
    "message_summary_info",
    "associated_message_range_location",
    "associated_message_range_length",
)


def content(path, stale=()):
    """Every table's rows with GUIDs in place of ROWIDs, in no order.

    A tapback keeps quoting what it reacted to: not compared where that is `stale`.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        return {
            name: sorted(
                (
                    described(connection, row, stale)
                    for row in connection.execute(f'SELECT * FROM "{name}"')
                ),
                key=repr,
            )
            for (name,) in tables.fetchall()
            if name not in HISTORY
        }


def described(connection, row, stale):
    row = {key: row[key] for key in row.keys() if key != "ROWID"}  # noqa: SIM118
    for column, query in REFERENCES.items():
        if row.get(column):
            found = connection.execute(query, (row[column],)).fetchone()
            row[column] = found[0]
    target = (row.get("associated_message_guid") or "").rpartition("/")[2]
    if target in stale:
        for column in QUOTES:
            del row[column]
    return row


def assert_as_built(db, tmp_path, stale=()):
    fresh = tmp_path / "fresh.db"
    builder.build(
        fresh,
        db.schema,
        db.conversations,
        owner=db.owner,
        people=db.personas,
        seed=db.seed,
    )
    assert content(db.path, stale) == content(fresh, stale)
    with db.connect() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [f for f in db.report().findings if f.severity == "error"] == []


def everything(phone):
    """Each verb once, on whatever the release holds; gives stale targets."""
    message = phone.receive("Alex Doe", "Dinner at 7?")
    phone.read(message)
    answer = phone.send("Alex Doe", "Sure", reply_to=message, effect="slam")
    phone.deliver(answer)
    phone.read(answer)
    phone.edit(answer, "Sure, 7:30")
    phone.tapback(answer, "loved")
    phone.tapback(answer, "emphasized")
    liked = phone.tapback(message, "liked")
    phone.remove_tapback(liked)
    phone.tapback(message, "laughed")
    phone.remove_tapback(message, keeps_added=True)
    phone.sticker(phone.send("Alex Doe", phone.file("photo"), "two parts"))
    phone.unsend(phone.send("Alex Doe", phone.file("photo"), "never mind"), 0)
    phone.unsend(phone.send("Alex Doe", "wrong chat"))
    phone.fail(phone.send("Alex Doe", "no network"))
    phone.receive("Alex Doe", "an old one, late", at=message.date - 10**9)
    late = phone.receive("Trip", "Late joiner", sender="Kim Lee", joins_later=True)
    phone.join(late)
    phone.rename("Trip", "Road trip")
    phone.set_photo("Road trip")
    phone.set("Road trip", mutes=True)
    phone.left("Road trip", "Kim Lee")
    phone.added("Road trip", "Jo Ray", by="Alex Doe")
    phone.receive("Road trip", "Hello all", sender="Jo Ray")
    phone.removed("Road trip", "Jo Ray", by="Alex Doe")
    phone.removed("Road trip", "me", by="Alex Doe")
    phone.added("Road trip", "me", by="Alex Doe")
    phone.delete(phone.receive("Road trip", "delete me", sender="Alex Doe"))
    phone.delete(phone.send("Road trip", "keep", "not this"), parts=(1,))
    gone = phone.receive("Road trip", phone.file("pdf"), sender="Alex Doe")
    phone.tapback(gone, "loved")
    phone.delete(gone, permanent=True)
    phone.send("Alex Doe", "as a text", service="SMS")
    new = phone.person("Max Lund")
    phone.receive(phone.direct(new), "New number!")
    phone.receive(phone.group(new, name="Two"), "A new group", sender=new)


@pytest.mark.parametrize("layout", ["fresh", "migrated"])
@pytest.mark.parametrize("release", schema.RELEASES)
def test_the_file_is_what_a_build_of_its_truth_would_be(
    make, tmp_path, release, layout
):
    db = make(release, layout=layout)
    with db.live() as phone:
        everything(phone)
        assert phone.conversations == db.conversations

    # reply_to_guid of the message that a late one slipped in before stays as it was.
    late = next(m for m in db.messages if m.text == "an old one, late")
    after = min(m.date for m in db.conversations[0].messages if m.date > late.date)
    with db.connect() as connection:
        connection.execute(
            "UPDATE message SET reply_to_guid = ? WHERE date = ?", (late.guid, after)
        )
    assert_as_built(db, tmp_path)


def lived_in(phone):
    """What a phone that is lived in meets, on whatever the release holds."""
    eve = phone.person("Eve Marsh", addresses=["phone", "email"])
    one, two = phone.direct(eve), phone.direct(eve, address=eve.addresses[1])
    message = phone.receive(one, "Where are you?", also_in=two)
    phone.read(message)
    phone.tapback(message, "liked")
    phone.delete(phone.receive(one, "Both of them", also_in=two))
    later = phone.receive(two, "Joined to two", joins_later=True, also_in=one)
    phone.join(later)
    phone.also_in(phone.send(one, "Sent to one, and then another"), two)
    phone.send(one, "From the laptop", from_other_device=True)
    phone.receive(one, "From nobody", nameless=True, chatless=True)
    phone.receive(one, "Blank", blank=("part_count", "e:"))
    phone.receive(one, "Old", at="2016-05-01", in_seconds=("date", "date_read"))
    phone.formerly(one, "RCS")
    photo = phone.receive(one, "Look:", phone.file("photo"), attaches_later=True)
    phone.download(phone.attach(photo))
    phone.download(phone.receive(one, phone.file("pdf", state="not-downloaded")))
    phone.attach(phone.receive(one, phone.file("video"), attaches_later=True))
    phone.react_in_text(photo, "liked")
    whole = phone.receive(one, phone.file("live-photo"), phone.file("folder"))
    phone.send(one, "That one", reply_to=phone.target(whole, part=1))
    phone.trait(whole, notified=True)
    shop = phone.person("Shop", address="15514")
    phone.receive(phone.direct(shop, service="SMS", filtered="orders"), "Order 17")
    phone.receive(phone.direct(shop, service="SMS"), "Hello")
    phone.direct(shop, service="SMS", filtered="junk")
    phone.set(phone.direct(phone.person("Pest")), is_blocked=True)
    try:
        phone.set_background(shown := phone.direct(phone.person("Ivy Rose")))
        phone.remove_background(shown)
    except UnsupportedError:
        phone.resent_as_sms(phone.send(shown, "Did this get through?"))
    note = phone.note_to_self()
    phone.edit(phone.send(note, "Buy milk"), "Buy oat milk")
    phone.send(note, "Buy bread", twin=True)
    phone.send(note, "Buy salt", twin=False)
    nora = phone.person("Nora Bell", addresses=["phone", "phone"])
    choir = phone.group(nora, eve, name="Choir")
    phone.formerly(choir, "RCS")
    phone.number_changed(choir, nora, nora.addresses[1], copies=2)
    phone.rename(choir, "Singers", copies=2)
    first = phone.receive(choir, "New number", sender=nora)
    phone.receive(choir, "Old", sender=eve, at=first.date - 10**12, rowid_after=first)
    phone.direct(nora, service="SMS")
    phone.left(choir, nora)
    phone.left(choir)


@pytest.mark.parametrize("release", schema.RELEASES)
def test_a_phone_that_is_lived_in(make, tmp_path, release):
    db = make(release)
    with db.live() as phone:
        lived_in(phone)
        assert phone.conversations == db.conversations
    # A message that came late slipped in before others: what they name stays.
    with db.connect() as connection:
        for chat in db.conversations:
            before = None
            for message in chat.messages:
                connection.execute(
                    "UPDATE message SET reply_to_guid = ? WHERE guid = ?",
                    (before, message.guid),
                )
                before = message.guid
    assert_as_built(db, tmp_path)


def test_files_come_after_their_message(make):
    db = make()
    joined = (
        "SELECT count(*), max(a.transfer_state) FROM message m "
        "JOIN message_attachment_join j ON j.message_id = m.ROWID "
        "JOIN attachment a ON a.ROWID = j.attachment_id WHERE m.guid = ?"
    )
    flag = "SELECT cache_has_attachments FROM message WHERE guid = ?"
    with db.live() as phone:
        message = phone.receive("Alex Doe", phone.file("photo"), attaches_later=True)
        (file,) = message.attachments
        path = db.attachments / file.path
        assert one(db.path, joined, message.guid) == (0, None)
        assert one(db.path, flag, message.guid) == (0,)
        with pytest.raises(FoundryError, match="no file can become 'present'"):
            phone.download(message)
        phone.attach(message)
        assert one(db.path, joined, message.guid) == (1, 0)
        assert one(db.path, flag, message.guid) == (1,)
        assert not path.exists()
        phone.download(message)
        assert one(db.path, joined, message.guid) == (1, 5)
        assert path.stat().st_size == file.total_bytes
        with pytest.raises(FoundryError, match="no file can become 'waiting'"):
            phone.attach(message)


def test_members_of_the_file_are_those_of_every_moment(make):
    db = make()
    query = (
        "SELECT h.id FROM chat_handle_join j JOIN chat c ON c.ROWID = j.chat_id "
        "JOIN handle h ON h.ROWID = j.handle_id WHERE c.room_name IS NOT NULL"
    )

    def is_as_told():
        told = set(db.conversations[1].participants)
        assert {address for (address,) in rows(db.path, query)} == told
        return len(told)

    with db.live() as phone:
        assert is_as_told() == 2
        phone.added("Trip", "Jo Ray", by="Kim Lee")
        assert is_as_told() == 3
        phone.removed("Trip", "Kim Lee")
        assert is_as_told() == 2
        with pytest.raises(FoundryError, match="Kim Lee is no longer in the chat"):
            phone.receive("Trip", "Let me in", sender="Kim Lee")
        phone.removed("Trip", "me", by="Jo Ray")
        state = "SELECT state FROM chat WHERE room_name IS NOT NULL"
        assert one(db.path, state) == (0,)
        with pytest.raises(FoundryError, match=r"\(the owner\) is no longer in") as out:
            phone.receive("Trip", "He is gone", sender="Jo Ray")
        assert "were in it at that moment: Alex Doe, Jo Ray\n" in str(out.value)
        phone.added("Trip", "me", by="Jo Ray")
        assert one(db.path, state) == (3,)
        phone.added("Trip", "Kim Lee")
        phone.receive("Trip", "Thanks", sender="Kim Lee")
        assert is_as_told() == 3


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda phone, m, **at: phone.edit(m, "zz", **at), "edited within 15 minutes"),
        (lambda phone, m, **at: phone.unsend(m, **at), "unsent within 2 minutes"),
    ],
)
def test_a_change_comes_after_the_phone_went_on(make, change, rule):
    db = make()
    with db.live() as phone:
        old = phone.receive("Alex Doe", "long ago")
        phone.receive("Alex Doe", "and now", at=old.sent_at + timedelta(days=270))
    with db.live() as phone:
        with pytest.raises(FoundryError, match=rule) as caught:
            change(phone, old)
        assert "receive or send one now and change that" in str(caught.value)
        # One of this phone is changed after what it heard before, if that is in time.
        new = phone.receive("Alex Doe", "Hello")
        now = phone.receive("Alex Doe", "Hi", at=new.sent_at + timedelta(seconds=90))
        assert changed_at(change(phone, new)) >= now.date
        # Neither is one that this phone itself has gone on from.
        later = new.sent_at + timedelta(hours=3)
        last = phone.receive("Alex Doe", "Still there?", at=later)
        with pytest.raises(FoundryError, match=rule):
            change(phone, now)
        assert changed_at(change(phone, last)) >= last.date
        # Said to be in time, it is one that the phone hears of late.
        in_time = old.date + 30 * SECOND
        assert changed_at(change(phone, old, at=in_time)) == in_time
    assert db.report().ok


def changed_at(message):
    return message.edits[-1].date if message.edits else message.parts[0].date


def test_an_imessage_is_resent_as_sms(make):
    db = make("sequoia")
    joined = (
        "SELECT c.service_name FROM chat_message_join j JOIN chat c ON "
        "c.ROWID = j.chat_id JOIN message m ON m.ROWID = j.message_id "
        "WHERE m.guid = ? ORDER BY c.ROWID"
    )
    with db.live() as phone:
        first = phone.send("Alex Doe", "Did this get through?")
        chats = len(phone.conversations)
        message = phone.resent_as_sms(first)
        assert len(phone.conversations) == chats + 1
        assert (message.service, message.traits.downgraded) == ("SMS", True)
        assert rows(db.path, joined, first.guid) == [("iMessage",), ("SMS",)]
        phone.resent_as_sms(phone.send("Alex Doe", "And this?"))
        assert len(phone.conversations) == chats + 1
        with pytest.raises(FoundryError, match="it went over SMS"):
            phone.resent_as_sms(first)


def test_properties_that_could_not_be_written_are_not_told(make):
    db = make("sonoma")
    with db.live() as phone, closing(sqlite3.connect(db.path)) as other:
        phone._connection.execute("PRAGMA busy_timeout = 1")
        jo = next(each for each in db.personas if each.name == "Jo Ray")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(FoundryError, match="locked"):
            phone.direct(jo, service="SMS", filtered="junk")
        other.rollback()
        phone.receive("Jo Ray", "Hello")
    assert {chat.properties.filtered for chat in db.conversations} == {"known"}


def test_a_step_of_two_rows_that_fails_leaves_none(make):
    db = make("sonoma")
    with db.live() as phone, closing(sqlite3.connect(db.path)) as other:
        phone._connection.execute("PRAGMA busy_timeout = 1")
        note = phone.note_to_self()
        before = phone.conversations
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(FoundryError, match="locked"):
            phone.send(note, "not now")
        with pytest.raises(FoundryError, match="locked"):
            phone.left("Trip", "Kim Lee")
        with pytest.raises(FoundryError, match="locked"):
            phone.formerly("Trip", "RCS")
        other.rollback()
        assert phone.conversations == db.conversations == before
        phone.receive("Trip", "still in", sender="Kim Lee")
        phone.formerly("Trip", "RCS")
        phone.send(note, "now")
    assert [message.text for message in db.conversations[-1].messages] == ["now"] * 2


def test_polls_live(make, tmp_path):
    db = make()
    options = tuple(PollOption(id=f"{n}", text=f"Choice {n}") for n in range(3))
    with db.live() as phone:
        poll = phone.send("Trip", balloon=Poll(options=options))
        phone.vote(poll, "Choice 1", by="Kim Lee")
        phone.add_choice(poll, "Choice 3")
        voted = phone.vote(poll, "Choice 2", "Choice 3")

    assert len(voted.balloon.votes) == 2
    assert_as_built(db, tmp_path)


@pytest.mark.parametrize("scenario", ["kinds", "default"])
@pytest.mark.parametrize("release", ["sonoma", "tahoe"])
def test_a_scenario_goes_on(tmp_path, release, scenario):
    maker = Foundry(tmp_path / "templates", tmp_path / "copies")
    spec = Spec(release=release, scenario=scenario, messages=200, source="faker")
    order = maker.order(spec)
    db, other = maker.hand_out(order), maker.hand_out(order)
    before = db.conversations
    written = 0
    with db.live() as phone:
        for chat in before:
            sender = chat.participants[0] if chat.is_group else None
            if None not in chat.members_at(db.messages[-1].date):
                with pytest.raises(FoundryError, match=r"owner\) is no longer in"):
                    phone.receive(chat, "Still here?", sender=sender)
                continue
            try:
                message = phone.receive(chat, "Still here?", sender=sender)
            except UnsupportedError:
                assert chat.service == "RCS"
                assert release == "sonoma"
                continue
            own = chat.identifier in db.owner.addresses
            written += 3 if own and release == "sonoma" else 2  # a note comes back
            phone.tapback(phone.read(message), "loved")
            reply_to = None if message.service in ("SMS", "RCS") else message
            phone.deliver(phone.send(chat, phone.file("photo"), reply_to=reply_to))

    assert len(db.messages) == len(other.messages) + written
    assert other.conversations == before
    assert_as_built(db, tmp_path)


@pytest.mark.parametrize(
    "seed",
    [*range(2), *(pytest.param(n, marks=pytest.mark.sweep) for n in range(2, 8))],
)
@pytest.mark.parametrize("release", ["sonoma", "tahoe"])
def test_any_sequence_of_steps(make, tmp_path, release, seed):
    db, draw, stale = make(release, seed=seed), Random(seed), set()
    messages = []
    with db.live(wal=draw.choice(["open", "checkpointed"])) as phone:
        for number in range(40):
            verb = draw.choice(["receive", "send", "more", "more", "more"])
            if verb == "receive" or not messages:
                late = draw.random() < 0.3
                messages.append(
                    phone.receive("Alex Doe", f"text {number}", joins_later=late)
                )
            elif verb == "send":
                reply = draw.choice([None, *(m for m in messages if not m.is_unsent)])
                messages.append(phone.send("Alex Doe", "a", "b", reply_to=reply))
            else:
                at = draw.randrange(len(messages))
                deleted = messages[at].traits.deleted
                if messages[at].is_unsent or (deleted and deleted.permanent):
                    continue
                step = draw.choice(STEPS)
                if deleted and step in REWRITES:
                    continue  # what was put aside says what it said then
                try:
                    messages[at] = step(phone, messages[at])
                except FoundryError:
                    continue
                stale.update({messages[at].guid} if step in REWRITES else ())
    assert_as_built(db, tmp_path, stale)


REWRITES = (
    lambda phone, message: phone.edit(message, f"{message.text}!"),
    lambda phone, message: phone.unsend(message),
)
STEPS = (
    *REWRITES,
    lambda phone, message: phone.tapback(message, "loved"),
    lambda phone, message: phone.remove_tapback(message),
    lambda phone, message: phone.read(message),
    lambda phone, message: phone.deliver(message),
    lambda phone, message: phone.sticker(message),
    lambda phone, message: phone.join(message),
    lambda phone, message: phone.delete(message),
    lambda phone, message: phone.delete(message, parts=(0,)),
    lambda phone, message: phone.delete(message, permanent=True),
)


def test_living_on_twice_repeats_no_guid(make, tmp_path):
    db = make()
    for _ in range(2):
        with db.live() as phone:
            phone.receive("Alex Doe", "again")
            phone.send("Alex Doe", phone.file("photo"))

    assert len({message.guid for message in db.messages}) == 8
    assert_as_built(db, tmp_path)


# --- under a reader ----------------------------------------------------------


@contextmanager
def watching(path):
    """A second process that reads all the time; its last reading at the end."""
    said = {}
    with subprocess.Popen(
        [sys.executable, str(READER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield said
        out, _ = process.communicate(timeout=20)
    said.update(json.loads(out))


@pytest.mark.parametrize("wal", ["open", "checkpointed"])
def test_a_reader_in_another_process(make, wal):
    db = make()
    before = len(db.messages) + 1  # and a tapback
    with db.live(wal=wal) as phone, watching(db.path) as reading:
        everything(phone)
        for number in range(40):
            message = phone.receive("Alex Doe", f"message {number}")
            phone.read(message)
            phone.tapback(message, "loved")

    assert reading["errors"] == []
    assert reading["sizes"][0] >= before
    assert len(reading["sizes"]) > 5
    seen = reading["last"]
    for chat in db.conversations:
        for message in chat.messages:
            deleted = message.traits.deleted
            if deleted is not None and deleted.permanent:
                assert message.guid not in seen
                continue
            is_in_chat = deleted is None or bool(deleted.parts)
            says_nothing = message.event is not None or message.is_unsent
            text, _, where, date_read, sender = seen.pop(message.guid)
            assert text == (None if says_nothing else message.text)
            assert where == (chat.guid if is_in_chat else None)
            assert (date_read, sender) == (message.date_read, message.sender)
            for drawn in (*message.tapbacks, *message.stickers):
                removed = getattr(drawn, "removed", None)
                if removed is None or removed.keeps_added:
                    assert seen.pop(drawn.guid)[1] == f"p:{drawn.part}/{message.guid}"
                if removed is not None:
                    assert seen.pop(removed.guid)[1] == f"p:{drawn.part}/{message.guid}"
    assert seen == {}


def test_each_step_shows_at_once_and_whole(make):
    db = make()
    with db.live() as phone, closing(sqlite3.connect(db.path)) as reader:
        message = phone.receive("Alex Doe", "now")
        query = "SELECT text, is_read FROM message WHERE guid = ?"
        assert reader.execute(query, (message.guid,)).fetchall() == [("now", 0)]
        phone.read(message)
        assert reader.execute(query, (message.guid,)).fetchall() == [("now", 1)]


# --- single steps ------------------------------------------------------------


def test_a_join_lands_after_its_message(make):
    db = make()
    joined = "SELECT count(*) FROM chat_message_join j JOIN message m ON m.ROWID = "
    joined += "j.message_id WHERE m.guid = ?"
    with db.live() as phone:
        message = phone.receive("Trip", "late", sender="Kim Lee", joins_later=True)
        assert one(db.path, joined, message.guid) == (0,)
        assert message.traits.chatless
        message = phone.join(message)
        assert one(db.path, joined, message.guid) == (1,)
        assert not message.traits.chatless
    room = "SELECT cache_roomnames FROM message WHERE guid = ?"
    assert one(db.path, room, message.guid)[0] == db.conversations[1].identifier


def test_a_late_arrival_has_an_old_date_and_a_new_rowid(make):
    db = make()
    first = db.messages[0]
    with db.live() as phone:
        late = phone.receive("Alex Doe", "from the cloud", at=first.date - 10**9)
    assert db.messages[0] == late
    query = "SELECT guid FROM message ORDER BY ROWID DESC LIMIT 1"
    assert one(db.path, query) == (late.guid,)


def test_deleting_leaves_what_apples_triggers_leave(make):
    db = make()
    with db.live() as phone:
        message = phone.delete(phone.receive("Alex Doe", "delete me"))
        assert one(
            db.path,
            "SELECT count(*) FROM chat_recoverable_message_join r JOIN message m "
            "ON m.ROWID = r.message_id WHERE m.guid = ?",
            message.guid,
        ) == (1,)
        message = phone.delete(message, permanent=True)
    assert rows(db.path, "SELECT * FROM message WHERE guid = ?", message.guid) == []
    assert one(db.path, "SELECT guid FROM deleted_messages") == (message.guid,)


def test_a_removed_tapback_takes_its_row_along(make):
    db = make()
    with db.live() as phone:
        first = db.conversations[0].messages[0]
        (tapback,) = first.tapbacks
        phone.remove_tapback(first)
    found = rows(
        db.path,
        "SELECT associated_message_type FROM message WHERE text LIKE '%“Hello%'",
    )
    assert found == [(3000,)]
    assert one(db.path, "SELECT guid FROM deleted_messages") == (tapback.guid,)


def test_a_changed_tapback_takes_the_row_of_the_first_along(make):
    db = make()
    with db.live() as phone:
        first = db.conversations[0].messages[0]
        phone.tapback(first, "laughed")
        gone = {"guid": phone.tapback(first, "liked").tapbacks[0].replaced[-1].guid}
    found = rows(
        db.path,
        "SELECT associated_message_type FROM message WHERE text LIKE '%“Hello%'",
    )
    assert found == [(2001,)]
    (tapback,) = db.conversations[0].messages[0].tapbacks
    noted = rows(db.path, "SELECT guid FROM deleted_messages")
    assert noted == [(each.guid,) for each in tapback.replaced]
    assert (gone["guid"],) in noted


def test_the_counters_are_the_triggers(make):
    db = make()
    query = "SELECT donated_count FROM index_state_metrics"
    (before,) = one(db.path, query)
    with db.live() as phone:
        phone.delete(phone.receive("Alex Doe", "one"))
        phone.receive("Alex Doe", "two")
    assert one(db.path, query) == (before + 1,)


def test_the_wal_stays_open_until_a_checkpoint(make):
    db = make()
    wal = db.path.with_name("chat.db-wal")
    with db.live() as phone:
        phone.receive("Alex Doe", "in the -wal")
        alone = f"{db.path.as_uri()}?mode=ro&immutable=1"
        query = "SELECT count(*) FROM message WHERE text = 'in the -wal'"
        with closing(sqlite3.connect(alone, uri=True)) as reader:
            assert reader.execute(query).fetchone() == (0,)
        assert wal.stat().st_size > 0
        assert phone.checkpoint()
        assert wal.stat().st_size == 0
        with closing(sqlite3.connect(alone, uri=True)) as reader:
            assert reader.execute(query).fetchone() == (1,)
    assert not wal.exists()


def test_files_land_beside_and_in_no_other_copy(tmp_path):
    maker = Foundry(tmp_path / "shared", tmp_path / "private")
    order = maker.order(Spec(scenario="small", messages=20))
    db, other = maker.hand_out(order), maker.hand_out(order)
    with db.live() as phone:
        chat = db.conversations[0]
        message = phone.send(chat, phone.file("pdf"))
    (file,) = message.attachments
    assert (db.attachments / file.path).stat().st_size == file.total_bytes
    assert not (other.attachments / file.path).exists()
    maker.clear(db.path.parent)
    assert not (maker.hand_out(order).attachments / file.path).exists()


def test_a_step_that_cannot_be_written_changes_nothing(make):
    db = make()
    with db.live() as phone, closing(sqlite3.connect(db.path)) as other:
        before = phone.conversations
        phone._connection.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(FoundryError, match="locked"):
            phone.receive("Alex Doe", "not now")
        with pytest.raises(FoundryError, match="locked"):
            phone.edit(before[0].messages[1], "not now")
        with pytest.raises(FoundryError, match="locked"):
            phone.direct(phone.person("Somebody New"))
        other.rollback()
        assert phone.conversations == db.conversations == before
        phone.receive("Alex Doe", "now")
    assert db.messages[-1].text == "now"


@pytest.mark.parametrize(
    ("step", "match"),
    [
        (lambda phone: phone.receive("Nobody", "hi"), "no chat is 'Nobody'"),
        (lambda phone: phone.edit("no-guid", "hi"), "no message is 'no-guid'"),
        (
            lambda phone: phone.deliver(phone.receive("Alex Doe", "hi")),
            "only an own message is delivered",
        ),
        (
            lambda phone: phone.read(phone.send("Trip", "hi")),
            "no group tells its sender",
        ),
        (lambda phone: phone.receive("Trip", "hi"), "needs its sender"),
        (
            lambda phone: phone.delete(phone.delete(phone.send("Trip", "hi"))),
            "can only be deleted once",
        ),
        (
            lambda phone: phone.tapback(phone.receive("Alex Doe", "hi"), "🎉"),
            "sonoma cannot hold an emoji tapback",
        ),
    ],
)
def test_errors_say_what_to_do(make, step, match):
    db = make("sonoma")
    with db.live() as phone, pytest.raises(FoundryError, match=match):
        step(phone)


def test_a_shared_database_does_not_live(make):
    db = make()
    db._readonly = True
    with pytest.raises(FoundryError, match="chat_db_readonly"), db.live():
        pass


def test_what_is_told_follows(make):
    db = make()
    with db.live() as phone:
        person = phone.person("Max Lund")
        chat = phone.direct(person)
        assert phone.direct(person) == chat
        phone.receive(person, "hi")
    assert person in db.personas
    assert db.conversations[-1].messages[0].text == "hi"
    assert list(db.stream()) == list(db.conversations)
    assert "hi" in json.dumps(db.truth())
    assert db.provenance()


def test_every_verb_of_writing_by_hand_is_one_of_a_living_phone():
    by_hand = {
        name
        for each in (Chat, Draft)
        for name, verb in inspect.getmembers(each, callable)
        if not name.startswith("_")
    }
    asks = {"conversation", "address_in", "name_of"}
    otherwise = {
        "over",  # service= of send() and direct()
        "awaits_files",  # attaches_later=
        "as_target",  # target()
    }
    assert by_hand - asks - otherwise <= set(dir(Live))
