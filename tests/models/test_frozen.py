"""A model cannot be told from a frozen dataclass of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field, fields, replace

import pytest

from pytest_imessage_foundry.conversations import chat_life
from pytest_imessage_foundry.db.blobs import values
from pytest_imessage_foundry.models import (
    Edit,
    Event,
    Message,
    Reply,
    Run,
    TextPart,
    Traits,
    Turn,
    balloons,
    changes,
    filters,
    frozen,
    members,
    messages,
    parts,
    people,
    turns,
)

FILES = (
    *(filters, people, turns, parts, balloons, changes, members, messages),
    *(chat_life, values),
)
MODELS = [
    each
    for file in FILES
    for each in vars(file).values()
    if isinstance(each, type)
    and dataclasses.is_dataclass(each)
    and each.__module__ == file.__name__
]
SAMPLES = [
    Message(guid="G", date=5, sender=None),
    Message(
        guid="G",
        date=5,
        sender="ann",
        parts=(TextPart("hi"),),
        reply_to=Reply(guid="R"),
        event=Event(kind="left"),
        edits=(Edit(date=6, before=TextPart("ho")),),
        traits=Traits(spam=True),
    ),
    TextPart.of(Run("h", bold=True), "i"),
    Turn(sender="me", hours=(7, 10)),
]


def in_a_body(model: type) -> dict[str, object]:
    """What a class statement would hold that declares the fields of `model`."""
    body = {}
    for each in fields(model):
        if each.default_factory is not dataclasses.MISSING:
            body[each.name] = field(default_factory=each.default_factory)
        elif each.default is not dataclasses.MISSING:
            told = {"repr": each.repr, "compare": each.compare}
            body[each.name] = field(default=each.default, **told)
    return body | {"__annotations__": {each.name: each.type for each in fields(model)}}


def usual(model: type) -> type:
    """A dataclass of the standard library with the fields of `model`."""
    kw_only = fields(model)[0].kw_only
    declared = type(model.__name__, (), in_a_body(model))
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=kw_only)(declared)


def values(model: type) -> dict[str, object]:
    # Parts check that their runs make up their text; () does for any text.
    return {
        each.name: () if each.name == "runs" else object() for each in fields(model)
    }


def test_all_files_are_looked_at() -> None:
    assert {Message, TextPart, Turn, Traits, balloons.Poll} <= set(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_made_as_usual(model) -> None:
    other = usual(model)
    assert inspect.signature(model) == inspect.signature(other)
    assert [f.name for f in fields(model)] == [f.name for f in fields(other)]
    assert model.__match_args__ == other.__match_args__
    given = values(model)
    made = model(**given)
    assert type(made) is model
    assert {each.name: getattr(made, each.name) for each in fields(model)} == given
    assert repr(made) == repr(other(**given))
    assert hash(made) == hash(model(**given))
    assert made == model(**given)
    assert made != other(**given)
    assert not hasattr(made, "__dict__")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nobody_can_change_it(model) -> None:
    made = model(**values(model))
    for each in fields(model):
        before = getattr(made, each.name)
        with pytest.raises(FrozenInstanceError):
            setattr(made, each.name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(made, each.name)
        assert getattr(made, each.name) is before
    with pytest.raises((FrozenInstanceError, TypeError)):
        made.other = None


@pytest.mark.parametrize("made", SAMPLES)
@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, replace, lambda made: pickle.loads(pickle.dumps(made))],
    ids=["copy", "deepcopy", "replace", "pickle"],
)
def test_copied(made, again) -> None:
    other = again(made)
    assert type(other) is type(made)
    assert other == made
    with pytest.raises(FrozenInstanceError):
        setattr(other, fields(made)[0].name, "changed")


def test_checked_when_made() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        TextPart("hi", (Run("ho"),))


@pytest.mark.parametrize("how", [{"slots": True}, {"frozen": True}])
def test_nothing_but_frozen_with_slots(how) -> None:
    with pytest.raises(TypeError):
        frozen.dataclass(**{"frozen": False, "slots": False, **how})
