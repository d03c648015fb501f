from __future__ import annotations

import hashlib
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from random import Random
from statistics import median
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talks import END, ME, START, friend, talk

from pytest_imessage_foundry.conversations import clock
from pytest_imessage_foundry.conversations.clock import Rhythm, offset_in
from pytest_imessage_foundry.conversations.realism import fit_power_law
from pytest_imessage_foundry.conversations.session_order import EXCHANGE
from pytest_imessage_foundry.conversations.stories import Story
from pytest_imessage_foundry.conversations.timeline import lay_out
from pytest_imessage_foundry.conversations.waits import Waits
from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona, ResponseTime, Sitting, Turn, When
from pytest_imessage_foundry.models.apple_time import (
    from_datetime,
    from_iso,
    to_datetime,
)

SECOND = 1_000_000_000
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND
RESPONSES: tuple[ResponseTime, ...] = ("instant", "minutes", "hours", "days")


def times(
    count: int,
    *,
    other: Persona | None = None,
    owner: Persona = ME,
    start: int = START,
    end: int = END,
    expected: int | None = None,
    topic: int = 7,
    key: str = "0",
) -> list[tuple[int, Turn]]:
    other = other or friend()
    return list(
        lay_out(
            talk(count, topic=topic, key=key),
            people={other.id: other},
            owner=owner,
            start=start,
            end=end,
            count=count if expected is None else expected,
            rng_key=key,
        )
    )


def check(pairs: list[tuple[int, Turn]], start: int, end: int) -> None:
    moments = [moment for moment, _ in pairs]
    assert all(before < after for before, after in pairwise(moments))
    if moments:
        assert start <= moments[0]
        assert moments[-1] <= end


@pytest.mark.parametrize("response", RESPONSES)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 130, 10_000])
def test_any_count_fits_a_year_in_order(count: int, response: ResponseTime) -> None:
    pairs = times(count, other=friend(response))
    check(pairs, START, END)
    assert [turn for _, turn in pairs] == list(talk(count, key="0"))
    if count > 100:
        assert pairs[-1][0] > END - (END - START) // 8
    elif count:  # a chat of a few words may end long before
        assert pairs[-1][0] > END - 3 * (END - START) // 4


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    count=st.integers(0, 400),
    expected=st.integers(0, 400),
    length=st.one_of(st.integers(0, 2_000), st.integers(0, 10**18)),
    start=st.integers(0, 8 * 10**17),
    response=st.sampled_from(RESPONSES),
    zone=st.sampled_from(["UTC", "Asia/Tokyo", "Asia/Kathmandu", "Africa/Casablanca"]),
    topic=st.integers(0, 20),
)
def test_order_and_range_hold_whatever_is_asked(
    count: int,
    expected: int,
    length: int,
    start: int,
    response: ResponseTime,
    zone: str,
    topic: int,
) -> None:
    end = start + length
    if length < expected - 1:
        with pytest.raises(FoundryError, match="no room for the turns"):
            times(count, start=start, end=end, expected=expected)
        return
    if length < 10**14:  # less than a day: more than were announced may not fit
        count = min(count, expected)
    pairs = times(
        count,
        other=friend(response, zone),
        start=start,
        end=end,
        expected=expected,
        topic=topic,
    )
    check(pairs, start, end)
    assert len(pairs) == count


@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_the_tightest_range_holds_one_turn_a_nanosecond(count: int) -> None:
    pairs = times(count, start=START, end=START + count - 1)
    assert [moment for moment, _ in pairs] == list(range(START, START + count))
    with pytest.raises(FoundryError, match="no room"):
        times(count, start=START, end=START + count - 2)


def test_a_few_turns_more_than_announced_still_fit() -> None:
    check(times(1_020, expected=1_000), START, END)
    for key in "abcdef":
        check(times(1_300, expected=1_000, key=key), START, END)


def test_more_turns_than_nanoseconds_do_not_fit() -> None:
    with pytest.raises(FoundryError, match="say how many turns really come"):
        times(200, start=START, end=START + 100, expected=50)


def test_own_times_are_milliseconds_and_received_ones_are_not() -> None:
    own: list[int] = []
    received: list[int] = []
    for moment, turn in times(4_000):
        (own if turn.sender == "me" else received).append(moment)
    assert all(moment % 1_000_000 == 0 for moment in own)
    assert sum(moment % 1_000 == 0 for moment in received) < len(received) / 50


