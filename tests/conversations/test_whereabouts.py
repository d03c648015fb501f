"""Sittings agree with those before them."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry import pipeline
from pytest_imessage_foundry.conversations import chat_plans
from pytest_imessage_foundry.conversations.whereabouts import PLACES, Whereabouts
from pytest_imessage_foundry.models import Sitting
from pytest_imessage_foundry.models.apple_time import SECOND
from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.spec import Spec

HOUR = 3_600.0


def agree(known: Whereabouts, sitting: Sitting, begin: float) -> bool:
    return known.agree_from([sitting], begin) == begin


def at(place: str) -> Sitting:
    return Sitting(places=(("sam", place),))


@pytest.mark.parametrize(
    ("here", "there", "hours"),
    [
        ("home", "home", 0.0),
        ("home", "out", 0.75),
        ("out", "home", 0.75),
        ("way", "home", 1 / 6),
        ("home", "bed", 0.0),
        ("bed", "out", 5.0),
        ("home", "work", 8.0),
        ("home", "trip", 12.0),
        ("trip", "home", 12.0),
    ],
)
def test_nobody_is_faster_than_the_way(here: str, there: str, hours: float) -> None:
    known = Whereabouts()
    known.note(at(here), 0.0, 100.0)
    assert agree(known, at(there), 100.0 + hours * HOUR)
    if hours:
        assert not agree(known, at(there), 99.0 + hours * HOUR)
    assert agree(known, Sitting(places=(("jo", there),)), 100.0)


def test_where_somebody_goes_counts_from_then_on() -> None:
    known = Whereabouts()
    leaving = Sitting(places=(("sam", "work"),), then=(("sam", "way"),))
    known.note(leaving, 0.0, 60.0)
    assert agree(known, at("way"), 61.0)
    assert not agree(known, at("work"), 61.0)


def test_a_matter_comes_up_once_a_day() -> None:
    known, dinner = Whereabouts(), Sitting(matters=frozenset({"dinner"}))
    assert agree(known, dinner, 0.0)
    known.note(dinner, 0.0, 60.0)
    assert not agree(known, dinner, 3 * HOUR)
    assert agree(known, Sitting(matters=frozenset({"bins"})), 3 * HOUR)
    assert agree(known, dinner, 23 * HOUR)


def test_what_became_of_a_matter_is_asked_days_later() -> None:
    known = Whereabouts()
    outcome = Sitting(awaits=(("exam", 3),))
    assert not known.can_follow([outcome], 0.0)
    assert known.agree_from([outcome], 0.0) == 0.0
    known.note(Sitting(matters=frozenset({"exam"})), 0.0, 60.0)
    assert known.agree_from([outcome], 5 * HOUR) == 72 * HOUR
    assert known.agree_from([outcome], 80 * HOUR) == 80 * HOUR
    assert not known.can_follow([outcome], 71 * HOUR)
    assert known.can_follow([outcome], 72 * HOUR)
    assert known.can_follow([Sitting(), outcome], 40 * 24 * HOUR)
    assert not known.can_follow([Sitting(), outcome], 46 * 24 * HOUR)


def test_sittings_wait_until_all_of_them_agree() -> None:
    known = Whereabouts()
    known.note(Sitting(matters=frozenset({"dinner"})), 0.0, 60.0)
    known.note(at("trip"), 5 * HOUR, 6 * HOUR)
    dinner = Sitting(matters=frozenset({"dinner"}))
    assert known.agree_from([dinner, at("home")], 7 * HOUR) == 18 * HOUR
    assert known.agree_from([dinner], 7 * HOUR) == 14 * HOUR
    assert known.agree_from([dinner, at("home")], 20 * HOUR) == 20 * HOUR


def test_each_place_can_be_left() -> None:
    for place in PLACES:
        known = Whereabouts()
        known.note(at(place), 0.0, 0.0)
        assert all(agree(known, at(other), 12 * HOUR) for other in PLACES)


def test_a_year_with_a_partner_agrees_with_itself() -> None:
    """What is exchanged on every day fits its hour, and what was said before."""
    order = Order(Spec(scenario="default", messages=8_000))
    plans = chat_plans.plan_chats(
        order.spec,
        order.scenario,
        features=order.schema.features,
        packs=order.packs,
        answers=order.answers,
    )
    (sam,) = (plan for plan in plans if plan.config.id == "sam")
    told = [
        (moment / SECOND, turn.sitting)
        for moment, turn in pipeline._timed(sam)
        if turn.sitting is not None
    ]
    assert len(told) > 600

    said: dict[str, float] = {}
    there: dict[str, tuple[str, float]] = {}
    again = elsewhere = 0
    for moment, sitting in told:
        again += any(
            moment - said.get(each, -1e12) < 14 * HOUR for each in sitting.matters
        )
        said |= dict.fromkeys(sitting.matters, moment)
        for who, place in sitting.places:
            here, since = there.get(who, (place, 0.0))
            elsewhere += here != place and moment - since < 10 * 60
        there |= {
            who: (place, moment) for who, place in (*sitting.places, *sitting.then)
        }
    assert again < 0.01 * len(told)
    assert elsewhere < 0.005 * len(told)
