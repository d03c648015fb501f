"""The long tail of a phone in use: who is in it, and how large its chats are."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.conversations.life import population
from pytest_imessage_foundry.models.apple_time import from_iso
from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.personas import handles
from pytest_imessage_foundry.spec import Spec

NOW = "2025-12-01T00:00:00Z"


def populated(name="lived-in", messages=None, seed=0, now=NOW):
    scenario = scenarios.get(name)
    return population.populated(scenario, messages=messages, seed=seed, now=now)


def sizes(scenario):
    return [each.message_count_target for each in scenario.conversations]


@pytest.mark.parametrize("messages", [1, 10, 64, 2_000, 25_000, 1_000_000])
@pytest.mark.parametrize("name", ["default", "lived-in"])
def test_the_messages_are_as_many_as_asked_for(name, messages):
    assert sum(sizes(populated(name, messages))) == messages


def test_the_sizes_that_scenarios_have():
    assert sum(sizes(populated("default"))) == 2_073
    assert 24_000 < sum(sizes(populated())) < 26_000


def test_chats_grow_more_slowly_than_messages():
    few, usual, many = (
        len(populated(messages=count).conversations)
        for count in (2_000, 25_000, 1_000_000)
    )
    assert 100 < few < usual < many < 2_000
    assert 280 < usual < 360


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("messages", [2_000, 25_000])
def test_most_chats_are_small_and_two_people_hold_half(messages, seed):
    scenario = populated(messages=messages, seed=seed)
    found = sizes(scenario)
    assert sum(size <= 3 for size in found) > len(found) / 2
    by_person = Counter()
    for each in scenario.conversations:
        if each.chat_type == "direct":
            by_person[each.participants[0]] += each.message_count_target
    (first, most), (second, more) = by_person.most_common(2)
    assert {first, second} == {"sam", "priya"}
    assert 0.45 < (most + more) / messages < 0.55


@pytest.mark.parametrize("name", ["default", "lived-in"])
def test_nobody_is_real_and_nobody_has_the_address_of_another(name):
    scenario = populated(name, messages=100_000)
    addresses = [a for person in scenario.personas for a in person.addresses]
    assert all(map(handles.is_reserved, addresses))
    assert len(set(addresses)) == len(addresses)
    assert len({each.id for each in scenario.personas}) == len(scenario.personas)


def test_a_seed_decides_who_is_in_the_tail():
    assert populated(seed=1) == populated(seed=1)
    assert populated(seed=1).personas != populated(seed=2).personas


def test_an_earlier_end_leaves_out_what_came_later():
    scenario = populated(now="2018-01-01T00:00:00Z")
    end = from_iso("2018-01-01T00:00:00Z")
    for each in scenario.conversations:
        assert not each.start or from_iso(each.start) < end
        assert not each.end or from_iso(each.end) <= end
    assert "raj" not in {each.id for each in scenario.conversations}


def test_kinds_of_correspondence():
    found = Counter(map(population.kind_of, populated().conversations))
    assert set(found) == {"", "note", *population.KINDS}
    assert found["promotion"] > found["code"] > 10


def test_a_scenario_without_a_life_stays_as_it_is():
    order = Order(Spec(scenario="tidy"))
    assert order.scenario == scenarios.get("tidy")
    assert {each.life.span for each in _plans(order)} == {""}


def _plans(order):
    from pytest_imessage_foundry.conversations import chat_plans

    return chat_plans.plan_chats(
        order.spec, order.scenario, features=order.schema.features, packs=order.packs
    )
