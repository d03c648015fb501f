"""Draws of states: pure, by key, each on its own."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations.life import draws
from pytest_imessage_foundry.conversations.life.draws import RATES, Lot, chosen

SUBJECTS = ("message", "file", "chat")


def test_each_rate_is_a_share_with_a_source():
    names = [each.state for each in RATES]
    assert len(set(names)) == len(names)
    for each in RATES:
        assert each.source[0] in "SML", each.state
        if each.of != "phone":
            assert 0 <= each.year <= 1
            assert 0 <= each.decade <= 1


@pytest.mark.parametrize("of", SUBJECTS)
def test_a_digest_has_a_number_for_every_state(of):
    assert sum(each.of == of for each in RATES) <= 32


def test_a_number_depends_on_key_and_state_alone():
    first = Lot("a", "message", "decade")
    assert first.number("gap") == Lot("a", "message", "year").number("gap")
    assert first.number("gap") != Lot("b", "message", "decade").number("gap")
    assert first.number("gap") != first.number("late")


@pytest.mark.parametrize("rate", [each for each in RATES if each.of != "phone"])
def test_draws_hold_their_rate(rate):
    lots = [Lot(f"{number}", rate.of, "decade") for number in range(4_000)]
    found = sum(lot.has(rate.state) for lot in lots) / len(lots)
    assert found == pytest.approx(rate.decade, abs=0.03)


def test_nothing_happens_without_a_life():
    assert not any(Lot(f"{n}", "message", "").has("other-device") for n in range(100))
    assert chosen(["a", "b"], "brought", "chat", "") == frozenset()


def test_thresholds_are_those_of_lots():
    limits = draws.thresholds("decade")
    for number in range(200):
        lot = Lot(f"{number}", "message", "decade")
        for state in ("gap", "other-device", "no-chat"):
            at, limit = limits[state]
            assert (lot.number(state) * (1 << 16) < limit) == lot.has(state)
            assert at % 2 == 0


def test_chosen_ones_are_a_share_and_one_at_least():
    keys = [f"{number}" for number in range(40)]
    assert len(chosen(keys, "brought", "chat", "decade")) == 30
    assert len(chosen(keys[:2], "archived", "chat", "decade")) == 1
    assert chosen([], "archived", "chat", "decade") == frozenset()
    assert chosen(keys, "brought", "chat", "decade") == chosen(
        reversed(keys), "brought", "chat", "decade"
    )
