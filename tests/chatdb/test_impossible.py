"""What cannot be is refused with the reason, by hand and live, and nothing is lost."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Poll, PollOption, Reply, Translation
from pytest_imessage_foundry.models.apple_time import HOUR, MINUTE


@dataclass(frozen=True)
class Impossible:
    """Something that is refused: what is said, and how it is tried by hand and live.

    `hand` and `live` are given the scene below, whose chats and messages are drafts
    in the one and the truth in the other.
    """

    says: str
    hand: object = None
    live: object = None


def both(says, act):
    """What is written alike in both."""
    return Impossible(says, act, act)


def in_chat(chat, verb, *given, **fields):
    """A verb that a chat has by hand, and the phone has live."""

    def by_hand(scene):
        return getattr(getattr(scene, chat), verb)(*made(scene, given), **told(scene))

    def live(scene):
        named = getattr(scene, chat)
        return getattr(scene.phone, verb)(named, *made(scene, given), **told(scene))

    def told(scene):
        return {key: meant(scene, value) for key, value in fields.items()}

    return by_hand, live


def on(message, verb, *given, **fields):
    """A verb that a message has by hand, and the phone has live."""
    return in_chat(message, verb, *given, **fields)


def made(scene, given):
    return [meant(scene, each) for each in given]


def meant(scene, value):
    return value(scene) if callable(value) else value


def early(scene):
    return date(scene.said) - HOUR


def late(scene):
    return date(scene.said) + 16 * MINUTE


def date(message):
    return getattr(message, "message", message).date


def target(scene):
    said = scene.said
    return Reply(guid=getattr(said, "message", said).guid)


def alex(scene):
    return scene.alex


def kim(scene):
    return scene.kim


def max_(scene):
    return scene.max


def nora(scene):
    return scene.nora


def owner(scene):
    return scene.owner


def poll():
    return Poll(options=(PollOption(id="1", text="Tea"), PollOption(id="2", text="No")))


IMPOSSIBLE = {
    # --- who is in a chat ---
    "speaks before being added": Impossible(
        "Max Lund is not in the chat then",
        *in_chat("group", "receive", "Hello", sender=max_),
    ),
    "speaks in a chat of two others": Impossible(
        "Kim Lee is not in the chat then",
        *in_chat("direct", "receive", "Hello", sender=kim),
    ),
    "speaks after leaving": Impossible(
        "Nora Bell is no longer in the chat then",
        *in_chat("group", "receive", "Bye", sender=nora),
    ),
    "reacts after leaving": Impossible(
        "Nora Bell is no longer in the chat then, and cannot react",
        *on("asked", "tapback", "loved", by=nora),
    ),
    "is added twice": Impossible(
        "Kim Lee is in the chat already", *in_chat("group", "added", kim)
    ),
    "is removed before coming": Impossible(
        "Max Lund is not in the chat, and cannot leave it",
        *in_chat("group", "removed", max_),
    ),
    "is added by themselves": Impossible(
        "Max Lund cannot be added by themselves",
        *in_chat("group", "added", max_, by=max_),
    ),
    "comes back by themselves": Impossible(
        "Nora Bell cannot be added by themselves",
        *in_chat("group", "added", nora, by=nora),
    ),
    "is removed by themselves": Impossible(
        "Kim Lee cannot be removed by themselves",
        *in_chat("group", "removed", kim, by=kim),
    ),
    "the owner removes the owner": Impossible(
        r"\(the owner\) cannot be removed by themselves",
        *in_chat("group", "removed", "me"),
    ),
    "reacts by name": Impossible(
        "'Alex Doe' is a name, and a name is no person and no address",
        lambda scene: scene.said.tapback("loved", by="Alex Doe"),
    ),
    "leaves by name": Impossible(
        "pass what person",
        lambda scene: scene.group.left("Kim Lee"),
    ),
    "is added by name": Impossible(
        "'Max Lund' is a name",
        lambda scene: scene.group.added("Max Lund"),
    ),
    "leaves twice": Impossible(
        "Nora Bell is not in the chat, and cannot leave it",
        *in_chat("group", "left", nora),
    ),
    "nobody is added": Impossible(
        "nobody is named who was added", *in_chat("group", "event", "added")
    ),
    "somebody is added to a chat of two": Impossible(
        "only a group can announce 'added'", *in_chat("direct", "added", kim)
    ),
    "a chat of two is renamed": Impossible(
        "only a group can announce 'renamed'", *in_chat("direct", "rename", "We two")
    ),
    "the number changes to itself": Impossible(
        "the new number is the old one",
        *in_chat("group", "number_changed", alex, lambda scene: scene.alex.identifier),
    ),
    "the owner's number changes": Impossible(
        "the owner's own number changed",
        *in_chat("group", "number_changed", "me", "+12025550199"),
    ),
    # --- who somebody is ---
    "an address of somebody else": both(
        "Alex Doe does not have the address",
        lambda scene: scene.phone.direct(scene.alex, address=scene.kim.identifier),
    ),
    "a note to self with another's address": both(
        "does not have the address",
        lambda scene: scene.phone.note_to_self(address=scene.alex.identifier),
    ),
    "two people with one address": both(
        "cannot have the address",
        lambda scene: scene.phone.person("Al", address=scene.alex.identifier),
    ),
    "one person with an address twice": both(
        "has the address 15512 twice",
        lambda scene: scene.phone.person("Al", addresses=["15512", "15512"]),
    ),
    "an address and addresses": both(
        "has both an address and addresses",
        lambda scene: scene.phone.person("Al", address="15512", addresses=["15513"]),
    ),
    "a group with the owner": both(
        "is the owner of this phone",
        lambda scene: scene.phone.group(scene.alex, scene.owner),
    ),
    "a group with somebody twice": both(
        "cannot be in a group twice",
        lambda scene: scene.phone.group(scene.alex, scene.alex),
    ),
    "a group of nobody": both("needs somebody", lambda scene: scene.phone.group()),
    "a group made at no time": both(
        "'long ago' is no time",
        lambda scene: scene.phone.group(scene.alex, created="long ago"),
    ),
    "an unknown tier": both(
        "unknown filtered 'spam'",
        lambda scene: scene.phone.direct(scene.alex, filtered="spam"),
    ),
    "an unknown suffix": both(
        r"unknown suffix '\(spam\)'",
        lambda scene: scene.phone.direct(scene.alex, suffix="(spam)"),
    ),
    "an empty row of the chat's own guid": Impossible(
        "there is a chat iMessage;-;", *in_chat("direct", "formerly", "iMessage")
    ),
    # --- what a message is ---
    "the owner is received": Impossible(
        "use send()", *in_chat("direct", "receive", "I", sender=owner)
    ),
    "nobody known, by name": Impossible(
        "names nobody is not from Alex Doe",
        *in_chat("direct", "receive", "?", sender=alex, nameless=True),
    ),
    "nobody says it in a group": Impossible(
        "needs its sender", *in_chat("group", "receive", "?")
    ),
    "a column that is never empty": Impossible(
        "unknown blank 'date'",
        *in_chat("direct", "receive", "?", blank=("date",)),
    ),
    "a file's column that is never empty": both(
        "unknown blank 'guid'",
        lambda scene: scene.phone.file("photo", blank=("guid",)),
    ),
    "a file in no known state": both(
        "unknown state 'lost'",
        lambda scene: scene.phone.file("photo", state="lost"),
    ),
    "seconds on a new row": Impossible(
        "a date in seconds is older than macOS 10.13",
        *in_chat("direct", "receive", "?", in_seconds=("date",)),
    ),
    "received from another device": Impossible(
        "leave from_other_device out",
        *in_chat("direct", "receive", "?", from_other_device=True),
    ),
    "from another device in a group": Impossible(
        "leave from_other_device out",
        *in_chat("group", "send", "?", from_other_device=True),
    ),
    "comes back without being a note": Impossible(
        "only a note to self comes back", *in_chat("direct", "send", "?", twin=True)
    ),
    "arrives at two moments": Impossible(
        "a message arrives at one moment",
        *in_chat(
            "direct",
            "receive",
            "?",
            rowid_after=lambda scene: scene.said,
            arrived="2026-01-01",
        ),
    ),
    "said at no time": Impossible(
        "'soon' is no time", *in_chat("direct", "send", "?", at="soon")
    ),
    "a reply in another chat": Impossible(
        "a reply is in the chat of what it answers",
        *in_chat("direct", "send", "?", reply_to=lambda scene: scene.asked),
    ),
    "a kind of file that nobody knows": both(
        "unknown attachment kind 'foto'", lambda scene: scene.phone.file("foto")
    ),
    # --- where it stands, and what becomes of it ---
    "twice in one chat": Impossible(
        "cannot stand twice in one chat",
        *on("said", "also_in", lambda scene: scene.direct),
    ),
    "in a group as well": Impossible(
        "only one-to-one chats share a message",
        *on("said", "also_in", lambda scene: scene.group),
    ),
    "a received message is resent": Impossible(
        "it was received", *on("heard", "resent_as_sms")
    ),
    "a message to a group is resent": Impossible(
        "it is in a group", *on("told", "resent_as_sms")
    ),
    "an SMS is resent as SMS": Impossible(
        "it went over SMS", *on("texted", "resent_as_sms")
    ),
    "read before it was sent": Impossible(
        "cannot be read before it was sent",
        live=lambda scene: scene.phone.read(scene.said, at=early(scene)),
    ),
    "delivered before it was sent": Impossible(
        "cannot be delivered before it was sent",
        live=lambda scene: scene.phone.deliver(scene.said, at=early(scene)),
    ),
    "a received message is delivered": Impossible(
        "only an own message is delivered",
        live=lambda scene: scene.phone.deliver(scene.heard),
    ),
    "a group reads": Impossible(
        "no group tells its sender",
        live=lambda scene: scene.phone.read(scene.told),
    ),
    "a reaction before the message": Impossible(
        "cannot be reacted to before it was sent",
        *on("said", "tapback", "loved", at=early),
    ),
    "a tapback that is not there is taken back": Impossible(
        "there is no tapback to take back", *on("told", "remove_tapback")
    ),
    "a tapback is taken back before it was there": Impossible(
        "cannot be taken back before it was there",
        *on("said", "remove_tapback", at=early),
    ),
    "a reaction to a part that is not there": Impossible(
        "there is no part 4", *on("said", "tapback", "loved", part=4)
    ),
    "a reaction in a language that nobody found": Impossible(
        "unknown language of reactions 'tlh'",
        *on("texted", "react_in_text", "loved", language="tlh"),
    ),
    "edited too late": Impossible(
        "only be edited within 15 minutes", *on("said", "edit", "?", at=late)
    ),
    "a receipt of before": Impossible(
        "cannot be delivered before it was sent",
        hand=lambda scene: scene.said.set(date_delivered=early(scene)),
    ),
    "a reading of before": Impossible(
        "cannot be read before it was sent",
        hand=lambda scene: scene.heard.set(date_read=early(scene)),
    ),
    "read before it was delivered": Impossible(
        "cannot be read before it was delivered",
        *in_chat(
            "direct",
            "send",
            "?",
            at=early,
            date_delivered=lambda scene: date(scene.said),
            date_read=lambda scene: date(scene.said) - 1,
        ),
    ),
    "an answer before the question": Impossible(
        "cannot be answered before it was sent",
        *in_chat("direct", "receive", "?", at=early, reply_to=lambda scene: scene.said),
    ),
    "an answer to a part before the question": Impossible(
        "cannot be answered before it was sent",
        *in_chat("direct", "receive", "?", at=early, reply_to=target),
    ),
    "unsent twice": Impossible("can only be unsent once", *on("taken", "unsend")),
    "a part unsent twice": Impossible("there is no part 0", *on("taken", "unsend", 0)),
    "unsent after it was deleted": Impossible(
        "what was deleted cannot be unsent", *on("dropped", "unsend")
    ),
    "unsent too late": Impossible(
        "only be unsent within 2 minutes", *on("said", "unsend", at=late)
    ),
    "deleted before it was sent": Impossible(
        "cannot be deleted before it was sent", *on("said", "delete", at=early)
    ),
    "a file comes before its row": Impossible(
        "no file can become 'present'", *on("said", "download")
    ),
    "a vote where there is no poll": Impossible(
        "only a poll can be voted in", *on("said", "vote", "Tea")
    ),
    "a background before macOS 26": Impossible(
        "cannot hold a chat background", *in_chat("direct", "set_background")
    ),
    "a poll before macOS 26": Impossible(
        "cannot hold a poll",
        *in_chat("direct", "send", balloon=poll()),
    ),
    "a translation before macOS 26": Impossible(
        "cannot hold a message translation",
        *on("said", "trait", translation=Translation(language="de", text="x")),
    ),
    "a chat that is not there": Impossible(
        "no chat is 'Nobody'", live=lambda scene: scene.phone.send("Nobody", "?")
    ),
}


@pytest.fixture
def by_hand(tmp_path):
    return written(tmp_path / "chat.db")


def written(path):
    """A phone with two people in two chats, one over SMS, one who left a group."""
    phone = ChatDBBuilder("sequoia", path=path)
    people = {
        "alex": phone.person("Alex Doe"),
        "kim": phone.person("Kim Lee", email=True),
        "nora": phone.person("Nora Bell"),
        "max": phone.person("Max Lund"),
        "jo": phone.person("Jo Ray"),
    }
    direct = phone.direct(people["alex"])
    group = phone.group(people["alex"], people["kim"], people["nora"], name="Trip")
    scene = SimpleNamespace(
        phone=phone,
        owner=phone.owner,
        direct=direct,
        group=group,
        said=direct.send("Hi").tapback("liked"),
        heard=direct.receive("Hello"),
        asked=group.receive("Who drives?", sender=people["kim"]),
        told=group.send("I do"),
        taken=direct.send("Wrong chat").unsend(),
        dropped=direct.send("Not this").delete(),
        texted=phone.direct(people["jo"], service="SMS").send("By SMS"),
        **people,
    )
    group.left(people["nora"])
    return scene


@pytest.fixture(scope="module")
def alive(tmp_path_factory):
    """The same as a file that goes on living, for all: each test proves that what was
    refused left nothing behind, and goes on by a message of the last one's time."""
    scene = written(tmp_path_factory.mktemp("alive") / "chat.db")
    db = scene.phone.build()
    messages = {message.guid: message for message in db.messages}
    chats = {chat.guid: chat for chat in db.conversations}
    drafts = ("said", "heard", "asked", "told", "texted", "taken", "dropped")
    with db.live() as phone:
        yield SimpleNamespace(
            **vars(scene)
            | {name: messages[getattr(scene, name).message.guid] for name in drafts}
            | {name: chats[getattr(scene, name).guid] for name in ("direct", "group")}
            | {"phone": phone, "db": db}
        )


