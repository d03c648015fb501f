"""Stories lie where all of their parts have their days."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations import seasons
from pytest_imessage_foundry.models import Turn, When
from pytest_imessage_foundry.models.apple_time import DAY, from_iso, to_datetime

START, END = from_iso("2025-01-01T00:00:00Z"), from_iso("2026-01-01T00:00:00Z")
WEEK = from_iso("2025-03-08T00:00:00Z")


def story(*turns: Turn) -> tuple[Turn, ...]:
    return (*turns, Turn(sender="mom", text="bye"))


def opens(**when) -> Turn:
    return Turn(sender="mom", text="hi", opens=True, when=When(**when))


def later(pause: int, **when) -> Turn:
    return Turn(sender="mom", text="so", pause=pause, when=When(**when))


def month(place: float) -> int:
    return to_datetime(START + int((END - START) * place)).month


def test_a_story_of_a_season_is_moved_into_it():
    _, places = seasons.placed([story(opens(months=(7, 8)))], 0.0, START, END)
    assert month(places[0]) in (7, 8)


def test_a_later_part_moves_the_whole_story():
    bloom = story(opens(weekdays=(0,)), later(20 * 1_440, months=(9,)))
    _, places = seasons.placed([bloom], 0.0, START, END)
    assert month(places[0]) in (7, 8, 9)


def test_a_story_of_weeks_ends_before_the_range_does():
    long = story(opens(), later(60 * 1_440, days=(1, 4)))
    _, places = seasons.placed([long], 0.99, START, END)
    assert places[0] < 1 - 60 / 365


def test_stories_of_one_month_do_not_all_come_at_once():
    many = [story(opens(months=(5, 6))) for _ in range(3)]
    _, places = seasons.placed(many, 0.5, START, END)
    assert max(places) - min(places) > 0.05


@pytest.mark.parametrize(
    ("turns", "fits"),
    [
        ((opens(),), True),
        ((opens(months=(3,)),), True),
        ((opens(months=(8,)),), False),
        ((opens(), later(2 * 1_440)), True),
        ((opens(), later(20 * 1_440)), False),
        ((opens(), later(1_440, months=(8,))), False),
    ],
)
def test_a_week_has_room_for_some(turns, fits):
    assert seasons.has_place(story(*turns), WEEK, WEEK + 7 * DAY) is fits


@pytest.mark.parametrize(
    ("date", "is_amid"), [("2025-07-20", True), ("2025-07-04", False)]
)
def test_the_edge_of_a_season_is_not_amid(date, is_amid):
    when = When(months=(7, 8), weekdays=(0,))
    assert seasons.is_amid(when, from_iso(f"{date}T12:00:00Z")) is is_amid


@pytest.mark.parametrize("day", ["02-14", "07-04", "10-31", "12-26"])
@pytest.mark.parametrize("years", [1, 10])
def test_a_story_of_one_day_finds_it(day, years):
    start = END - years * (END - START)
    scene = story(opens(dates=(day, day)))
    assert seasons.has_place(scene, start, END)
    for phase in (0.0, 0.4, 0.99):
        _, (place,) = seasons.placed([scene], phase, start, END)
        found = to_datetime(start + int((END - start) * place))
        assert f"{found:%m-%d}" == day
    assert not seasons.has_place(scene, WEEK, WEEK + 7 * DAY)


def test_a_month_is_found_in_years():
    start = from_iso("2015-10-15T00:00:00Z")
    scene = story(opens(months=(7,)), later(1_440, months=(7,)))
    _, (place,) = seasons.placed([scene], 0.5, start, END)
    assert to_datetime(start + int((END - start) * place)).month == 7


def test_a_range_may_have_a_month_and_not_its_day():
    monday = opens(months=(3,), weekdays=(0,))
    assert seasons.has_day(monday, WEEK, WEEK + 7 * DAY)
    assert not seasons.has_day(monday, WEEK, WEEK + DAY)
    assert seasons.has_day(Turn(sender="mom", text="hi"), WEEK, WEEK + DAY)


def test_the_minutes_of_a_first_day_are_no_season() -> None:
    """Nor are those of a last one; a whole first day is."""
    winter = [Turn(sender="a", text="hm", opens=True, when=When(months=(2,)))]
    end = from_iso("2025-11-30T00:00:00Z")
    assert not seasons.has_place(winter, from_iso("2025-02-28T14:00:00Z"), end)
    assert seasons.has_place(winter, from_iso("2025-02-28T00:00:00Z"), end)