@pytest.mark.parametrize(
    ("response", "least", "most"),
    [
        ("instant", 0, 60),
        ("minutes", 60, 15 * 60),
        ("hours", 1_800, 6 * 3_600),
        ("days", 12 * 3_600, 60 * 3_600),
    ],
)
def test_people_answer_as_fast_as_they_are_said_to(
    response: ResponseTime, least: float, most: float
) -> None:
    """It is how late they join; in the talk they answer soon."""
    first, further, wrote = [], [], 0
    for (before, said), (later, turn) in pairwise(times(900, other=friend(response))):
        if turn.sender == "f" != said.sender:
            waits = first if before - wrote > HOUR else further
            waits.append((later - before) / SECOND)
        if turn.sender == "f":
            wrote = later
    assert least < median(first) < most
    assert median(further) < 15 * 60


def test_a_thought_in_several_bubbles_comes_within_seconds() -> None:
    waits = [
        (later - before) / SECOND
        for (before, said), (later, turn) in pairwise(times(2_000))
        if turn.sender == said.sender and not turn.opens
    ]
    assert median(waits) < 15


def test_most_is_written_in_sessions_of_five_to_thirty() -> None:
    shares = []
    for key in "abcdef":
        # Where nobody says what belongs together, the lengths are drawn.
        moments = [moment for moment, _ in times(1_500, topic=0, key=key)]
        sizes = [1]
        for before, after in pairwise(moments):
            if after - before > HOUR:
                sizes.append(0)
            sizes[-1] += 1
        shares.append(sum(s for s in sizes if 5 <= s <= 30) / len(moments))
    assert 0.6 < median(shares) < 0.85


def test_sessions_begin_where_topics_do() -> None:
    pairs = times(2_000)
    long = [
        turn.opens
        for (before, _), (after, turn) in pairwise(pairs)
        if after - before > 6 * HOUR
    ]
    assert sum(long) / len(long) > 0.9


@pytest.mark.parametrize(
    ("count", "is_marked"),
    [(2, True), (4, True), (159, True), (2, False), (4, False), (44, False)],
)
def test_a_short_talk_without_a_pause_is_one_session(
    count: int, *, is_marked: bool
) -> None:
    turns = [
        Turn(sender=("f", "me")[place % 2], text="hm", opens=is_marked and not place)
        for place in range(count)
    ]
    for key in range(40):
        dates = dates_of(turns, key=str(key))
        assert max(after - date for date, after in pairwise(dates)) <= 30 * 60 * SECOND


def test_a_short_talk_is_cut_where_its_only_mark_is() -> None:
    turns = [Turn(sender="f", text="hm", opens=place == 2) for place in range(5)]
    for key in range(40):
        dates = dates_of(turns, key=str(key))
        gaps = [after - date for date, after in pairwise(dates)]
        assert gaps[1] == max(gaps) > 30 * 60 * SECOND
        assert sorted(gaps)[-2] <= 30 * 60 * SECOND


def dates_of(turns: list[Turn], *, key: str) -> list[int]:
    pairs = lay_out(
        turns,
        people={"f": friend()},
        owner=ME,
        start=START,
        end=END,
        count=len(turns),
        rng_key=key,
    )
    return [date for date, _ in pairs]


def test_a_sitting_is_one_session_and_the_next_one_another() -> None:
    waits = {True: [], False: []}
    for (before, _), (after, turn) in pairwise(times(2_000)):
        waits[turn.opens].append(after - before)
    assert sum(wait > HOUR for wait in waits[True]) > 0.9 * len(waits[True])
    assert sum(wait > HOUR for wait in waits[False]) < 0.05 * len(waits[False])


def lay(turns: list[Turn], *people: Persona, key: str = "0") -> list[datetime]:
    """The local times of made-up turns in a year."""
    pairs = lay_out(
        turns,
        people={each.id: each for each in people},
        owner=ME,
        start=START,
        end=END,
        count=len(turns),
        rng_key=key,
    )
    here = ZoneInfo(ME.time_zone)
    return [to_datetime(moment).astimezone(here) for moment, _ in pairs]


def test_a_pause_is_as_long_as_it_says() -> None:
    turns = [
        Turn(sender="f", text="brb", opens=True),
        Turn(sender="f", text="back", pause=20),
        Turn(sender="me", text="good"),
    ] * 60
    moments = lay(turns, friend("days"))
    waits = [
        (after - before).total_seconds() / 60 for before, after in pairwise(moments)
    ]
    assert sum(14 < wait < 26 for wait in waits[::3]) > 55


