"""Whatever is written by hand, in whatever order, makes a sound file."""

from __future__ import annotations

import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rowreader import RowReader

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.conversations.catalogue.case_phone import CASES, CasePhone
from pytest_imessage_foundry.db import builder, schema, validators
from pytest_imessage_foundry.errors import FoundryError, UnsupportedError
from pytest_imessage_foundry.models import (
    Audio,
    Handwriting,
    Link,
    Poll,
    PollOption,
    Run,
    Schedule,
    TextPart,
    Traits,
    Translation,
)

LATER = Traits(schedule=Schedule(state=2))
# What each act needs; None where every release can do it.
ACTS = {
    "say": None,
    "reply": None,
    "photo": None,
    "two-parts": None,
    "voice": None,
    "link": None,
    "handwriting": None,
    "sms": None,
    "rcs": "rcs",
    "satellite": "satellite",
    "styled": "text_styles",
    "text-effect": "text_effects",
    "genmoji": "genmoji",
    "poll": "polls",
    "vote": None,
    "choice": None,
    "later": "send_later",
    "translate": "translation",
    "tapback": None,
    "emoji": "emoji_tapbacks",
    "sticker-tapback": "sticker_tapbacks",
    "untap": None,
    "sticker": None,
    "edit": None,
    "unsend": None,
    "unsend-part": None,
    "delete": None,
    "forget": None,
    "rename": None,
    "event": None,
    "background": "backgrounds",
    "review": "unknown_senders",
}
# What the release cannot hold, or none can: a tapback on a part that is not there, a
# text with U+0000.
REFUSED = "use a release that can: |there is no part |leave the character out"
step = st.tuples(
    st.sampled_from(list(ACTS)), st.integers(0, 7), st.text(min_size=1, max_size=12)
)


class Hand:
    """Writes what it is told; the last message of a chat is what things happen to."""

    def __init__(self, release: str) -> None:
        self.phone = Author(release)
        self.alex = self.phone.person("Alex Doe")
        self.sam = self.phone.person("Sam Roe", email=True)
        self.chats = [
            self.phone.direct(self.alex),
            self.phone.group(self.alex, self.sam, name="Trip"),
        ]

    def act(self, what: str, number: int, text: str) -> None:
        chat = self.chats[number & 1]
        last = chat.drafts[-1] if chat.drafts else chat.receive("Hi", sender=self.alex)
        phone = self.phone
        mine = number & 2

        def say(*content, **facts):
            if mine:
                return chat.send(*content, **facts)
            return chat.receive(*content, sender=self.alex, **facts)

        match what:
            case "say":
                storage = ("both", "archive", "text", "both")[number >> 1]
                say(text, storage=storage, immutable=number == 7)
            case "reply":
                say(text, reply_to=last)
            case "photo":
                say(phone.file("photo"))
            case "two-parts":
                say(text or "x", phone.file("heic"), "end")
            case "voice":
                file = phone.file("voice", transcript=text)
                say(file).trait(audio=Audio(expire_state=number % 3))
            case "link":
                url = f"https://example.com/{number}"
                say(url, balloon=Link(url=url, title=text))
            case "handwriting":
                say(balloon=Handwriting(id=phone.new_guid()))
            case "sms":
                say(text, service="SMS")
            case "rcs":
                say(text, service="RCS")
            case "satellite":
                say(text, service="iMessageLite").trait(off_grid=True)
            case "styled":
                say(["so ", Run(text or "loud", bold=True, italic=bool(mine))])
            case "text-effect":
                say([Run(text or "big", effect="big")])
            case "genmoji":
                say(phone.file("genmoji", genmoji=text or "a corgi"))
            case "poll":
                options = [
                    PollOption(id=phone.new_guid(), text=each) for each in ("a", "b")
                ]
                say(balloon=Poll(options=tuple(options)))
            case "vote":
                last.vote(*("a", "b")[: number % 3], by=self.alex if mine else "me")
            case "choice":
                last.add_choice(text, by=self.alex)
            case "later":
                chat.send(text, date_delivered=0, date_read=0, traits=LATER)
            case "translate":
                translation = Translation(language="de_DE", text=text)
                say(text).trait(translation=translation)
            case "tapback":
                last.tapback("laughed", by=self.alex if mine else "me")
            case "emoji":
                last.tapback("🎈")
            case "sticker-tapback":
                last.tapback("sticker")
            case "untap":
                last.remove_tapback(keeps_added=bool(mine))
            case "sticker":
                last.sticker()
            case "edit":
                last.edit(TextPart(text))
            case "unsend":
                last.unsend()
            case "unsend-part":
                last.unsend(number % 3)
            case "delete":
                last.delete()
            case "forget":
                last.delete(permanent=True)
            case "rename":
                self.chats[1].rename(text)
            case "event":
                group = self.chats[1].conversation()
                is_in = self.sam.identifier in group.participants
                self.chats[1].event("removed" if is_in else "added", who=self.sam)
            case "background":
                self.chats[1].event("background-set")
            case "review":
                chat.set(is_pending_review=True)


