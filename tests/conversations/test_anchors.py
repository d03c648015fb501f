"""Turns come when their anchors say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from talks import END, ME, START, friend

from pytest_imessage_foundry.conversations.packs.pack_checks import Flaw, check
from pytest_imessage_foundry.conversations.packs.pack_lines import line_of, turn_of
from pytest_imessage_foundry.conversations.timeline import lay_out
from pytest_imessage_foundry.conversations.unplaced_turn import UnplacedTurnError
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona, Turn, When
from pytest_imessage_foundry.models.apple_time import DAY, from_iso, to_datetime

SEEDS = [str(number) for number in range(12)]
FILLER = [Turn(sender="me", text=f"so {number}", opens=True) for number in range(30)]


def lay(turns: list[Turn], *, key: str, other: Persona | None = None) -> list[datetime]:
    """Return the local times of turns among fillers, those of the turns alone."""
    other = other or friend()
    everything = [*FILLER, *turns, *FILLER]
    pairs = lay_out(
        everything,
        people={other.id: other},
        owner=ME,
        start=START,
        end=END,
        count=len(everything),
        rng_key=key,
    )
    zone = ZoneInfo(ME.time_zone)
    times = [to_datetime(moment).astimezone(zone) for moment, _ in pairs]
    assert times == sorted(times)
    return times[len(FILLER) : len(FILLER) + len(turns)]


def story(when: When | None, hours: tuple[int, int] | None = None) -> list[Turn]:
    return [
        Turn(sender="me", text="hello", opens=True, when=when, hours=hours),
        Turn(sender="f", text="oh hi"),
        Turn(sender="me", text="and so on"),
    ]


@pytest.mark.parametrize("key", SEEDS)
@pytest.mark.parametrize(
    ("when", "is_kept"),
    [
        (When(weekdays=(0,)), lambda day: day.weekday() == 0),
        (When(weekdays=(5, 6)), lambda day: day.weekday() >= 5),
        (When(days=(1, 3)), lambda day: 1 <= day.day <= 3),
        (When(months=(7, 8)), lambda day: 7 <= day.month <= 8),
        (
            When(dates=("05-25", "08-10")),
            lambda day: "05-25" <= f"{day:%m-%d}" <= "08-10",
        ),
        (When(weekdays=(4,), days=(13, 13)), lambda day: day.day == 13),
    ],
    ids=["monday", "weekend", "first days", "summer", "from May on", "friday the 13th"],
)
def test_a_sitting_comes_on_its_days(key, when, is_kept):
    assert is_kept(lay(story(when), key=key)[0])


def test_what_is_said_on_working_days_is_not_said_on_a_holiday():
    """The Fourth of July of that year is on a Friday."""
    fourth = ("07-04", "07-08")
    working = When(weekdays=(0, 1, 2, 3, 4), dates=fourth)
    assert {lay(story(working), key=key)[0].day for key in SEEDS} == {7}
    friday = When(weekdays=(4,), dates=fourth)
    assert {lay(story(friday), key=key)[0].day for key in SEEDS} == {4}


@pytest.mark.parametrize("key", SEEDS)
def test_every_hour_is_kept(key):
    turns = [
        turn
        for hours in ((6, 9), (12, 14), (22, 1), (3, 5)) * 5
        for turn in story(None, hours)
    ]
    for moment, turn in zip(lay(turns, key=key), turns, strict=True):
        if turn.hours:
            first, last = turn.hours
            assert (moment.hour - first) % 24 < (last - first) % 24, moment


@pytest.mark.parametrize("key", SEEDS)
def test_a_turn_within_a_sitting_moves_all_of_it(key):
    turns = story(None)
    turns[2] = Turn(sender="me", text="it's monday", when=When(weekdays=(0,)))
    turns.append(Turn(sender="f", text="good night", hours=(21, 24)))
    times = lay(turns, key=key, other=friend("instant"))
    assert times[2].weekday() == 0
    assert times[3].hour >= 21
    # Who answers after twenty minutes begins another part.
    waits = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert sum(wait > 3_600 for wait in waits) <= 1


@pytest.mark.parametrize("key", SEEDS)
def test_a_turn_comes_after_and_within(key):
    turns = [
        Turn(sender="f", text="the train leaves in ten minutes", opens=True),
        Turn(sender="me", text="run"),
        Turn(sender="f", text="made it", pause=9, when=When(within=(2, 15))),
        Turn(
            sender="f",
            text="the parcel is here",
            pause=60,
            when=When(after=(3, 10_080)),
        ),
        Turn(
            sender="me",
            text="finally",
            pause=90,
            when=When(after=(1, 60), within=(1, 240)),
        ),
    ]
    times = lay(turns, key=key)
    assert (times[2] - times[0]).total_seconds() <= 15 * 60
    assert (times[3] - times[0]).total_seconds() >= 7 * 86_400
    assert 3_599 <= (times[4] - times[3]).total_seconds() <= 4 * 3_600 + 1


@pytest.mark.parametrize("key", SEEDS)
def test_an_hour_of_a_season_is_kept_beyond_a_change_of_clocks(key):
    """Where it is wanted clocks may have another offset."""
    moment = lay(story(When(months=(7, 8)), (15, 16)), key=key)[0]
    assert (moment.hour, moment.month in (7, 8)) == (15, True)


def test_the_hours_are_those_of_the_sender():
    tokyo = friend(zone="Asia/Tokyo")
    turns = [Turn(sender="f", text="おはよう", opens=True, hours=(7, 9))]
    for key in SEEDS:
        there = lay(turns, key=key, other=tokyo)[0].astimezone(ZoneInfo("Asia/Tokyo"))
        assert 7 <= there.hour < 9


def test_anchors_survive_a_pack():
    turn = Turn(
        sender="me",
        text="x",
        hours=(7, 9),
        when=When(
            weekdays=(0, 4), months=(1,), dates=("01-01", "01-20"), after=(3, 60)
        ),
    )
    line = line_of(turn)
    assert line["when"]["weekdays"] == ["mon", "fri"]
    assert turn_of(line) == turn
    christmas = turn_of({"sender": "me", "text": "x", "when": {"holiday": "christmas"}})
    assert christmas.when == When(dates=("12-24", "12-26"))


def pack(**turn: object) -> dict[str, object]:
    from pytest_imessage_foundry.conversations.packs.pack_lines import fields_of
    from pytest_imessage_foundry.conversations.packs.store import Request, key

    request = Request(
        owner="me", participants=("f",), locale="en_US", theme=None, count=1
    )
    line = {"sender": "me", "text": "x", **turn}
    return {
        "name": "p",
        "version": 1,
        "conversations": [
            {
                "key": key(request),
                "provenance": {
                    "kind": "written",
                    "date": "2026-01-01",
                    "verdict": "fine",
                    "model": None,
                    "people": None,
                    "prompt_version": 1,
                },
                "request": {**fields_of(request), "participants": ["f"]},
                "turns": [*({"sender": "f", "text": "y"} for _ in range(5)), line],
            }
        ],
    }


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ({}, "is empty"),
        ({"weekday": ["mon"]}, "unknown field"),
        ({"weekdays": ["Monday"]}, "is not one of"),
        ({"months": [13]}, "no list of months"),
        ({"days": [5, 1]}, "first and the last day"),
        ({"dates": ["12-24", "24-12"]}, "not two dates"),
        ({"holiday": "whitsun"}, "is not one of"),
        ({"holiday": "easter", "dates": ["01-01", "01-02"]}, "one of them is enough"),
        ({"after": [0, 5]}, "how many turns back"),
        ({"after": [900, 5]}, "more than 200 turns"),
        ({"months": [2], "days": [30, 31]}, "on no day of any year"),
        ({"dates": ["12-24", "12-26"], "months": [6]}, "on no day of any year"),
        ({"after": [2, 600], "within": [2, 60]}, "later than `after` and sooner"),
    ],
)
def test_what_cannot_be_kept_is_an_error_of_the_pack(when, fault):
    with pytest.raises(Flaw, match=fault):
        check(pack(when=when), 1)
    check(pack(when={"weekdays": ["mon"], "after": [2, 60], "within": [2, 600]}), 1)


TWO_DAYS = from_iso("2025-07-02T08:00:00Z"), from_iso("2025-07-04T08:00:00Z")
ON_MONDAY = Turn(sender="me", text="it's monday", opens=True, when=When(weekdays=(0,)))


def in_two_days(**more: Any) -> list[Turn]:
    """Lay out three sittings, of which one cannot be; return those that are."""
    yes = Turn(sender="jo", text="yes")
    turns = [FILLER[0], yes, ON_MONDAY, yes, FILLER[1], replace(yes, replies_to=3)]
    start, end = TWO_DAYS
    pairs = lay_out(
        turns,
        people={"jo": replace(friend(), id="jo")},
        owner=ME,
        start=start,
        end=end,
        count=len(turns),
        rng_key="0",
        **more,
    )
    return [turn for _, turn in pairs]


def test_what_a_range_has_no_time_for_is_left_out():
    told = in_two_days()
    assert [turn.text for turn in told] == ["so 0", "yes", "so 1", "yes"]
    # What it replied to is not there.
    assert told[-1].replies_to == 0


def test_other_turns_come_in_their_place():
    spare = [Turn(sender="jo", text=f"spare {n}", opens=True) for n in range(9)]
    told = in_two_days(spare=lambda count: spare[:count])
    texts = [turn.text for turn in told]
    assert texts == ["so 0", "yes", "spare 0", "spare 1", "so 1", "yes"]


def test_it_is_kept_where_all_turns_have_to_stay():
    assert ON_MONDAY in in_two_days(no_time="keep")


def test_it_is_refused_by_a_message_that_names_the_turn():
    with pytest.raises(FoundryError, match="no time for \"it's monday\" of 'me'"):
        in_two_days(no_time="refuse")


def whole(*turns: Turn, days: int = 300, **more: Any) -> list[int]:
    """Lay out one talk; return the times of its turns."""
    start = from_iso("2024-12-01")
    pairs = lay_out(
        turns,
        people={"f": friend()},
        owner=ME,
        start=start,
        end=start + days * DAY,
        count=len(turns),
        rng_key="0",
        **more,
    )
    return [moment for moment, _ in pairs]


MORNING = Turn(sender="f", text="morning", opens=True, hours=(6, 8))
EVENING = Turn(sender="me", text="evening", hours=(20, 22))
FRIDAY = Turn(sender="me", text="friday", when=When(weekdays=(4,), within=(1, 60)))
YEARS = Turn(sender="me", text="back", pause=60, when=When(after=(1, 5_000_000)))


@pytest.mark.parametrize("no_time", ["refuse", "leave out"])
@pytest.mark.parametrize(
    ("turns", "says"),
    [
        (
            (MORNING, EVENING),
            "turns[1] of conversation 'c', with {\"hours\": [20, 22]}",
        ),
        ((replace(MORNING, when=When(weekdays=(0,))), FRIDAY), "turns[1] of"),
        ((MORNING, Turn(sender="me", text="ah"), YEARS, EVENING), "turns[2] of"),
        ((replace(MORNING, when=When(dates=("02-29", "02-29"))),), "turns[0] of"),
    ],
)
def test_a_talk_that_cannot_be_is_refused_with_its_turn(turns, says, no_time):
    """Nobody leaves out all that there is."""
    with pytest.raises(UnplacedTurnError) as caught:
        whole(*turns, no_time=no_time, name="conversation 'c'")
    what, where, advice = str(caught.value).splitlines()
    assert says in what
    assert where == "looked from 2024-12-01 to 2025-09-27, after the turns before it"
    assert advice.startswith("give the conversation a longer range")
    assert caught.value.turn == turns[caught.value.place]


def test_a_day_that_comes_once_in_years_is_found():
    leap = replace(MORNING, when=When(dates=("02-29", "02-29")))
    assert len(whole(leap, days=4_000)) == 1