def test_the_parts_of_a_story_stay_together_to_the_last() -> None:
    story = [
        Turn(sender="me" if number % 2 else "f", text="and then", pause=pause)
        for number, pause in enumerate([0, 0, 1_440, 0, 0, 4_320, 0, 0])
    ]
    plain = [Turn(sender="f", text="hi", opens=not number % 8) for number in range(64)]
    moments = lay([*plain, replace(story[0], opens=True), *story[1:]], friend())
    parts = moments[-8:]
    assert 0.5 < (parts[2] - parts[1]).total_seconds() / 86_400 < 3
    assert 1.5 < (parts[5] - parts[4]).total_seconds() / 86_400 < 8
    assert to_datetime(END) - parts[-1] < timedelta(days=45)


@pytest.mark.parametrize("hours", [(7, 10), (12, 14), (22, 1)])
def test_a_sitting_begins_in_its_hours(hours: tuple[int, int]) -> None:
    turns = [
        Turn(sender="me", text="now", opens=not number % 5, hours=hours)
        for number in range(300)
    ]
    begun = lay(turns, friend())[::5]
    width = (hours[1] - hours[0]) % 24
    fitting = [(each.hour - hours[0]) % 24 < width for each in begun]
    assert sum(fitting) > 0.9 * len(fitting)


def test_hours_in_which_somebody_sleeps_are_not_kept_to() -> None:
    turns = [Turn(sender="f", text="hi", opens=True, hours=(12, 14))] * 100
    turns[1::2] = [Turn(sender="me", text="hello")] * 50
    begun = lay(turns, friend(zone="Asia/Tokyo"))  # its noon is ten at night
    assert sum(2 <= each.hour < 6 for each in begun) < 5


@pytest.mark.parametrize(
    "bank",
    [
        Persona(id="f", name="Bank", identifier="10455", identifier_type="short-code"),
        replace(friend("hours"), relationship="service"),
    ],
    ids=["short code", "phone"],
)
def test_notices_of_a_service_come_one_at_a_time(bank: Persona) -> None:
    turns = [Turn(sender="f", text="Your code is 123456", opens=True)] * 40
    moments = [
        moment
        for moment, _ in lay_out(
            turns,
            people={"f": bank},
            owner=ME,
            start=START,
            end=END,
            count=40,
            rng_key="0",
        )
    ]
    assert min(after - before for before, after in pairwise(moments)) > HOUR // 2
    assert moments[20] - START > (END - START) // 10


def test_waiting_times_have_a_power_laws_tail() -> None:
    for key in "abc":
        moments = [moment / SECOND for moment, _ in times(3_000, key=key)]
        fit = fit_power_law(after - before for before, after in pairwise(moments))
        assert fit is not None
        assert fit.ratio > 0
        assert 1.3 < fit.exponent < 2.2


@pytest.mark.parametrize(
    "zone",
    ["America/New_York", "Europe/Berlin", "Asia/Tokyo", "Asia/Kathmandu", "UTC"],
)
def test_people_sleep_by_their_own_clock(zone: str) -> None:
    here = ZoneInfo(zone)
    owner = Persona(
        id="me", name="Me", identifier="+12125550142", is_self=True, time_zone=zone
    )
    pairs = times(6_000, owner=owner, other=friend(zone=zone))
    local = [to_datetime(moment).astimezone(here) for moment, _ in pairs]
    hours = Counter(each.hour for each in local)
    assert sum(hours[hour] for hour in range(2, 6)) < 0.04 * len(local)
    assert sum(hours[hour] for hour in range(8, 23)) > 0.78 * len(local)


def test_weekends_begin_later() -> None:
    here = ZoneInfo("America/New_York")
    early = {True: 0, False: 0}
    for moment, _ in (*times(20_000, key="1"), *times(20_000, key="2")):
        local = to_datetime(moment).astimezone(here)
        early[local.weekday() >= 5] += local.hour in (6, 7, 8)
    assert early[True] / 2 < 0.85 * early[False] / 5


