"""Members who come and go by turns' events."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations import turn_members
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.foundry import Foundry, Materials
from pytest_imessage_foundry.models import (
    ConversationConfig,
    Persona,
    Reaction,
    Scenario,
    Turn,
)
from pytest_imessage_foundry.spec import Spec


def says(who, **facts):
    return Turn(sender=who, text=f"{who} says", **facts)


def moves(kind, who, by="me"):
    if kind == "left":
        return Turn(sender=who, event="left")
    return Turn(sender=by, event=kind, event_who=who)


EVERYBODY = ("ann", "bob", "cat")


def test_founders_are_those_who_are_not_added_first():
    turns = [moves("removed", "bob"), moves("added", "cat"), moves("added", "bob")]
    assert turn_members.founders(turns, EVERYBODY, "me") == ("ann", "bob")


@pytest.mark.parametrize(
    ("turns", "match"),
    [
        ([says("cat"), moves("added", "cat")], "turn 0 of x: 'cat' writes or reacts"),
        ([moves("left", "bob"), says("bob")], "turn 1 of x: 'bob' writes or reacts"),
        (
            [moves("removed", "bob"), moves("left", "bob")],
            "is removed but is not a member",
        ),
        (
            [moves("removed", "bob", by="bob")],
            "turn 0 of x: 'bob' is removed by themselves",
        ),
        (
            [moves("added", "cat"), moves("added", "cat")],
            "is added but is a member already",
        ),
        (
            [moves("removed", "me", by="ann"), says("ann")],
            "the owner 'me' is not a member",
        ),
        (
            [
                moves("left", "bob"),
                says("ann", reactions=(Reaction(sender="bob", name="liked"),)),
            ],
            "'bob' writes or reacts",
        ),
    ],
)
def test_turns_that_contradict_the_members(turns, match):
    with pytest.raises(FoundryError, match=match):
        turn_members.check(turns, EVERYBODY, "me", what="x")
    assert not turn_members.is_settled(turns, EVERYBODY, "me")
    kept = turn_members.without_moves(turns)
    assert not [turn for turn in kept if turn.event in turn_members.MOVES]


def test_turns_that_agree_are_kept():
    turns = (
        says("ann"),
        moves("added", "cat"),
        says("cat"),
        moves("removed", "me", by="ann"),
        moves("added", "me", by="ann"),
        says("me"),
    )
    turn_members.check(turns, EVERYBODY, "me", what="x")
    assert turn_members.is_settled(turns, EVERYBODY, "me")


def test_short_absences_alone_are_kept_of_talk_that_goes_on():
    turns = [
        moves("left", "bob"),
        says("ann"),
        moves("added", "bob"),
        says("bob"),
        moves("left", "bob"),
        says("bob"),
        moves("added", "cat"),
        moves("left", "cat"),
        *[says("ann")] * 40,
    ]
    kept = list(turn_members.short_absences(turns))
    assert kept[:5] == [*turns[:4], turns[5]]
    assert not [turn for turn in kept[5:] if turn.event]


def test_a_hook_moves_members_in_the_file(tmp_path):
    people = tuple(
        Persona(
            id=name,
            name=name.title(),
            identifier=f"+1212555010{number}",
            other_identifiers=("ann@example.com",) if name == "ann" else (),
            is_self=name == "me",
        )
        for number, name in enumerate(("me", *EVERYBODY))
    )
    scenario = Scenario(
        name="moves",
        description="who comes and goes",
        personas=people,
        conversations=(
            ConversationConfig(id="g", participants=EVERYBODY, chat_type="group"),
        ),
    )
    turns = [
        says("ann"),
        moves("added", "cat"),
        says("cat"),
        moves("left", "bob"),
        Turn(sender="ann", event="number-changed"),
        says("ann"),
    ]
    foundry = Foundry(tmp_path / "templates", tmp_path / "copies")
    materials = Materials(scenarios=(scenario,), answer=lambda **_: turns)
    db = foundry.hand_out(foundry.order(Spec(scenario="moves"), materials))
    (chat,) = db.conversations
    ann, bob, cat = (person.identifier for person in people[1:])
    assert chat.founders == (ann, bob)
    assert set(chat.participants) == {cat, "ann@example.com"}
    assert [message.sender for message in chat.messages if not message.event] == [
        ann,
        cat,
        "ann@example.com",
    ]
    with db.connect() as connection:
        joined = connection.execute(
            "SELECT h.id FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id"
        ).fetchall()
    assert {address for (address,) in joined} == set(chat.participants)
    assert db.report().ok
