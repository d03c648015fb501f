"""Each shipped conversation can be told at its times, so none is left out for ever."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations import timeline
from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.models.apple_time import DAY, from_iso
from pytest_imessage_foundry.personas import builtin

PEOPLE = {each.id: each for each in builtin.load()}
INDEX = store.load_all()
START = from_iso("2024-01-01")


@pytest.mark.parametrize("key", sorted(INDEX.by_key))
def test_a_conversation_finds_its_times_within_a_year_or_two(key: str) -> None:
    told = INDEX.by_key[key]
    owner = PEOPLE[told.request.owner]
    for start in (START, START + 120 * DAY, START + 240 * DAY):
        turns = list(
            timeline.lay_out(
                (),
                people={who: PEOPLE[who] for who in told.request.participants},
                owner=owner,
                start=start,
                end=start + 730 * DAY,
                count=0,
                rng_key="a",
                stories=[timeline.Story(0.1, told.turns)],
                no_time="refuse",
            )
        )
        assert len(turns) == len(told.turns)