def test_two_people_far_apart_meet_while_both_are_awake() -> None:
    tokyo = friend(zone="Asia/Tokyo")
    pairs = times(2_000, other=tokyo)
    for zone in ("America/New_York", "Asia/Tokyo"):
        here = ZoneInfo(zone)
        night = sum(
            2 <= to_datetime(moment).astimezone(here).hour < 6 for moment, _ in pairs
        )
        assert night < 0.04 * len(pairs)


def test_a_group_keeps_to_those_who_speak_not_to_all_who_are_known() -> None:
    alone = times(300)
    crowd = {who: friend(zone="Asia/Tokyo", who=who) for who in ("g", "hh")}
    beside = lay_out(
        talk(300, key="0"),
        people={"f": friend(), **crowd},
        owner=ME,
        start=START,
        end=END,
        count=300,
        rng_key="0",
    )
    assert list(beside) == alone


def test_the_days_on_which_clocks_change() -> None:
    for day in ("2025-03-09", "2025-11-02"):
        start = from_iso(f"{day}T05:00:00")
        pairs = times(3_000, start=start, end=start + DAY)
        check(pairs, start, start + DAY)
        here = ZoneInfo("America/New_York")
        local = [to_datetime(moment).astimezone(here).hour for moment, _ in pairs]
        assert sum(2 <= hour < 6 for hour in local) < 0.04 * len(local)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Dublin", "Asia/Gaza"])
def test_offsets_are_those_of_the_zone_all_year(zone: str) -> None:
    here = ZoneInfo(zone)
    rhythm = Rhythm([zone])
    for hour in range(0, 366 * 24, 5):
        moment = START / SECOND + hour * 3_600 + 1
        when = datetime.fromtimestamp(moment + 978_307_200, UTC).astimezone(here)
        offset = when.utcoffset()
        assert offset is not None
        assert offset_in(zone, moment) == offset.total_seconds()
        assert rhythm._local(moment)[0] == offset.total_seconds()


def test_waking_time_is_there_and_back_again() -> None:
    rhythm = Rhythm(["America/New_York", "Europe/Berlin"])
    start = START / SECOND
    for waking in (0.0, 1.0, 4_000.0, 90_000.0, 3e6, 2e7):
        end = rhythm.after(start, waking)
        assert end >= start
        assert rhythm.until(start, end) == pytest.approx(waking, abs=60.0)


def test_the_tenth_noon_is_ten_days_of_waking_away() -> None:
    rhythm = Rhythm(["UTC"])
    noon = from_datetime(datetime(2025, 6, 2, 12, tzinfo=UTC)) / SECOND
    week = rhythm.until(noon, noon + 7 * 86_400)
    assert rhythm.after(noon, week) == pytest.approx(noon + 7 * 86_400)


def test_an_unknown_time_zone_is_named() -> None:
    for zone in ("Mars/Olympus", "../etc", ""):
        with pytest.raises(FoundryError, match=r"no time zone .*\n.*tzdata"):
            times(3, other=friend(zone=zone))


def test_the_first_of_a_million_is_there_at_once() -> None:
    taken = []

    def endless() -> object:
        for turn in talk(1_000_000):
            taken.append(1)
            yield turn

    began = process_time()
    first = next(
        lay_out(
            endless(),  # type: ignore[arg-type]
            people={"f": friend()},
            owner=ME,
            start=START,
            end=END,
            count=1_000_000,
            rng_key="0",
        )
    )
    assert START <= first[0] <= END
    assert len(taken) < 200
    assert process_time() - began < 5


def test_memory_does_not_grow_with_the_count() -> None:
    def peak(count: int) -> int:
        stream = lay_out(
            talk(count),
            people={"f": friend()},
            owner=ME,
            start=START,
            end=END,
            count=count,
            rng_key="0",
        )
        for _ in islice(stream, 500):
            pass
        tracemalloc.start()
        try:
            for _ in stream:
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(10_000) < 2 * peak(1_000) + 20_000


def test_equal_arguments_give_equal_times_and_another_key_others() -> None:
    assert times(300) == times(300)
    assert times(300, key="1") != times(300)


def test_processes_agree_whatever_their_hashes_and_clocks(
    elsewhere: list[dict[str, Any]],
) -> None:
    assert {each["timeline"] for each in elsewhere} == {digest()}


def digest() -> str:
    moments = [
        moment
        for response in RESPONSES
        for moment, _ in times(400, other=friend(response, "Europe/Berlin"))
    ]
    return hashlib.sha256(repr(moments).encode()).hexdigest()


