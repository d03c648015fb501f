"""How often the pipeline does what it does, and how much of it it holds."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.conversations.dialogue import context
from pytest_imessage_foundry.conversations.message_stream import MessageStream
from pytest_imessage_foundry.db.rows import message as rows
from pytest_imessage_foundry.db.rows import special
from pytest_imessage_foundry.foundry import Foundry, Order, forge
from pytest_imessage_foundry.spec import Spec


def test_messages_are_derived_once_for_a_build(tmp_path, monkeypatch):
    walks = []
    walk = MessageStream.__iter__
    monkeypatch.setattr(
        MessageStream, "__iter__", lambda stream: walks.append(stream) or walk(stream)
    )
    order = Order(Spec(scenario="tidy", messages=200))

    forge(order, tmp_path / "chat.db")

    assert len(walks) == len(order.conversations)
    assert len({id(stream) for stream in walks}) == len(walks)


def test_plain_messages_take_the_short_way(tmp_path, monkeypatch):
    calls = []
    changes = rows.changes
    monkeypatch.setattr(
        special, "changes", lambda *given: calls.append(given) or changes(*given)
    )
    order = Order(Spec(messages=2_000))

    counts = forge(order, tmp_path / "chat.db", attachments=False)

    assert 0 < len(calls) < counts.messages / 4
    assert not any(rows.is_ordinary(message) for message, *_ in calls)


# A message that is held takes more than 600 bytes. What else is remembered is bounded,
# and weighs more where fewer messages are counted. Chats of 3,000 know more names.
@pytest.mark.parametrize(
    ("fewer", "more", "most"),
    [(1_600, 4_000, 300), pytest.param(12_000, 24_000, 100, marks=pytest.mark.sweep)],
)
def test_memory_does_not_grow_with_the_messages(monkeypatch, fewer, more, most):
    # The latest texts, so that few are said twice.
    few_texts = tuple((length, count // 3) for length, count in context._REMEMBERED)
    monkeypatch.setattr(context, "_REMEMBERED", few_texts)

    def walk(messages: int) -> None:
        spec = Spec(messages=messages, source="faker", scenario="small")
        for conversation in Order(spec).conversations:
            for _ in conversation.messages:
                pass

    def peak(messages: int) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            walk(messages)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    walk(more)  # what is read and compiled once is not counted
    assert peak(more) - peak(fewer) < most * (more - fewer)


def test_few_truths_are_held(tmp_path, monkeypatch):
    # As many as are held by default take as long to build.
    monkeypatch.setattr(foundry, "TRUTHS_HELD", 3)
    maker = Foundry(tmp_path / "shared", tmp_path / "private")

    for seed in range(foundry.TRUTHS_HELD + 3):
        handed = maker.hand_out(maker.order(Spec(scenario="empty", seed=seed)))
        assert handed.conversations == ()

    assert len(maker._truths) == foundry.TRUTHS_HELD


@pytest.mark.parametrize("release", ["sonoma", "tahoe"])
def test_equal_specs_share_one_truth(tmp_path, release):
    maker = Foundry(tmp_path / "shared", tmp_path / "private")
    one, other = (
        maker.hand_out(maker.order(Spec(release=release, messages=30)))
        for _ in range(2)
    )

    assert one.path != other.path
    assert one.conversations is other.conversations