def refused(says, act, scene):
    with pytest.raises(FoundryError, match=says) as error:
        act(scene)
    lines = str(error.value).split("\n")
    assert all(lines)
    # What happened, where it was looked for, what to do; or the words there are.
    assert len(lines) == 3 or re.search(r"\(choose from .+\)$", lines[0])


def state(phone):
    return phone.conversations(), len(phone.chats), list(phone.people)


@pytest.mark.parametrize("name", [n for n, each in IMPOSSIBLE.items() if each.hand])
def test_refused_by_hand(by_hand, name):
    before = state(by_hand.phone)
    refused(IMPOSSIBLE[name].says, IMPOSSIBLE[name].hand, by_hand)
    assert state(by_hand.phone) == before
    by_hand.group.receive("Goes on", sender=by_hand.kim)


def content(path):
    """What is in a file, its sequences too."""
    total = hashlib.sha256()
    with closing(sqlite3.connect(path)) as connection:
        for line in connection.iterdump():
            total.update(line.encode())
    return total.hexdigest()


@pytest.mark.parametrize("name", [n for n, each in IMPOSSIBLE.items() if each.live])
def test_refused_live(alive, name):
    db, phone = alive.db, alive.phone
    before = content(db.path), db.conversations, db.personas
    refused(IMPOSSIBLE[name].says, IMPOSSIBLE[name].live, alive)
    assert (content(db.path), db.conversations, db.personas) == before
    assert phone.conversations == db.conversations
    at = db.messages[-1].date
    message = phone.receive(alive.group, "Goes on", sender=alive.kim, at=at)
    phone.read(message)
    last = db.messages[-1]
    assert (last.guid, last.text) == (message.guid, "Goes on")
    assert db.report().ok


def test_the_table_is_long_enough():
    assert len(IMPOSSIBLE) >= 25