def test_the_weeks_table_is_whole() -> None:
    rates, totals = clock._shared((0, 9))
    assert len(rates) == 168
    assert len(totals) == 169
    assert max(rates) == 1
    assert min(rates) > 0


# --- stories ---------------------------------------------------------------------


def told(name: str, count: int) -> list[Turn]:
    """Return a story, and whom it is told by: its first turn opens a sitting."""
    return [
        Turn(sender="f", text=f"{name}{place}", opens=not place)
        for place in range(count)
    ]


def with_stories(
    turns: list[Turn], stories: list[Story], *, key: str = "0"
) -> list[tuple[float, Turn]]:
    """Return each turn with the share of the range after which it comes."""
    pairs = lay_out(
        turns,
        people={"f": friend()},
        owner=ME,
        start=START,
        end=END,
        count=len(turns),
        rng_key=key,
        stories=stories,
    )
    found = list(pairs)
    check(found, START, END)
    return [((moment - START) / (END - START), turn) for moment, turn in found]


@pytest.mark.parametrize("count", [12, 60, 900])
@pytest.mark.parametrize("place", [0.1, 0.5, 0.85])
def test_a_story_comes_on_its_day(count: int, place: float) -> None:
    for key in "abc":
        found = with_stories(list(talk(count)), [Story(place, told("s", 45))], key=key)
        assert len(found) == count + 45
        texts = [turn.text for _, turn in found]
        first = texts.index("s0")
        assert texts[first : first + 45] == [f"s{each}" for each in range(45)]
        assert first + 45 == len(found) or found[first + 45][1].opens
        # The sitting of the day before may go on over it.
        assert place <= found[first][0] < place + 0.03


def test_other_turns_are_spread_as_if_there_were_no_story() -> None:
    for key in "abc":
        found = with_stories(list(talk(200)), [Story(0.2, told("s", 150))], key=key)
        shares = [share for share, turn in found if turn.text[0] != "s"]
        assert 0.25 < sum(share < 0.5 for share in shares) / len(shares) < 0.75


def test_stories_on_one_day_follow_each_other() -> None:
    stories = [Story(0.5, told("a", 5)), Story(0.5, told("b", 5))]
    said = [turn.text for _, turn in with_stories(list(talk(30)), stories)]
    assert said.index("a4") < said.index("b0")
    assert said.index("b0") - said.index("a0") >= 5


def test_a_story_after_all_turns_and_one_without_any() -> None:
    found = with_stories(list(talk(8)), [Story(0.999, told("s", 30))])
    assert [turn.text for _, turn in found][-30:] == [f"s{each}" for each in range(30)]
    only = with_stories([], [Story(0.4, told("s", 30))])
    assert len(only) == 30
    assert 0.4 <= only[0][0] < 0.42


def test_a_story_comes_before_a_turn_that_opens() -> None:
    turns = [Turn(sender="f", text="x", opens=not place) for place in range(50)]
    texts = [t.text for _, t in with_stories(turns, [Story(0.3, told("s", 3))])]
    assert texts in ([*"x" * 50, "s0", "s1", "s2"], ["s0", "s1", "s2", *"x" * 50])


def test_stories_need_room_too() -> None:
    with pytest.raises(FoundryError, match="90 expected"):
        lay_out(
            list(talk(50)),
            people={"f": friend()},
            owner=ME,
            start=START,
            end=START + 60,
            count=50,
            rng_key="0",
            stories=[Story(0.5, told("s", 40))],
        )


def test_a_story_waits_for_its_season_without_the_others() -> None:
    story = told("s", 20)
    story[0] = replace(story[0], when=When(months=(9,)))
    found = with_stories(list(talk(200)), [Story(0.1, story), Story(0.2, told("t", 9))])
    texts = [turn.text for _, turn in found]
    day = to_datetime(START + int((END - START) * found[texts.index("s0")][0]))
    assert day.month == 9
    assert texts.index("t0") < texts.index("s0")
    longest = max(after - before for (before, _), (after, _) in pairwise(found))
    assert longest < 0.3


