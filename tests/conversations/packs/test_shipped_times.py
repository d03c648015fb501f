"""Each shipped conversation can be told at its times, so none is left out for ever."""

from __future__ import annotations

from itertools import islice
from math import ceil

import pytest

from pytest_imessage_foundry.conversations import timeline
from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.conversations.stories import Story
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Turn
from pytest_imessage_foundry.models.apple_time import DAY, from_iso
from pytest_imessage_foundry.personas import builtin

PEOPLE = {each.id: each for each in builtin.load()}
INDEX = store.load_all()
START = from_iso("2024-01-01")
TRIES = [(START + days * DAY, key) for days in (0, 120, 240) for key in "abc"]


def is_told(told: store.Cached, said: tuple[Turn, ...], start: int, key: str) -> bool:
    """Whether a range of two years has a time for each turn."""
    people = {who: PEOPLE[who] for who in told.request.participants}
    # What a service writes is told one notice after the other.
    is_service = any("service" in circles(each) for each in people.values())
    try:
        turns = list(
            timeline.lay_out(
                said if is_service else (),
                people=people,
                owner=PEOPLE[told.request.owner],
                start=start,
                end=start + 730 * DAY,
                count=len(said) if is_service else 0,
                rng_key=key,
                stories=[] if is_service else [Story(0.1, said)],
                no_time="refuse",
            )
        )
    except FoundryError:
        return False
    return len(turns) == len(said)


@pytest.mark.parametrize("key", sorted(INDEX.by_key))
def test_a_conversation_finds_its_times(key: str) -> None:
    told = INDEX.by_key[key]
    said = told.turns
    found = (each for each in TRIES if is_told(told, said, *each))
    # No more are tried when it is clear that most find their times.
    enough = ceil(0.7 * len(TRIES))
    assert len(list(islice(found, enough))) == enough