def write(hand: Hand, folder: Path) -> Path:
    path = folder / "chat.db"
    phone = hand.phone
    builder.build(
        path,
        phone.schema,
        phone.conversations(),
        owner=phone.owner,
        people=phone.people,
    )
    return path


def drawn(examples: int):
    """Draw sequences of steps."""

    def over(test):
        return settings(
            derandomize=True,
            deadline=None,
            max_examples=examples,
            phases=[Phase.generate],  # to shrink a sequence takes minutes of builds
            suppress_health_check=[HealthCheck.too_slow],
        )(given(steps=st.lists(step, min_size=5, max_size=40))(test))

    return over


@pytest.mark.parametrize("release", schema.RELEASES)
@drawn(5)
def test_any_sequence_makes_a_sound_file(release, steps):
    makes_a_sound_file(release, steps)


@pytest.mark.sweep
@pytest.mark.parametrize("release", schema.RELEASES)
@drawn(40)
def test_many_sequences_make_sound_files(release, steps):
    makes_a_sound_file(release, steps)


def makes_a_sound_file(release, steps):
    hand = Hand(release)
    for what, number, text in steps:
        needed = ACTS[what]
        if needed is not None and needed not in hand.phone.schema.features:
            with pytest.raises(FoundryError, match=REFUSED):
                hand.act(what, number, text)
            continue
        # An edit of a photo, a vote without a poll, a part that is not there.
        with suppress(FoundryError):
            hand.act(what, number, text)
    with tempfile.TemporaryDirectory() as folder:
        path = write(hand, Path(folder))
        report = validators.validate(path, release=release)
        assert report.ok, [str(finding) for finding in report.findings]
        people = hand.phone.people
        names = {each: person.name for person in people for each in person.addresses}
        reader = RowReader(path, names, Path(folder), hand.phone.owner.addresses)
        with closing(reader.db) as db:
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            assert texts_read(reader) == texts_written(hand)


def texts_written(hand: Hand) -> dict[str, str]:
    return {
        message.guid: message.text
        for chat in hand.phone.conversations()
        for message in chat.messages
        if not (message.traits.deleted and message.traits.deleted.permanent)
    }


def texts_read(reader: RowReader) -> dict[str, str]:
    pointing = {
        row["guid"]
        for guid, row in reader.messages.items()
        if row["associated_message_type"] and row["associated_message_guid"] != guid
    }
    return {
        guid: reader.text(row)
        for guid, row in reader.messages.items()
        if guid not in pointing
    }


@pytest.mark.parametrize("release", schema.RELEASES)
def test_what_a_release_cannot_hold_is_refused(release):
    """Cases, too: what the catalogue leaves out on a release is refused there."""
    held = {entry.name for entry in catalogue.entries(schema.get(release))}
    for name, entry in CASES.items():
        if name in held:
            continue
        if entry.until is not None:
            with pytest.raises(FoundryError):
                entry.write(CasePhone(schema.get(release), 0))
            continue
        able = [
            each
            for each in schema.RELEASES
            if entry.feature in schema.get(each).features
        ]
        with pytest.raises(UnsupportedError) as refused:
            entry.write(CasePhone(schema.get(release), 0))
        message = str(refused.value)
        assert message.startswith(f"{release} cannot hold ")
        assert message.endswith(f"use a release that can: {', '.join(able)}")
