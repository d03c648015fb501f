"""Who is in a chat follows from its founders and its events."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Conversation, Event, Membership, Message
from pytest_imessage_foundry.models.members import Roll

ALEX, SAM, KIM = "+12125550101", "sam@example.com", "+12125550103"


def told(date, kind, *, sender=None, **what):
    event = Event(kind=kind, **what)
    return Message(guid=f"{kind}-{date}", date=date, sender=sender, event=event)


def group(*messages):
    return Conversation(
        guid="any;+;x",
        identifier="x",
        founders=(ALEX, SAM),
        messages=messages,
        is_group=True,
    )


def test_nothing_happened():
    chat = group()
    assert chat.participants == (ALEX, SAM)
    assert chat.members_at(0) == chat.members_at(10**18) == (None, ALEX, SAM)


def test_a_history():
    chat = group(
        told(10, "added", who=KIM),
        told(20, "left", sender=SAM),
        told(30, "removed", sender=ALEX),
        told(40, "added", sender=ALEX),
        told(50, "added", who=SAM),
    )
    assert chat.members == (
        Membership(address=None, until=30, left_by="removed-30"),
        Membership(address=ALEX),
        Membership(address=SAM, until=20, left_by="left-20"),
        Membership(address=KIM, since=10, joined_by="added-10"),
        Membership(address=None, since=40, joined_by="added-40"),
        Membership(address=SAM, since=50, joined_by="added-50"),
    )
    assert chat.members_at(9) == (None, ALEX, SAM)
    assert chat.members_at(10) == (None, ALEX, SAM, KIM)
    assert chat.members_at(20) == (None, ALEX, KIM)
    assert chat.members_at(35) == (ALEX, KIM)
    assert chat.participants == (ALEX, KIM, SAM)


def test_a_changed_number():
    new = "+12125550109"
    changed = told(10, "number-changed", sender=ALEX, was=ALEX, who=new)
    assert group(changed).participants == (SAM, new)
    assert group(told(10, "number-changed", who=ALEX)).participants == (ALEX, SAM)


def test_events_that_repeat_change_nothing():
    roll = Roll((ALEX,))
    for date in (10, 20, 30):
        roll.tell(told(date, "added", who=KIM))
    roll.tell(told(40, "removed", who=SAM))
    assert roll.present == (ALEX, KIM)
    assert len(roll.members) == 3


# --- by hand ----------------------------------------------------------------------


@pytest.fixture
def phone():
    return Author("tahoe")


@pytest.fixture
def people(phone):
    return [phone.person(name) for name in ("Alex Doe", "Sam Roe", "Kim Poe")]


@pytest.fixture
def trip(phone, people):
    return phone.group(*people[:2], name="Trip")


def test_who_was_added_can_speak(trip, people):
    alex, sam, kim = people
    with pytest.raises(FoundryError, match=r"Kim Poe is not in the chat then") as said:
        trip.receive("Hi", sender=kim)
    assert "Robin Vale (the owner), Alex Doe, Sam Roe" in str(said.value)
    trip.added(kim, by=sam)
    trip.receive("Hi", sender=kim).tapback("loved", by=alex)
    trip.left(kim)
    with pytest.raises(FoundryError, match="Kim Poe is no longer in the chat then"):
        trip.receive("Bye", sender=kim)
    with pytest.raises(FoundryError, match="cannot react"):
        trip.send("Bye").tapback("loved", by=kim)
    trip.added(kim)
    trip.receive("Hi again", sender=kim)
    stays = [each for each in trip.conversation().members if each.joined_by]
    assert [each.address for each in stays] == [kim.identifier] * 2


def test_who_speaks_before_being_added(trip, people):
    _, sam, kim = people
    added = trip.added(kim, at="2025-11-02")
    with pytest.raises(FoundryError, match="Kim Poe is not in the chat then"):
        trip.receive("Early", sender=kim, at="2025-11-01")
    trip.receive("Late", sender=sam, at="2025-11-04")
    drafts = list(trip.drafts)
    with pytest.raises(FoundryError, match="Sam Roe is no longer in the chat then"):
        trip.left(sam, at="2025-11-03")
    with pytest.raises(FoundryError, match="Kim Poe is in the chat already"):
        trip.added(kim, at="2025-11-01")
    assert trip.drafts == drafts
    assert trip.attendance.events == [added]
    trip.receive("Still here", sender=sam)


def test_the_owner_out_and_in(trip, people):
    alex, sam, _ = people
    trip.removed("me", by=alex)
    for refused in (
        lambda: trip.send("Hi"),
        lambda: trip.receive("Hi", sender=sam),
        lambda: trip.removed(sam, by=alex),
        lambda: trip.drafts[0].tapback("loved", by=alex),
    ):
        with pytest.raises(FoundryError):
            refused()
    trip.added("me", by=sam)
    trip.send("Back")
    chat = trip.conversation()
    out, back = (m.date for m in chat.messages[:2])
    assert None not in chat.members_at(out)
    assert None in chat.members_at(back)


@pytest.mark.parametrize(
    ("act", "match"),
    [
        (lambda trip, kim: trip.removed(kim), "Kim Poe is not in the chat, and cannot"),
        (lambda trip, kim: trip.left(kim), "Kim Poe is not in the chat, and cannot"),
        (lambda trip, kim: trip.added(trip.people[0]), "Alex Doe is in the chat alr"),
        (lambda trip, kim: trip.event("added"), "nobody is named who was added"),
        (lambda trip, kim: trip.rename("x", by=kim), "cannot write in it"),
        (lambda trip, kim: trip.number_changed(kim, "+12125550177"), "cannot leave"),
    ],
)
def test_what_contradicts_the_members(trip, people, act, match):
    with pytest.raises(FoundryError, match=match):
        act(trip, people[2])
    assert trip.drafts == []


def test_a_new_number_speaks_and_the_old_one_does_not(phone):
    nora = phone.person("Nora Bell", addresses=["phone", "phone"])
    choir = phone.group(nora, phone.person("Alex Doe"))
    old, new = nora.addresses
    assert choir.receive("Old", sender=nora).message.sender == old
    choir.number_changed(nora, new)
    assert choir.receive("New", sender=nora).message.sender == new
    assert new in choir.conversation().participants
    assert old not in choir.conversation().participants
