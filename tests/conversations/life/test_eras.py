"""Nothing in a life of ten years is older than the phone that could do it."""

from __future__ import annotations

import pytest
from lives import EACH, LONG, truth

from pytest_imessage_foundry.conversations import eras
from pytest_imessage_foundry.models.apple_time import from_iso

CAME = {
    "tapback": "2016-09-13",
    "effect": "2016-09-13",
    "link": "2016-09-13",
    "reply": "2020-09-16",
    "tier": "2020-09-16",
    "edit": "2022-09-12",
    "unsend": "2022-09-12",
    "emoji": "2024-09-16",
    "RCS": "2024-09-16",
    "poll": "2025-09-15",
    "ghost": "2025-09-15",
}


def shown(message):
    """What of CAME a message has."""
    if message.tapbacks:
        yield "tapback"
        if any(each.name in ("emoji", "sticker") for each in message.tapbacks):
            yield "emoji"
    if message.effect:
        yield "effect"
    if message.balloon is not None:
        yield "link" if message.balloon.kind == "link" else message.balloon.kind
    if message.reply_to is not None:
        yield "reply"
    if message.edits:
        yield "edit"
    if any(part.kind == "unsent" for part in message.parts):
        yield "unsend"
    if "body" in message.traits.blank:
        yield "ghost"
    yield message.service


@pytest.mark.parametrize(("release", "seed"), EACH)
def test_nothing_is_there_before_its_time(release, seed):
    for chat in truth("lived-in", release, seed):
        for message in chat.messages:
            for name in shown(message):
                if name in CAME:
                    assert message.date >= from_iso(CAME[name]), (name, message)


def test_a_large_life_has_all_of_it_when_its_time_has_come():
    found = {
        name
        for chat in truth("lived-in", *LONG)
        for message in chat.messages
        for name in shown(message)
    }
    assert found >= set(CAME) - {"tier", "poll"}


def test_bodies_change_over_the_years():
    by_year = {}
    for chat in truth("lived-in", *LONG):
        for message in chat.messages:
            if message.parts and not message.is_unsent:
                year = 2001 + message.date // (31_556_952 * 10**9)
                by_year.setdefault(year, []).append(message)
    archived = {
        year: sum(m.storage == "archive" for m in found) / len(found)
        for year, found in by_year.items()
    }
    alone = {
        year: sum(m.storage == "text" for m in found) / len(found)
        for year, found in by_year.items()
    }
    assert archived[2016] < 0.1 < archived[2019] < archived[2021] < archived[2024]
    assert alone[2016] > 0.2
    assert alone[2024] == 0
    immutable = [m.immutable for found in by_year.values() for m in found]
    assert sum(immutable) / len(immutable) == pytest.approx(0.71, abs=0.03)


def test_eras_are_in_order_and_lose_what_they_lack():
    found = eras.of("decade")
    assert [each.since for each in found] == sorted({each.since for each in found})
    assert "edits" in found[0].lacks
    assert found[-1].lacks == frozenset()
    assert eras.of("") == ()
    assert len(eras.of("year")) == 1
