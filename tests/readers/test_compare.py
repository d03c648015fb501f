"""The judge is judged: what is not true in a reading is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from .compare import AGREES, CANNOT, DIFFERS, FAULT, compare
from .expected import expected
from .seen import ME, Reading, Seen
from .worlds import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
READER = "imessagedb"
CASE = ("plain_texts", "text-received")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("world")
    return World("sonoma", "kinds", folder)


@pytest.fixture(scope="module")
def reading(world: World) -> Reading:
    """What a reader without a fault would say: made of the truth."""
    seen = []
    for fact in world.facts:
        true = expected(fact)
        if not true["listed"]:
            continue
        seen.append(
            Seen(
                chat=true["chat"],
                sender=ME if fact.sender is None else fact.sender,
                date=EPOCH + timedelta(seconds=true["date"]),
                text=fact.message.text if fact.drawn is None else "Loved it",
                is_reply=true.get("is_reply", False),
                attachments=true.get("every_name", ()),
            )
        )
    return Reading(READER, frozenset(), tuple(seen))


def changed(reading: Reading, number: int, **facts: object) -> Reading:
    messages = list(reading.messages)
    messages[number] = replace(messages[number], **facts)
    return replace(reading, messages=tuple(messages))


def received(world: World) -> int:
    """The number of the case's message among those that are listed."""
    listed = [fact for fact in world.facts if expected(fact)["listed"]]
    (number,) = (n for n, fact in enumerate(listed) if fact.case == CASE[1])
    return number


def test_the_truth_agrees_with_itself(world: World, reading: Reading):
    done = compare(reading, world)
    assert [str(each) for each in done.differences] == []
    assert done.extra == []
    assert set(done.cases.values()) == {AGREES, CANNOT}
    assert done.cases[CASE] == AGREES
    assert done.cases["effects", "effect-slam"] == CANNOT


def test_a_fault_that_does_not_show_is_told(world: World, reading: Reading):
    done = compare(reading, world)
    cases = {finding.fact.case for finding in done.too_wide}
    assert {"group-text", "text-emoji-archive-only"} <= cases


@pytest.mark.parametrize(
    ("aspect", "change"),
    [
        ("text", lambda seen: {"text": f"{seen.text}!"}),
        ("sender", lambda seen: {"sender": ME}),
        ("chat", lambda seen: {"chat": "any;-;+15550100"}),
        ("is_reply", lambda seen: {"is_reply": True}),
        ("every_name", lambda seen: {"attachments": ("IMG_0001.jpeg",)}),
    ],
)
def test_a_wrong_statement_is_found(
    world: World,
    reading: Reading,
    aspect: str,
    change: Callable[[Seen], dict[str, object]],
):
    number = received(world)
    said = change(reading.messages[number])
    done = compare(changed(reading, number, **said), world)
    (finding,) = done.differences
    assert (finding.aspect, finding.fact.case) == (aspect, "text-received")
    assert "sonoma plain_texts text-received" in str(finding)
    assert done.cases[CASE] == DIFFERS


def test_a_wrong_time_is_a_message_too_few_and_one_too_many(
    world: World, reading: Reading
):
    number = received(world)
    moved = reading.messages[number].date
    assert moved is not None
    done = compare(changed(reading, number, date=moved + timedelta(hours=9)), world)
    assert [each.aspect for each in done.differences] == ["listed"]
    assert len(done.extra) == 1


def test_a_message_left_out_is_found(world: World, reading: Reading):
    done = compare(replace(reading, messages=reading.messages[1:]), world)
    assert [each.aspect for each in done.differences] == ["listed"]


def test_a_message_shown_twice_is_found(world: World, reading: Reading):
    twice = (*reading.messages, replace(reading.messages[0]))
    assert len(compare(replace(reading, messages=twice), world).extra) == 1


def test_a_known_fault_is_no_difference(world: World, reading: Reading):
    (number,) = (n for n, s in enumerate(reading.messages) if s.text == "Hi all")
    capitals = (reading.messages[number].sender or "").title()
    done = compare(changed(reading, number, sender=capitals), world)
    assert done.differences == []
    assert done.cases["plain_texts", "group-text"] == FAULT
