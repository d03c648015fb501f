"""Writing by hand: what is short to say, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from pytest_imessage_foundry.conversations.authoring.author import START, Author
from pytest_imessage_foundry.conversations.authoring.words import when
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import (
    FoundryError,
    UnknownReleaseError,
    UnsupportedError,
)
from pytest_imessage_foundry.models import (
    Background,
    Handwriting,
    Link,
    Persona,
    Poll,
    PollOption,
    Run,
    TextPart,
    Traits,
    Unsent,
)
from pytest_imessage_foundry.models.apple_time import MINUTE, SECOND, from_iso


@pytest.fixture
def phone():
    return Author("tahoe")


@pytest.fixture
def alex(phone):
    return phone.person("Alex Doe")


@pytest.fixture
def sam(phone):
    return phone.person("Sam Roe", email=True)


@pytest.fixture
def chat(phone, alex):
    return phone.direct(alex)


@pytest.fixture
def group(phone, alex, sam):
    return phone.group(alex, sam, name="Trip")


def poll(phone, *texts):
    return Poll(options=tuple(PollOption(id=f"ID-{text}", text=text) for text in texts))


# --- people and chats -----------------------------------------------------------


def test_people_have_addresses_of_nobody(phone, alex, sam):
    kim = phone.person("Kim Poe", country="GB")
    assert alex.identifier.startswith("+1")
    assert alex.identifier_type == "phone"
    assert sam.identifier_type == "email"
    assert "@example." in sam.identifier
    assert kim.identifier.startswith("+44")
    assert len({person.identifier for person in phone.people}) == 4
    assert phone.people[0].is_self


def test_a_given_address(phone):
    assert phone.person("Bank", address="15512").identifier == "15512"


def test_an_address_that_may_be_somebodys_is_meant_or_refused(phone, alex):
    for address in ("+12125551234", "kim@park.com", "55512", "urn:biz:shop"):
        with pytest.raises(FoundryError, match=r"may be somebody's|is no"):
            phone.person("Kim Park", address=address)
        with pytest.raises(FoundryError, match="say real=True"):
            phone.person("Kim Park", addresses=["phone", address])
        made = phone.person(f"Kim of {address}", address=address, real=True)
        assert made.identifier == address


def test_a_new_number_is_reserved_or_real(phone, alex, sam):
    group = phone.group(alex, sam)
    with pytest.raises(FoundryError, match="say real=True"):
        group.number_changed(alex, "+12125551234")
    group.number_changed(alex, "+12125551234", real=True)


def test_the_owner_can_be_given(alex):
    owner = Persona(id="me", name="Ada", identifier="ada@example.com", is_self=True)
    assert Author(owner=owner).people == [owner]


def test_releases_by_name_number_and_schema():
    assert Author("26").schema is Author("tahoe").schema
    assert Author(schema=schema.get("sonoma")).schema.name == "sonoma"
    assert Author("15", layout="migrated").schema is schema.get(
        "sequoia", layout="migrated"
    )
    with pytest.raises(UnknownReleaseError, match="choose from"):
        Author("ventura")


def test_a_person_has_one_chat(phone, alex, chat):
    assert phone.direct(alex) is chat
    assert phone.group(alex) is not phone.group(alex)


@pytest.mark.parametrize(("release", "chats"), [("sequoia", 2), ("tahoe", 1)])
def test_one_person_over_two_services(release, chats):
    phone = Author(release)
    alex = phone.person("Alex Doe")
    phone.direct(alex).send("blue")
    green = phone.direct(alex, service="SMS").set(mutes=True)
    green.receive("green")
    assert phone.direct(alex, service="SMS").service == "SMS"
    written = phone.conversations()
    assert len(written) == chats
    services = [m.service for c in written for m in c.messages]
    assert services == ["iMessage", "SMS"]
    assert written[-1].properties.mutes


def test_a_chat_needs_somebody(phone):
    with pytest.raises(FoundryError, match="needs somebody"):
        phone.group()


# --- time -----------------------------------------------------------------------


def test_one_clock_for_all(phone, alex, sam):
    first, second = phone.direct(alex), phone.direct(sam)
    dates = []
    for number in range(5):
        dates.append(first.send(f"{number}").message.date)
        dates.append(second.receive(f"{number}").message.date)
    assert dates == sorted(dates)
    assert dates[0] > from_iso(START)
    assert all(after - before < 10 * MINUTE for before, after in pairwise(dates))


def test_own_sends_end_on_a_millisecond_and_received_ones_do_not(chat):
    assert all(chat.send("x").message.date % 10**6 == 0 for _ in range(5))
    assert any(chat.receive("x").message.date % 10**6 for _ in range(5))


def test_own_sends_end_on_a_millisecond_after_a_time_that_does_not(chat):
    chat.receive("x", at=from_iso("2025-11-01T12:00:00Z") + 1)
    draft = chat.send("y").tapback("loved").tapback("liked", by="me")
    mine = [draft.message.date, draft.message.tapbacks[1].date]
    assert [date % 10**6 for date in mine] == [0, 0]


@pytest.mark.parametrize(
    "at",
    [
        from_iso("2025-11-01T12:00:00Z"),
        "2025-11-01T12:00:00Z",
        "2025-11-01T12:00:00",
        "2025-11-01T14:00:00+02:00",
        datetime(2025, 11, 1, 12, tzinfo=UTC),
        datetime(2025, 11, 1, 12),
        datetime(2025, 11, 1, 14, tzinfo=timezone(timedelta(hours=2))),
    ],
    ids=repr,
)
def test_times_can_be_given(chat, at):
    draft = chat.send("x", at=at)
    assert draft.message.date == when(at) == from_iso("2025-11-01T12:00:00Z")
    assert chat.send("y").message.date > draft.message.date


def test_an_earlier_time_does_not_turn_the_clock_back(chat):
    late = chat.send("late", at="2025-11-01")
    early = chat.send("early", at="2025-10-07")
    assert chat.send("next").message.date > late.message.date
    messages = chat.conversation().messages
    assert [m.text for m in messages] == ["early", "late", "next"]
    assert early.message.date == from_iso("2025-10-07")


def test_the_start_can_be_given():
    phone = Author(start="2024-02-29T00:00:00Z")
    date = phone.direct(phone.person("Alex")).send("x").message.date
    assert 0 < date - from_iso("2024-02-29T00:00:00Z") < 5 * MINUTE


def test_the_same_calls_make_the_same_truth():
    def written(seed):
        phone = Author(seed=seed)
        chat = phone.direct(phone.person("Alex"))
        chat.send("x", phone.file("photo")).tapback("loved").edit("y")
        return phone.conversations()

    assert written(3) == written(3) != written(4)


# --- what is said ---------------------------------------------------------------


def test_content(phone, chat):
    photo = phone.file("photo")
    message = chat.send(
        "plain", photo, ["so ", Run("loud", bold=True)], Run("big", effect="big")
    ).message
    parts = message.parts
    assert parts[0] == TextPart("plain")
    assert parts[1] == replace(photo, guid=f"at_1_{message.guid}")
    assert chat.receive("plain", photo).message.parts[1] is photo
    assert [run.text for run in parts[2].runs] == ["so ", "loud"]
    assert parts[3].text == "big"


def test_receipts(chat, group, alex):
    mine, other = chat.send("x").message, chat.receive("y").message
    assert mine.date < mine.date_delivered < mine.date_read
    assert other.date_delivered == 0 < other.date < other.date_read
    in_group = group.send("x").message
    assert in_group.date_delivered
    assert not in_group.date_read
    sms = chat.send("x", service="SMS").message
    assert (sms.date_delivered, sms.date_read) == (0, 0)
    unread = chat.receive("x", date_read=0).message
    assert unread.date_read == 0


def test_a_group_needs_its_sender(group, sam):
    with pytest.raises(FoundryError, match="needs its sender") as refused:
        group.receive("x")
    assert "Alex Doe, Sam Roe" in str(refused.value)
    assert group.receive("x", sender=sam).message.sender == sam.identifier


def test_nobody_receives_from_the_owner(phone, chat):
    with pytest.raises(FoundryError, match="use send"):
        chat.receive("x", sender=phone.owner)


def test_replies(chat):
    first = chat.receive("Grüße 🎈", "two")
    second = chat.send("re", reply_to=first.as_target(part=1))
    third = chat.receive("re re", reply_to=second)
    target = second.message.reply_to
    assert (target.guid, target.part, target.location, target.length) == (
        first.message.guid,
        1,
        8,
        3,
    )
    assert third.message.reply_to == target


def test_groups(group, phone, alex):
    group.rename("New", by=alex)
    group.set_photo()
    group.event("left", by=alex)
    written = group.conversation()
    assert written.name == "New"
    assert written.properties.group_photo is written.messages[1].event.photo
    assert [m.event.kind for m in written.messages] == ["renamed", "photo-set", "left"]
    assert written.messages[0].sender == alex.identifier


def test_a_group_has_what_its_last_events_say(group):
    group.event("renamed", title="New")
    group.set_photo()
    group.event("photo-removed")
    written = group.conversation()
    assert (written.name, written.properties.group_photo) == ("New", None)


# --- what happens to it -----------------------------------------------------------


def test_who_reacts(chat, group, alex, sam):
    def sender(draft):
        return draft.message.tapbacks[-1].sender

    assert sender(chat.send("x").tapback("loved")) == alex.identifier
    assert sender(chat.receive("x").tapback("loved")) is None
    assert sender(chat.receive("x").tapback("loved", by="me")) is None
    assert sender(group.send("x").tapback("loved")) is None
    assert sender(group.send("x").tapback("loved", by=sam)) == sam.identifier


def test_tapbacks(chat):
    draft = chat.send("x").tapback("🎉").remove_tapback()
    (tapback,) = draft.message.tapbacks
    assert (tapback.name, tapback.emoji) == ("emoji", "🎉")
    assert tapback.removed.date > tapback.date > draft.message.date
    sticker = chat.send("x").tapback("sticker").message.tapbacks[0].sticker
    assert sticker.is_sticker


def test_a_second_tapback_takes_the_place_of_the_first(chat, group, sam):
    draft = chat.send("x").tapback("loved").tapback("liked").tapback("loved")
    (tapback,) = draft.message.tapbacks
    assert tapback.name == "loved"
    dates = [*(each.date for each in tapback.replaced), tapback.date]
    assert dates == sorted(set(dates))
    assert len({tapback.guid, *(each.guid for each in tapback.replaced)}) == 3

    several = (
        group.send("x", group.phone.file("photo")).tapback("loved").tapback("sticker")
    )
    several.tapback("liked", by=sam).tapback("liked", part=1).tapback("sticker")
    assert [each.name for each in several.message.tapbacks] == [
        *("loved", "sticker", "liked", "liked", "sticker")
    ]


def test_a_tapback_after_one_that_was_taken_back(chat):
    draft = chat.send("x").tapback("loved").remove_tapback().tapback("liked")
    first, second = draft.message.tapbacks
    assert (first.removed.date < second.date, second.replaced) == (True, ())
    draft.remove_tapback()
    assert all(each.removed for each in draft.message.tapbacks)
    refused("no tapback", draft.remove_tapback)


def test_no_tapback_takes_the_place_of_a_later_one(chat):
    draft = chat.send("x").tapback("loved")
    before = draft.message
    said = refused(
        "cannot take the place", draft.tapback, "liked", at=before.date + SECOND
    )
    assert len(said.split("\n")) == 3
    assert draft.message == before


@pytest.mark.parametrize("keeps_added", [True, False])
def test_no_tapback_comes_before_the_last_one_was_taken_back(
    chat, group, sam, keeps_added
):
    draft = chat.send("x")
    at = draft.message.date
    draft.tapback("loved", at=at + 10 * SECOND)
    draft.remove_tapback(at=at + 100 * SECOND, keeps_added=keeps_added)
    before = draft.message
    said = refused(
        "before the same person took back", draft.tapback, "liked", at=at + 50 * SECOND
    )
    assert "looked at 'loved', which was taken back 50 s later\n" in said
    assert draft.message == before
    assert draft.tapback("liked", at=at + 100 * SECOND).message != before
    # That of somebody else, and one of another part, may come in between.
    several = group.send("x", group.phone.file("photo"))
    at = several.message.date
    several.tapback("loved", at=at + 10 * SECOND)
    several.remove_tapback(at=at + 100 * SECOND, keeps_added=keeps_added)
    several.tapback("liked", by=sam, at=at + 50 * SECOND)
    several.tapback("liked", part=1, at=at + 50 * SECOND)
    assert len(several.message.tapbacks) == 3


def test_set_keeps_to_one_tapback_of_each_person(chat):
    draft = chat.send("x").tapback("loved")
    (one,) = draft.message.tapbacks
    other = replace(one, guid="0" * 36, name="liked")
    said = refused("one tapback of each", draft.set, tapbacks=(one, other))
    assert "'loved' and 'liked'" in said


def test_edits_keep_what_was(chat):
    draft = chat.send("1", "other").edit("2").edit("3")
    message = draft.message
    assert message.text == "3other"
    assert [edit.before.text for edit in message.edits] == ["1", "2"]
    dates = [message.date, *(edit.date for edit in message.edits)]
    assert dates == sorted(set(dates))
    assert dates[-1] - dates[0] <= 15 * MINUTE


def test_an_edit_comes_after_what_was_said_of_it_before(chat):
    draft = chat.send("x").tapback("loved").edit("y")
    assert draft.message.edits[0].date > draft.message.tapbacks[0].date


def test_unsends(phone, chat):
    date = phone._clock
    draft = chat.send("ab", phone.file("photo"), "c").unsend(1)
    gone = draft.message.parts[1]
    assert isinstance(gone, Unsent)
    assert gone.was_attachment
    assert gone.length == 1
    assert gone.date - draft.message.date <= 2 * MINUTE
    assert not draft.message.is_unsent
    draft.unsend()
    assert draft.message.is_unsent
    assert draft.message.parts[1] is gone
    assert draft.message.parts[0].length == 2
    assert date < draft.message.date
    drawn = chat.send(balloon=Handwriting(id="x")).unsend().message
    assert drawn.is_unsent
    assert drawn.balloon is None


def test_nothing_is_unsent_twice(phone, chat):
    drawing = chat.send(balloon=Handwriting(id="x")).unsend(0)
    refused("unsent once\nlooked at .*, which was unsent before\n", drawing.unsend)
    refused("no part 0", drawing.unsend, 0)
    partly = chat.send("a", phone.file("photo")).unsend(0)
    assert partly.unsend().message.is_unsent
    refused("only be unsent once", partly.unsend)


def test_a_part_that_was_deleted_is_not_unsent(phone, chat):
    draft = chat.send("a", phone.file("photo")).delete(parts=(1,))
    refused("what was deleted", draft.unsend, 1)
    refused("what was deleted", draft.unsend)
    assert draft.unsend(0).message.parts[0].kind == "unsent"


def test_an_edit_takes_the_preview_of_another_url_away(chat):
    url = "https://example.com/"
    preview = Link(url=url)
    assert chat.send(url, balloon=preview).edit(url + " !").message.balloon is preview
    assert chat.send(url, balloon=preview).edit("no").message.balloon is None
    other = Link(url="https://example.org/")
    assert chat.send("x").edit(other.url, balloon=other).message.balloon is other


def test_polls(phone, group, alex):
    draft = group.send(balloon=poll(phone, "a", "b"))
    draft.vote("a", by=alex).add_choice("c", by=alex).vote("b", "c")
    tally = draft.message.balloon.tally()
    assert list(tally.values()) == [(alex.identifier,), (None,), (None,)]


def test_traits_that_say_nothing_are_none(chat):
    draft = chat.send("x").trait(error=1).trait(error=0)
    assert draft.message.traits == Traits()
    assert chat.send("x").set(subject="s").message.subject == "s"


# --- what is refused --------------------------------------------------------------


def refused(match, call, *arguments, **named):
    with pytest.raises(FoundryError, match=match) as error:
        call(*arguments, **named)
    message = str(error.value)
    assert not isinstance(error.value, UnsupportedError)
    return message


def test_errors_say_what_where_and_what_to_do(chat):
    lines = refused("no part 3", chat.send("x").tapback, "loved", part=3).split("\n")
    assert len(lines) == 3


def test_words_that_nobody_knows(phone, chat, group):
    draft = chat.send("x")
    said = refused("unknown tapback 'lvoed'", draft.tapback, "lvoed")
    assert "loved, liked" in said
    refused("unknown effect 'slamm'", chat.send, "x", effect="slamm")
    refused("unknown kind 'renmaed'", group.event, "renmaed")
    ballot = group.send(balloon=poll(phone, "a", "b"))
    assert "(choose from a, b)" in refused("choice 'z'", ballot.vote, "z")


def test_what_is_not_there(phone, chat, group):
    draft = chat.send("x", phone.file("photo"))
    refused("no part 2", draft.edit, "y", part=2)
    refused("no part 2", draft.unsend, 2)
    refused("no part 2", draft.as_target, 2)
    refused("no part 2", draft.sticker, part=2)
    refused("only text", draft.edit, "y", part=1)
    refused("no tapback", draft.remove_tapback)
    refused("only a poll", draft.vote, "a")
    refused("only a poll", draft.add_choice, "a")
    refused("no part 0", draft.unsend(0).tapback, "loved")
    refused("no part 0", draft.edit, "y")
    event = group.rename("New")
    refused("no part 0", event.tapback, "loved")
    refused("no part 0", event.unsend)
    refused("no part 0", group.send, "x", reply_to=event)
    drawn = chat.send(balloon=Handwriting(id="x"))
    refused("only text", drawn.edit, "y")


def test_limits_of_edits_and_unsends(chat):
    draft = chat.send("0")
    date = draft.message.date
    refused("within 15 minutes", draft.edit, "1", at=date + 16 * MINUTE)
    refused("within 2 minutes", draft.unsend, at=date + 3 * MINUTE)
    refused("within 15 minutes", draft.edit, "1", at=date - SECOND)
    draft.edit("1", at=date + 14 * MINUTE)
    refused("after its last change", draft.edit, "2", at=date + 13 * MINUTE)
    refused("within 2 minutes", draft.unsend)
    many = chat.send("0", "other")
    for number in range(5):
        many.edit(f"{number + 1}")
    refused("only be edited 5 times", many.edit, "6")
    assert many.edit("one more", part=1).unsend().message.is_unsent


@pytest.mark.parametrize(
    ("release", "able", "act"),
    [
        ("sonoma", "tahoe-26.0", lambda c: c.send(balloon=Poll(options=()))),
        ("sequoia", "tahoe-26.0", lambda c: c.send(balloon=Poll(options=()))),
        ("sonoma", "sequoia-15.2", lambda c: c.send("x").tapback("🎉")),
        ("sonoma", "sequoia-15.2", lambda c: c.send("x").tapback("sticker")),
        ("sonoma", "sequoia-15.2", lambda c: c.send(Run("x", bold=True))),
        ("sonoma", "sequoia-15.2", lambda c: c.send("x").edit([Run("x", bold=True)])),
        ("sonoma", "sequoia-15.2", lambda c: c.send("x", service="RCS")),
        ("sequoia", "tahoe-26.0", lambda c: c.event("background-set")),
        ("sequoia", "tahoe-26.0", lambda c: c.set(background=Background())),
        ("sequoia", "tahoe-26.0", lambda c: c.set(is_pending_review=True)),
    ],
)
def test_what_a_release_cannot_hold(release, able, act):
    phone = Author(release)
    chat = phone.direct(phone.person("Alex Doe"))
    with pytest.raises(UnsupportedError) as refused:
        act(chat)
    message = str(refused.value)
    assert message.startswith(f"{release} cannot hold ")
    assert f"use a release that can: {able}, " in message


def test_a_refused_change_changes_nothing():
    phone = Author("sonoma")
    draft = phone.direct(phone.person("Alex Doe")).send("x")
    before = draft.message
    with pytest.raises(UnsupportedError):
        draft.edit([Run("y", bold=True)])
    assert draft.message is before


@pytest.mark.parametrize("service", ["RCS", "iMessageLite"])
def test_a_chat_over_what_a_release_does_not_know(service):
    phone = Author("sonoma")
    with pytest.raises(UnsupportedError, match="sequoia"):
        phone.direct(phone.person("Alex Doe"), service=service)
