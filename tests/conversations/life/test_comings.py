"""Who is added back to a group is back, whoever did it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from types import SimpleNamespace

import pytest
from lives import USUAL, truth

from pytest_imessage_foundry.conversations.chat_life import Move
from pytest_imessage_foundry.conversations.life.comings import attended
from pytest_imessage_foundry.models import ConversationConfig, Event, Message, Turn
from pytest_imessage_foundry.models.apple_time import HOUR
from pytest_imessage_foundry.order import Materials, Order
from pytest_imessage_foundry.spec import Spec

FAR = 1 << 60


def event(number: int, kind, sender: str, who: str | None = None) -> Message:
    told = Event(kind=kind, who=who, incoming=True)
    return Message(guid=f"g{number}", date=number, sender=sender, event=told)


def test_what_an_absent_member_did_is_done_by_the_owner():
    late = Move(date=FAR, kind="added", who="+2", by=None)
    life = SimpleNamespace(moves=(late,), brought=0)
    plan = SimpleNamespace(life=life, addresses={"a": "+1", "b": "+2"})
    told = [event(1, "left", "+1"), event(2, "added", "+2", "+1")]

    left, back = attended(told, plan)  # type: ignore[arg-type]

    assert left == told[0]
    assert back.sender is None
    assert back.event == Event(kind="added", who="+1", incoming=False)


def said(hour: int, sender: str | None) -> Message:
    return Message(guid=f"g{hour}", date=hour * HOUR, sender=sender)


def test_a_talk_with_an_absent_member_is_left_out_whole():
    gone = Move(date=30 * HOUR, kind="left", who="+2", by="+2")
    life = SimpleNamespace(moves=(gone,), brought=0)
    plan = SimpleNamespace(
        life=life,
        addresses={"a": "+1", "b": "+2"},
        config=SimpleNamespace(service="iMessage"),
        rng_key="1",
    )
    told = [
        *(said(10, "+2"), said(11, "+1")),
        # The move waits until the talk is over.
        *(said(29, "+1"), said(31, "+2"), said(32, None)),
        *(said(50, "+1"), said(51, "+2"), said(52, "+1")),
        said(60, None),
    ]

    found = list(attended(told, plan))  # type: ignore[arg-type]

    assert [each.date // HOUR for each in found if not each.event] == [
        *(10, 11, 29, 31, 32, 60)
    ]
    (event,) = [each for each in found if each.event]
    assert told[4].date < event.date < told[5].date


def groups(seed: int, messages: int | None) -> Iterator[list[Message]]:
    for chat in truth("lived-in", "tahoe", seed, messages):
        if chat.is_group:
            yield list(iter(chat.messages))


@pytest.mark.parametrize(
    ("seeds", "size"),
    [
        pytest.param([USUAL["tahoe"]], None, id="one"),
        pytest.param(range(4), 4_000, id="four", marks=pytest.mark.sweep),
    ],
)
def test_who_comes_late_is_added_before_they_write(
    seeds: Sequence[int], size: int | None
) -> None:
    added = 0
    for messages in chain.from_iterable(groups(seed, size) for seed in seeds):
        assert messages
        wrote: set[str | None] = set()
        for before, message in pairwise(messages):
            wrote.add(before.sender)
            event = message.event
            if event is None or event.kind != "added" or event.who is None:
                continue
            assert event.who not in wrote
            assert message.date - before.date > HOUR
            added += 1
    assert added


def test_a_group_of_ones_own_words_has_a_life_too():
    def answer(config: ConversationConfig, **_: object) -> list[Turn] | None:
        if config.chat_type != "group":
            return None
        return [
            Turn(sender=who, text=f"hi from {who}")
            for who in config.participants
            for _ in range(4)
        ]

    spec = Spec(scenario="lived-in", messages=2_000)
    found = [
        chat
        for chat in Order(spec, Materials(answer=answer)).conversations
        if chat.is_group and chat.origin == "hook"
    ]
    assert len(found) > 3
    assert all(list(iter(chat.messages)) for chat in found)
