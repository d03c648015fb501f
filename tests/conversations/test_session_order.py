"""Exchanges let others come first until it is their hour."""

from __future__ import annotations

from random import Random

from pytest_imessage_foundry.conversations.anchors import Anchors
from pytest_imessage_foundry.conversations.session_order import (
    SessionOrder,
    WaitingSession,
)
from pytest_imessage_foundry.conversations.waits import HOUR
from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
from pytest_imessage_foundry.models import Sitting, Turn

NIGHT, NOON = (22, 24), (12, 13)
EXCHANGE = Sitting(may_wait=True)


def sitting(text: str, hours=None, said: Sitting | None = EXCHANGE) -> list[Turn]:
    return [Turn(sender="sam", text=text, opens=True, hours=hours, sitting=said)]


def story(text: str = "story", hours=None) -> list[Turn]:
    return sitting(text, hours, None)


def drawn(turns) -> WaitingSession:
    return WaitingSession(turns, [0.0] * len(turns), 0.0, 0.0)


def order(
    *sittings: list[Turn], whereabouts: Whereabouts | None = None
) -> SessionOrder:
    last = len(sittings) - 1
    pairs = [(each, number == last) for number, each in enumerate(sittings)]
    anchors = Anchors({"sam": "UTC"}, Random(1).random)
    return SessionOrder(pairs, drawn, anchors, whereabouts or Whereabouts())


def told(order: SessionOrder, *hours: float) -> list[str]:
    found = []
    for hour in hours:
        assert order.first() is not None
        found.append(order.take(hour * HOUR).turns[0].text)
    return found


def test_what_can_be_said_now_comes_first():
    waiting = order(sitting("night", NIGHT), sitting("lunch", NOON), sitting("photo"))
    assert told(waiting, 12, 12, 12) == ["lunch", "photo", "night"]
    assert waiting.first() is None


def test_a_story_is_overtaken_by_nothing():
    waiting = order(story(hours=NIGHT), sitting("lunch", NOON))
    assert told(waiting, 12, 12) == ["story", "lunch"]


def test_nothing_passes_a_story_that_has_to_wait():
    waiting = order(
        sitting("night", NIGHT), story(hours=(18, 20)), sitting("lunch", NOON)
    )
    assert told(waiting, 12) == ["night"]


def test_nobody_waits_for_ever():
    waiting = order(sitting("night", NIGHT), *[sitting("photo")] * 120)
    assert told(waiting, *[12] * 100).index("night") == 96


def test_the_last_is_known():
    waiting = order(sitting("night", NIGHT), sitting("photo"))
    waiting.first()
    assert not waiting.is_last
    told(waiting, 12)
    assert waiting.is_last


def test_turns_put_first_are_sessions_of_their_own():
    waiting = order(story())
    waiting.put_first([*sitting("one"), Turn(sender="sam", text="two"), *sitting("x")])
    first = waiting.first()
    assert first is not None
    assert [turn.text for turn in first.turns] == ["one", "two"]
    assert told(waiting, 12, 12, 12) == ["one", "x", "story"]


def test_what_contradicts_the_last_words_lets_others_come_first():
    known = Whereabouts()
    known.note(Sitting(places=(("sam", "out"),)), 12 * HOUR, 12 * HOUR)
    home = Sitting(may_wait=True, places=(("sam", "home"),))
    waiting = order(
        sitting("home", None, home),
        sitting("told", None, Sitting(places=home.places)),
        sitting("told later", None, Sitting(matters=frozenset({"news"}))),
        sitting("photo"),
        whereabouts=known,
    )
    # What is told keeps its order.
    assert told(waiting, 12.1) == ["photo"]
    assert told(waiting, 16, 16) == ["home", "told"]


def test_rather_a_contradiction_than_another_hour():
    known = Whereabouts()
    known.note(Sitting(matters=frozenset({"lunch"})), 11 * HOUR, 11 * HOUR)
    lunch = Sitting(may_wait=True, matters=frozenset({"lunch"}))
    waiting = order(
        sitting("night", NIGHT), sitting("lunch", NOON, lunch), whereabouts=known
    )
    assert told(waiting, 12) == ["lunch"]
