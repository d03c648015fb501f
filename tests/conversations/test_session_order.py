"""Exchanges let others come first until it is their hour."""

from __future__ import annotations

from random import Random

from talks import friend

from pytest_imessage_foundry.conversations.anchors import Anchors
from pytest_imessage_foundry.conversations.session_order import (
    EXCHANGE,
    SessionOrder,
    WaitingSession,
)
from pytest_imessage_foundry.conversations.waits import HOUR
from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
from pytest_imessage_foundry.models import Sitting, Turn

NIGHT, NOON = (22, 24), (12, 13)


def sitting(text: str, hours=None, said: Sitting | None = None) -> list[Turn]:
    return [Turn(sender="sam", text=text, opens=True, hours=hours, sitting=said)]


def drawn(turns) -> WaitingSession:
    said = [turn.sitting for turn in turns if turn.sitting is not None]
    return WaitingSession(turns, [0.0] * len(turns), 0.0, 0.0, said)


def order(
    *sittings: list[Turn], whereabouts: Whereabouts | None = None
) -> SessionOrder:
    last = len(sittings) - 1
    pairs = [(each, number == last) for number, each in enumerate(sittings)]
    anchors = Anchors({"sam": friend(zone="UTC", who="sam")}, Random(1).random)
    return SessionOrder(pairs, drawn, anchors, whereabouts or Whereabouts())


def told(order: SessionOrder, *hours: float) -> list[str]:
    found = []
    for hour in hours:
        assert order.first() is not None
        turn = order.take(hour * HOUR).turns[0]
        found.append("exchange" if turn is EXCHANGE else turn.text)
    return found


def test_an_exchange_comes_before_what_has_to_wait():
    waiting = order(sitting("story", NIGHT), [EXCHANGE], sitting("lunch", NOON))
    assert told(waiting, 12, 22, 12) == ["exchange", "story", "lunch"]
    assert waiting.first() is None


def test_stories_keep_their_order():
    waiting = order(sitting("story", NIGHT), sitting("lunch", NOON), [EXCHANGE])
    assert told(waiting, 12, 12, 12) == ["story", "lunch", "exchange"]


def test_what_can_be_said_now_waits_for_nothing():
    waiting = order(sitting("story"), [EXCHANGE], sitting("lunch", NOON), [EXCHANGE])
    assert told(waiting, 12, 12, 12, 12) == ["story", "exchange", "lunch", "exchange"]


def test_nobody_waits_for_ever():
    waiting = order(sitting("story", NIGHT), *[[EXCHANGE]] * 120)
    assert told(waiting, *[12] * 100).index("story") == 96


def test_the_last_is_known():
    waiting = order(sitting("story"), sitting("photo"))
    waiting.first()
    assert not waiting.is_last
    told(waiting, 12)
    assert waiting.is_last


def test_turns_put_first_are_sessions_of_their_own():
    waiting = order(sitting("story"))
    waiting.put_first([*sitting("one"), Turn(sender="sam", text="two"), *sitting("x")])
    first = waiting.first()
    assert first is not None
    assert [turn.text for turn in first.turns] == ["one", "two"]
    assert told(waiting, 12, 12, 12) == ["one", "x", "story"]


def test_an_exchange_comes_before_what_contradicts_the_last_words():
    known = Whereabouts()
    known.note(Sitting(places=(("sam", "out"),)), 12 * HOUR, 12 * HOUR)
    home = Sitting(places=(("sam", "home"),))
    waiting = order(
        sitting("home", None, home), [EXCHANGE], [EXCHANGE], whereabouts=known
    )
    assert told(waiting, 12.1, 16, 16) == ["exchange", "home", "exchange"]


def test_all_scenes_of_a_sitting_agree_with_the_last_words():
    known = Whereabouts()
    known.note(Sitting(matters=frozenset({"bins"})), 12 * HOUR, 12 * HOUR)
    bins = Turn(sender="sam", text="bins", sitting=Sitting(matters=frozenset({"bins"})))
    story = [*sitting("story"), bins]
    waiting = order(story, [EXCHANGE], [EXCHANGE], whereabouts=known)
    assert told(waiting, 13, 27, 28) == ["exchange", "story", "exchange"]