def test_a_story_whose_season_does_not_come_is_left_out() -> None:
    story = told("s", 20)
    story[0] = replace(story[0], when=When(months=(to_datetime(START).month,)))
    others = [Turn(sender="f", text=f"o{each}", opens=True) for each in range(20)]
    pairs = lay_out(
        list(talk(60)),
        people={"f": friend()},
        owner=ME,
        start=START,
        end=END - 40 * DAY,
        count=60,
        rng_key="0",
        stories=[Story(0.5, story)],
        spare=lambda count: others[:count],
    )
    texts = [turn.text for _, turn in pairs]
    assert "s0" not in texts
    assert [each for each in texts if each.startswith("o")] == [
        each.text for each in others
    ]
    assert len(texts) == 80


@pytest.mark.parametrize("count", [1, 40, 41, 500])
def test_exchanges_are_made_when_their_time_is_known(count: int) -> None:
    begun: list[float] = []

    def exchange(begin: float, whereabouts: Whereabouts) -> list[Turn]:
        begun.append(begin)
        said = Sitting(matters=frozenset({f"day {len(begun)}"}))
        assert whereabouts.agree_from([said], begin) == begin
        answer = Turn(sender="f", text="ok")
        return [Turn(sender="me", text="hm", opens=True, sitting=said), answer]

    stream = [EXCHANGE] * count
    for place in range(5, count, 7):
        stream[place] = Turn(sender="f", text="told", opens=True)
    pairs = list(
        lay_out(
            stream,
            people={"f": friend()},
            owner=ME,
            start=START,
            end=END,
            count=count,
            rng_key="0",
            exchange=exchange,
        )
    )
    # A mark stands for two turns here; the last is cut where it is enough.
    assert len(pairs) == count
    assert all(turn is not EXCHANGE for _, turn in pairs)
    firsts = [moment / SECOND for moment, turn in pairs if turn.text == "hm"]
    assert len(firsts) == len(begun)
    # What finds no room near the end comes some days earlier, at the same hour.
    moved = [before - after for before, after in zip(begun, firsts, strict=True)]
    assert all(abs(each - round(each / 86_400) * 86_400) < 60 for each in moved)
    assert sum(abs(each) > 60 for each in moved) <= 0.1 * len(moved)


def local_hour(moment: int, zone: str) -> float:
    here = to_datetime(moment).astimezone(ZoneInfo(zone))
    return here.hour + here.minute / 60


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Moscow", "Australia/Sydney"])
@pytest.mark.parametrize("response", ["minutes", "hours"])
def test_far_people_write_when_they_are_awake(
    zone: str, response: ResponseTime
) -> None:
    """Who sleeps neither begins to write nor answers; a talk may end after one."""
    pairs = times(2_000, other=friend(response, zone))
    zones = {"me": ME.time_zone, "f": zone}
    at_night = [
        turn
        for moment, turn in pairs
        if 1.5 < local_hour(moment, zones[turn.sender]) < 6
    ]
    assert len(at_night) < 0.01 * len(pairs)
    begins = [
        (moment, turn)
        for (before, _), (moment, turn) in pairwise(pairs)
        if turn.opens and moment - before > 6 * HOUR
    ]
    asleep = [
        turn
        for moment, turn in begins
        for each in zones.values()
        if 1 < local_hour(moment, each) < 6
    ]
    assert len(begins) > 100
    assert len(asleep) < 0.08 * len(begins)  # what nobody answers at once


def test_an_answer_waits_for_who_answers_alone() -> None:
    """In New York it is evening, in Berlin night: the answer comes there, at once."""
    turns = [
        Turn(sender="f", text="still up?", opens=True, hours=(23, 24)),
        Turn(sender="me", text="it is only five here", pause=40),
        Turn(sender="f", text="good", pause=200),
    ]
    (began, _), (answered, _), (after, _) = lay_out(
        turns,
        people={"f": friend("minutes", "Europe/Berlin")},
        owner=ME,
        start=START,
        end=END,
        count=3,
        rng_key="0",
    )
    assert answered - began < HOUR
    assert 6 < local_hour(after, "Europe/Berlin") < 12


@pytest.mark.parametrize(
    ("response", "latest"), [("instant", 20), ("minutes", 20), ("hours", 180)]
)
def test_nobody_answers_when_the_question_is_forgotten(
    response: ResponseTime, latest: int
) -> None:
    waits = Waits({"me": ME, "f": friend(response)}, Random(0).random)
    talk = [Turn(sender="me", text="ready?", opens=True), Turn(sender="f", text="yes")]
    longest = max(waits.of(talk)[1] for _ in range(4_000))
    assert latest * 40 < longest <= latest * 60


