"""Turns of packs that speak of a time are found, unless an anchor keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_imessage_foundry.conversations import turn_clock
from pytest_imessage_foundry.conversations.clock_linter import faults
from pytest_imessage_foundry.conversations.packs import pack_files, store
from pytest_imessage_foundry.conversations.packs.pack_lines import line_of, turn_of
from pytest_imessage_foundry.conversations.turn_clock import loose_turns, unplaced_turn
from pytest_imessage_foundry.models import Turn, When
from pytest_imessage_foundry.models.apple_time import DAY
from pytest_imessage_foundry.personas import builtin

PEOPLE = builtin.by_id()
ALEX, MOM = PEOPLE["alex"], PEOPLE["mom"]
OTHERS = [Turn(sender="mom", text="the soup is on", pause=300) for _ in range(3)]


def found(*turns, people=(ALEX, MOM)):
    known = {each.id: each for each in people}
    return list(loose_turns([*OTHERS, *turns, *OTHERS], known, ALEX))


def mom(text, **facts):
    return Turn(sender="mom", text=text, pause=600, **facts)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("good morning!", '"hours": [4, 13]'),
        ("it's 4pm, where are you", '"hours": [16, 17]'),
        ("happy friday", '"when": {"weekdays": ["fri"]}'),
        ("it's snowing", '"when": {"months": [11, 12, 1, 2, 3, 4]}'),
        ("merry christmas", '"when": {"dates": ["12-15", "12-31"]}'),
    ],
)
def test_what_is_found_goes_once_the_advice_is_followed(text, advice):
    (loose,) = found(mom(text))

    assert (loose.place, loose.sender, loose.text) == (3, "mom", text)
    assert loose.advice == advice
    assert loose.what in list(faults(text, loose.moment, ["en"]))
    mended = turn_of({**line_of(mom(text)), **loose.anchor})
    assert found(mended) == []


@pytest.mark.parametrize(
    "turn",
    [
        mom("good morning", hours=(6, 9)),
        mom("good night", hours=(22, 1)),
        mom("happy new year", when=When(dates=("12-31", "01-02"))),
        mom("it's snowing", when=When(months=(1,))),
        mom("happy friday", when=When(weekdays=(4,))),
        mom("merry christmas", when=When(dates=("12-24", "12-26"))),
        mom("what are you up to"),
    ],
)
def test_what_an_anchor_keeps_is_not(turn):
    assert found(turn) == []


@pytest.mark.parametrize(
    "turn",
    [
        mom("good morning", hours=(6, 20)),
        mom("good morning", when=When(weekdays=(0,))),
        mom("good morning", hours=(13, 4)),
        mom("happy friday", hours=(6, 9)),
        mom("happy friday", when=When(weekdays=(3, 4))),
        mom("merry christmas", when=When(months=(12,))),
    ],
)
def test_an_anchor_that_allows_more_is_not_enough(turn):
    assert [each.place for each in found(turn)] == [3]


def test_a_turn_stays_where_its_part_is_anchored():
    early = mom("up yet?", hours=(7, 9))
    late = Turn(sender="alex", text="good morning mom")

    assert found(early, late) == []
    assert [each.place for each in found(replace(early, hours=None), late)] == [4]


def test_what_the_turn_has_already_stays_in_the_advice():
    (loose,) = found(mom("it's snowing", when=When(weekdays=(5,))))

    assert loose.anchor == {
        "when": {"weekdays": ["sat"], "months": [11, 12, 1, 2, 3, 4]}
    }


def test_the_languages_are_those_of_the_people():
    hugo = PEOPLE["hugo"]
    text = Turn(sender="hugo", text="bonne nuit", pause=600)

    assert [each.what for each in found(text, people=(ALEX, MOM, hugo))] == [
        "bonne nuit"
    ]
    assert found(mom("bonne nuit")) == []


def unplaced(*turns):
    return unplaced_turn(turns, {"mom": MOM, "alex": ALEX}, ALEX)


@pytest.mark.parametrize(
    "turns",
    [
        [mom("x", hours=(6, 8)), Turn(sender="alex", text="y", hours=(20, 22))],
        [
            mom("x", when=When(months=(1,))),
            Turn(sender="alex", text="y", when=When(months=(7,))),
        ],
        [
            mom("x", when=When(weekdays=(0,))),
            mom("y", when=When(weekdays=(4,), within=(1, 60))),
        ],
    ],
)
def test_a_turn_that_no_calendar_can_keep_is_found(turns, monkeypatch):
    # Four years have all days of the year; it looks through all decades for them.
    start = turn_clock._ALL_TIME[0]
    monkeypatch.setattr(turn_clock, "_ALL_TIME", (start, start + 4 * 366 * DAY))
    opens = Turn(sender="alex", text="so", opens=True)

    error = unplaced(opens, *turns)

    assert (error.place, error.turn) == (2, turns[1])


@pytest.mark.parametrize(
    "turns",
    [
        [Turn(sender="mom", text="x")],
        [mom("x", hours=(6, 8)), mom("y", hours=(20, 22))],
        [mom("x", when=When(dates=("02-29", "02-29"), weekdays=(3,)))],
        [mom("x"), mom("y", when=When(after=(1, 5_000_000)))],
    ],
)
def test_what_a_calendar_can_keep_is_not(turns):
    assert unplaced(*turns) is None


@pytest.mark.parametrize("path", pack_files.shipped(), ids=lambda path: path.name)
def test_a_calendar_keeps_all_that_is_shipped(path):
    for cached in store.read(path).conversations:
        people = {who: PEOPLE[who] for who in ("alex", *cached.request.participants)}
        assert unplaced_turn(cached.turns, people, ALEX) is None


def test_shipped_packs_have_next_to_none():
    """Of the five packs, three turns are known that no anchor keeps in place."""
    loose = [
        each
        for path in pack_files.shipped()
        for cached in store.read(path).conversations
        for each in loose_turns(
            cached.turns,
            {who: PEOPLE[who] for who in ("alex", *cached.request.participants)},
            ALEX,
        )
    ]
    assert len(loose) <= 3
