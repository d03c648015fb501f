"""What `quick` makes cannot be told from what the classes make."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from pytest_imessage_foundry.models import (
    Edit,
    Event,
    Message,
    Reaction,
    Reply,
    TextPart,
    Traits,
    Turn,
    quick,
)

MESSAGE = {"guid": "G", "date": 5, "sender": None}
FULL = {
    **MESSAGE,
    "parts": (TextPart("hi"),),
    "service": "SMS",
    "date_delivered": 6,
    "date_read": 7,
    "storage": "archive",
    "immutable": True,
    "writing_direction": True,
    "effect": "slam",
    "reply_to": Reply(guid="R"),
    "event": Event(kind="left"),
    "edits": (Edit(date=6, before=TextPart("ho")),),
    "traits": Traits(spam=True),
}
TURN = {
    "sender": "me",
    "text": "hi",
    "opens": True,
    "hours": (7, 10),
    "pause": 3,
    "reactions": (Reaction(sender="ann", name="liked"),),
}
PAIRS = [
    (quick.message(**MESSAGE), Message(**MESSAGE)),
    (quick.message(**FULL), Message(**FULL)),
    (quick.text_part("hi"), TextPart("hi")),
    (quick.turn(sender="me"), Turn(sender="me")),
    (quick.turn(**TURN), Turn(**TURN)),
]


@pytest.mark.parametrize(("made", "usual"), PAIRS)
def test_equal_in_every_way(made, usual) -> None:
    assert type(made) is type(usual)
    assert made == usual
    assert hash(made) == hash(usual)
    assert repr(made) == repr(usual)
    assert pickle.loads(pickle.dumps(made)) == usual
    assert replace(made) == usual


@pytest.mark.parametrize(("made", "usual"), PAIRS)
def test_nobody_can_change_it(made, usual) -> None:
    for each in fields(usual):
        with pytest.raises(FrozenInstanceError):
            setattr(made, each.name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(made, each.name)
    with pytest.raises((FrozenInstanceError, TypeError)):
        made.other = None


@pytest.mark.parametrize(
    ("function", "model"), [(quick.message, Message), (quick.turn, Turn)]
)
def test_takes_what_the_class_takes(function, model) -> None:
    mine = inspect.signature(function).parameters.values()
    usual = inspect.signature(model).parameters.values()
    assert [(p.name, p.kind, p.default) for p in mine] == [
        (p.name, p.kind, p.default) for p in usual
    ]


@pytest.mark.parametrize(
    ("function", "model"), [(quick.message, Message), (quick.turn, Turn)]
)
def test_every_field_has_its_own_value(function, model) -> None:
    values = {each.name: object() for each in fields(model)}
    made = function(**values)
    assert {each.name: getattr(made, each.name) for each in fields(model)} == values
