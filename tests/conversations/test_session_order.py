"""Exchanges let others come first until it is their hour."""

from __future__ import annotations

from pytest_imessage_foundry.conversations.session_order import (
    ExchangeHours,
    SessionOrder,
)
from pytest_imessage_foundry.models import Turn

NIGHT, NOON = ExchangeHours(22, 24), ExchangeHours(12, 13)


def sitting(text: str, hours=None) -> list[Turn]:
    return [Turn(sender="sam", text=text, opens=True, hours=hours)]


def order(*sittings: list[Turn], hour: float = 12.0) -> SessionOrder:
    def can_begin(turn: Turn, moment: float) -> bool:
        return not turn.hours or turn.hours[0] <= moment < turn.hours[1]

    last = len(sittings) - 1
    pairs = [(each, number == last) for number, each in enumerate(sittings)]
    return SessionOrder(pairs, can_begin)


def told(order: SessionOrder, *hours: float) -> list[str]:
    found = []
    for hour in hours:
        assert order.first() is not None
        found.append(order.take(hour)[0].text)
    return found


def test_what_can_be_said_now_comes_first():
    waiting = order(sitting("night", NIGHT), sitting("lunch", NOON), sitting("photo"))
    assert told(waiting, 12, 12, 12) == ["lunch", "photo", "night"]
    assert waiting.first() is None


def test_a_story_is_overtaken_by_nothing():
    waiting = order(sitting("story", (22, 24)), sitting("lunch", NOON))
    assert told(waiting, 12, 12) == ["story", "lunch"]


def test_nothing_passes_a_story_that_has_to_wait():
    waiting = order(
        sitting("night", NIGHT), sitting("story", (18, 20)), sitting("lunch", NOON)
    )
    assert told(waiting, 12) == ["night"]


def test_nobody_waits_for_ever():
    waiting = order(sitting("night", NIGHT), *[sitting("photo")] * 60)
    assert told(waiting, *[12] * 30).index("night") == 24


def test_the_last_is_known():
    waiting = order(sitting("night", NIGHT), sitting("photo"))
    waiting.first()
    assert not waiting.is_last
    told(waiting, 12)
    assert waiting.is_last


def test_turns_put_first_are_sessions_of_their_own():
    waiting = order(sitting("story"))
    waiting.put_first([*sitting("one"), Turn(sender="sam", text="two"), *sitting("x")])
    assert [turn.text for turn in waiting.first() or ()] == ["one", "two"]
    assert told(waiting, 12, 12, 12) == ["one", "x", "story"]