def test_people_far_away_share_the_hours_in_which_both_are_awake() -> None:
    shared = Rhythm(["America/New_York", "Asia/Tokyo"])
    monday = from_iso("2025-01-06T00:00:00Z") // SECOND  # Tokyo is 14 hours ahead
    awake = {
        hour for hour in range(24) if shared.rate(monday + (hour + 5) * 3_600) > 0.01
    }
    # From 7 to 11 in New York it is evening in Tokyo, from 17 to midnight morning.
    assert awake == {*range(7, 10), *range(17, 24)}
    no_hours = Rhythm(["Europe/London", "Asia/Tokyo", "America/Los_Angeles"], "work")
    assert max(no_hours.rate(monday + hour * 3_600) for hour in range(24)) == 1.0


def test_a_sitting_that_waits_for_its_hour_leaves_the_last_one_a_while() -> None:
    sitting = [
        Turn(sender="f", text="hm", opens=True, hours=(12, 14)),
        Turn(sender="me", text="yes"),
    ]
    turns = sitting * 45
    pairs = list(
        lay_out(
            turns,
            people={"f": friend()},
            owner=ME,
            start=START,
            end=START + 100 * DAY,
            count=90,
            rng_key="0",
        )
    )
    gaps = [
        after - before for (before, _), (after, turn) in pairwise(pairs) if turn.opens
    ]
    assert len(pairs) > 80
    assert min(gaps) >= 29 * 60 * SECOND


def bins(count: int) -> Iterator[Turn]:
    """Sittings of three turns of which each says the same thing of a day."""
    said = Sitting(matters=frozenset({"bins"}))
    for _ in range(count):
        yield Turn(sender="me", text="the bins?", opens=True, sitting=said)
        yield Turn(sender="f", text="oh")
        yield Turn(sender="f", text="now")


def dates_of_bins(count: int, days: int) -> list[int]:
    pairs = lay_out(
        bins(count),
        people={"f": friend()},
        owner=ME,
        start=START,
        end=START + days * DAY,
        count=3 * count,
        rng_key="0",
    )
    return [date for date, turn in pairs if turn.opens]


def test_what_comes_up_once_a_day_waits_for_the_next_day() -> None:
    dates = dates_of_bins(200, days=300)
    gaps = [later - date for date, later in pairwise(dates)]
    assert min(gaps) >= 14 * HOUR
    assert len(dates) == 200
    assert dates[-1] < START + 300 * DAY


def test_it_does_not_wait_where_there_is_no_room() -> None:
    dates = dates_of_bins(200, days=5)
    assert len(dates) == 200
    assert dates[100] < START + 4 * DAY
    assert dates[-1] < START + 5 * DAY


@pytest.mark.parametrize(
    ("locale", "share"), [("ja_JP", range(6)), ("en_GB", range(20, 60))]
)
def test_one_colleague_makes_a_polite_group_keep_the_week_of_work(
    locale: str, share: range
) -> None:
    owner = replace(ME, locale=locale, time_zone="Asia/Tokyo")
    known = replace(friend(), locale=locale, time_zone="Asia/Tokyo")
    people = {
        "f": known,
        "c": replace(
            known, id="c", identifier="c@example.com", relationship="colleague"
        ),
    }
    pairs = lay_out(
        talk(400, key="0"),
        people=people,
        owner=owner,
        start=START,
        end=END,
        count=400,
        rng_key="0",
    )
    tokyo = ZoneInfo("Asia/Tokyo")
    local = [to_datetime(moment).astimezone(tokyo) for moment, _ in pairs]
    off = [each for each in local if each.weekday() > 4 or each.hour in range(7)]
    assert 100 * len(off) // len(local) in share


def test_a_story_does_not_begin_on_the_day_on_which_another_ended() -> None:
    told = [
        Story(
            0.5,
            [
                Turn(sender="f", text=f"story {n}", opens=True),
                Turn(sender="me", text="oh"),
            ],
        )
        for n in range(3)
    ]
    pairs = list(
        lay_out(
            talk(40, key="0"),
            people={"f": friend()},
            owner=ME,
            start=START,
            end=END,
            count=40,
            rng_key="0",
            stories=told,
        )
    )
    begun = [date for date, turn in pairs if turn.text.startswith("story")]
    assert len(begun) == 3
    assert min(after - before for before, after in pairwise(begun)) > DAY
    assert max(begun) - min(begun) < 60 * DAY
