"""How messages lie in the year: the goals of docs/realism.md over several seeds."""

from __future__ import annotations

from statistics import median

import pytest

from pytest_imessage_foundry.conversations import realism
from pytest_imessage_foundry.foundry import Order, truth_of
from pytest_imessage_foundry.spec import Spec

SEEDS = (21, 22, 23, 24, 25, 26)


def measured(scenario: str, seed: int) -> realism.Realism:
    order = Order(Spec(scenario=scenario, seed=seed))
    return realism.measure(truth_of(order), order.scenario.personas)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(SEEDS[:2], id="two"),
        pytest.param(SEEDS, id="all", marks=pytest.mark.sweep),
    ],
)
def years(request: pytest.FixtureRequest) -> list[realism.Realism]:
    return [measured("default", seed) for seed in request.param]


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("days with a message", 0.7, 1.0),
        ("longest silence", 0, 10),
        ("days on which a partner writes", 0.55, 1.0),
        ("chats that begin on the first three days", 0, 0.25),
        ("at once after the one before", 0, 0.0),
        ("sooner than typing takes", 0, 0.002),
        ("a weekend day beside a weekday, of work", 0, 0.3),
        ("a weekend day beside a weekday, private", 0.7, 3.0),
        ("from 18 to 1 h, private chats", 0.35, 0.7),
        # A month is made of few long conversations: no month is empty or half a year.
        ("the quietest twelfth of the time", 0.015, 0.08),
        ("the busiest twelfth of the time", 0.09, 0.20),
    ],
)
def test_a_year_of_one_phone(years, name, least, most):
    for year in years:
        assert least <= year[name] <= most


def test_months_are_alike_in_most_years(years):
    assert median(year["the busiest twelfth of the time"] for year in years) < 0.16
    assert median(year["the quietest twelfth of the time"] for year in years) > 0.025


def test_colleagues_have_a_weekend():
    for seed in SEEDS[:3]:
        assert measured("work", seed)["a weekend day beside a weekday, of work"] <= 0.3


def test_a_large_group_writes_on_most_days():
    found = measured("busy-group", 21)
    assert found["longest silence"] <= 21
    assert found["days with a message"] >= 0.45
