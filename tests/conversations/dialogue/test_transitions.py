from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from random import Random

import pytest
from test_sittings import group, history, persona, talk

from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.conversations.dialogue.scenes import (
    Beat,
    Language,
    Scene,
    language,
)
from pytest_imessage_foundry.conversations.spoken import LANGUAGES
from pytest_imessage_foundry.models import Sitting, Turn, When


def scene(tags: str = "", **data: object) -> Scene:
    nothing = Language("en", {"scenes": []})
    return Scene(id="one", language=nothing, data=data, tags=frozenset(tags.split()))


def sittings(turns: list[Turn]) -> list[list[Turn]]:
    found: list[list[Turn]] = []
    for turn in turns:
        if turn.opens:
            found.append([])
        found[-1].append(turn)
    return found


def said_alone(code: str) -> set[str]:
    """The asides of a language that have one wording."""
    return {text for text in transitions.aside(language(code)).raw if "[" not in text}


def test_a_sitting_holds_one_scene_or_a_few() -> None:
    lengths = Counter(len(each) for each in sittings(talk(6_000))[:-1])
    many = sum(size * times for size, times in lengths.items() if 5 <= size <= 30)
    assert 0.55 < many / 6_000 < 0.95
    assert max(lengths) < 80
    assert len(sittings(talk(6_000))) > 250


@pytest.mark.parametrize("code", LANGUAGES)
def test_one_scene_leads_to_the_next_in_words_or_after_a_lull(code: str) -> None:
    turns = history(code, 1)[:2_000]
    lulls = [turn.pause for turn in turns if turn.pause]
    assert len(lulls) > 60
    assert min(lulls) >= 4
    assert max(lulls) < 60
    asides = {text.lower() for text in said_alone(code)}
    words = [
        turn for turn in turns if re.sub(r"[.!…。 ]+$", "", turn.text.lower()) in asides
    ]
    assert len(words) > 15
    # Words that lead on from something stand where something was said.
    assert not any(turn.opens for turn in words)


def test_no_aside_is_a_fault_and_all_languages_have_many() -> None:
    for code in LANGUAGES:
        assert len(transitions.aside(language(code)).raw) >= 20


def test_good_night_is_the_last_word() -> None:
    wife = persona("jo", "Jordan Lee", relationship="wife")
    nights = 0
    for sitting in sittings(talk(12_000, wife)):
        said = [each.hours for each in sitting if each.opens]
        if said == [(22, 1)]:
            nights += 1
            assert not any(turn.pause for turn in sitting)
            assert len(sitting) < 16
    assert nights > 2


def test_services_write_once_at_a_time() -> None:
    bank = persona("b", "Bank", relationship="bank", identifier_type="short-code")
    assert not any(turn.pause for turn in talk(300, bank))


def test_a_few_of_a_large_group_talk_at_a_time() -> None:
    people = [
        persona(f"p{n}", name)
        for n, name in enumerate(("Al", "Bo", "Cy", "Di", "Ed", "Flo"))
    ]
    found = sittings(talk(3_000, *people))
    assert max(len({turn.sender for turn in each}) for each in found) <= 6
    few = [each for each in found if len({turn.sender for turn in each}) <= 4]
    assert len(few) > 0.8 * len(found)
    assert {turn.sender for each in found for turn in each} >= {p.id for p in people}


def test_who_answers_late_is_seldom_there() -> None:
    people = group()
    people.append(persona("slow", "Uma Slow", typical_response_time="days"))
    talks = chain.from_iterable(talk(1_500, *people, seed=seed) for seed in range(6))
    spoke = Counter(turn.sender for turn in talks)
    assert 0 < spoke["slow"] < min(spoke[who] for who in spoke if who != "slow")


def test_hours_come_from_the_data_or_the_tags() -> None:
    assert transitions.hours(scene()) is None
    assert transitions.hours(scene("plans night")) == (22, 1)
    assert transitions.hours(scene("night", hours=[6, 10])) == (6, 10)


@pytest.mark.parametrize(
    ("first", "second", "begins"),
    [
        ((6, 10), None, (6, 10)),
        (None, (9, 21), (9, 20)),
        ((8, 20), (9, 21), (9, 19)),
        ((20, 2), (18, 24), (20, 23)),
        ((8, 20), (22, 1), (8, 20)),
        ((6, 10), (8, 20), (6, 10)),
    ],
)
def test_a_sitting_begins_when_the_next_scene_can_follow(first, second, begins) -> None:  # type: ignore[no-untyped-def]
    assert transitions.beginning(first, second) == begins


def hours_within(hours: tuple[int, int]) -> set[int]:
    return {(hours[0] + n) % 24 for n in range((hours[1] - hours[0]) % 24)}


def test_a_beginning_lies_within_the_hours_of_both_scenes() -> None:
    """Of all ranges of hours: with something in common, or as the first has it."""
    ranges = [(a, b) for a in range(24) for b in range(24) if a != b]
    for one in ranges[::3]:
        for other in ranges[::5]:
            found = transitions.beginning(one, other)
            assert found is not None
            assert hours_within(found) <= hours_within(one)
            if found != one:
                assert hours_within(found) <= hours_within(other)
            may = transitions.may_follow(found, other)
            assert may == (hours_within(found) <= hours_within(other))


def test_what_has_hours_does_not_follow_what_can_be_at_any_time() -> None:
    assert not transitions.may_follow(None, (8, 20))
    assert transitions.may_follow((22, 1), None)
    assert transitions.may_follow(None, None)


def test_weekdays_are_kept_for_the_beginning_of_a_sitting() -> None:
    school = scene(weekdays=[0, 1, 2, 3, 4])
    assert transitions.when(scene("work")) is None
    assert transitions.when(school) == When(weekdays=(0, 1, 2, 3, 4))
    assert not transitions.may_come_after(scene("work"), school)
    wife = persona("jo", "Jordan Lee", relationship="wife", locale="he_IL")
    owner = persona("me", "Alex Morgan", is_self=True, locale="he_IL")
    turns = talk(2_000, wife, owner=owner)
    bound = [turn for turn in turns if turn.when]
    assert len(bound) > 20
    assert all(turn.opens and turn.when.weekdays for turn in bound if turn.when)


def test_what_has_days_comes_after_what_has_no_others() -> None:
    week, monday = scene(weekdays=[0, 1, 2, 3, 4]), scene(weekdays=[0])
    july, summer = scene(months=[7]), scene(months=[6, 7, 8])
    assert transitions.may_come_after(monday, week)
    assert not transitions.may_come_after(week, monday)
    assert transitions.may_come_after(july, summer)
    assert not transitions.may_come_after(monday, july)
    assert not transitions.may_come_after(scene(), monday)
    assert transitions.may_come_after(scene(weekdays=[0], months=[7]), july)
    assert transitions.may_come_after(monday, scene("work"))
    assert not transitions.may_come_after(monday, scene("late", weekdays=[0]))


@pytest.mark.parametrize("quote", ["“{}”", "„{}“", "«{}»", "「{}」", '"{}"'])
def test_a_question_of_somebody_else_asks_nothing(quote: str) -> None:
    spoken = scene().language
    told = Beat(["A", f"She said: {quote.format('who are you?')} and left"], spoken)
    asked = Beat(["A", f"Who said {quote.format('no')}?"], spoken)
    assert not transitions.asks(told)
    assert transitions.asks(asked)


@pytest.mark.parametrize("tags", ["late plans", "night", "argument"])
def test_some_scenes_are_sittings_by_themselves(tags: str) -> None:
    assert transitions.is_alone(scene(tags))
    assert not transitions.is_alone(scene("plans food"))
    assert transitions.is_alone(Scene("bad", scene().language, {}, mood="sad"))


def test_some_scenes_begin_a_sitting_or_are_none_of_it() -> None:
    assert transitions.is_first(scene("late"))
    assert transitions.is_first(scene(hours=[6, 10]))
    assert not transitions.is_first(scene("work"))
    assert not transitions.is_first(scene("plans"))
    assert transitions.is_first(scene(once={"": "how"}))
    assert not transitions.is_first(scene(once={"": "plan", "asked": "how"}))


def test_a_last_word_fits_the_mood_and_the_register() -> None:
    english = language("en")
    fun = transitions.last_word(english, "fun")
    assert fun is not None
    assert fun.raw == ["<haha>"]
    assert transitions.last_word(english, "sad") is None
    assert transitions.last_word(english.polite, "fun") is None


def test_many_people_sit_for_longer() -> None:
    pairs, crowds = (
        sum(transitions.length(size, Random(seed).random) for seed in range(300))
        for size in (2, 4)
    )
    assert crowds > 1.2 * pairs


def test_words_that_announce_a_question_come_before_one() -> None:
    texts = {
        "openers": ["hey"],
        "askers": ["quick question"],
        "tellers": ["guess what"],
    }
    scenes = [
        {"id": "ask", "beats": [["A", "free?", "are you home?"]]},
        {"id": "say", "beats": [["A", "free?", "I am home"]]},
        {"id": "news", "news": True, "beats": [["A", "I moved"]]}
        | {"later": [["A", "it is done"]]},
        {"id": "fork", "beats": [[[["A", "free?"]], [["A", "home?"]]]]},
    ]
    here = Language("en", {**texts, "scenes": scenes})
    said = {}
    for each in here.scenes:
        beat = transitions.greeting(each, each.steps, here, lambda: 0.0)
        assert beat is not None
        said[each.id] = beat.raw
        assert transitions.greeting(each, each.steps, here, lambda: 0.99) is None
    assert said["ask"] == said["fork"] == ["hey", "quick question"]
    assert said["say"] == ["hey"]
    assert said["news"] == ["hey", "guess what"]
    # What follows weeks later is no news any more.
    news = here.scenes[2]
    later = transitions.greeting(news, news.later, here, lambda: 0.0)
    assert later is not None
    assert later.raw == ["hey"]


def test_a_sitting_says_where_its_people_are_and_what_it_is_about() -> None:
    leaving = scene(
        at={"": "B home", "need": "A work"},
        then={"late": "A way"},
        once={"": "way", "dinner": "dinner"},
    )
    cast = {"A": "me", "B": "sam"}
    said = transitions.sitting(leaving, {"need", "dinner"}, cast)
    assert said == Sitting(
        places=(("sam", "home"), ("me", "work")),
        matters=frozenset({"way", "dinner"}),
    )
    late = transitions.sitting(leaving, {"late"}, cast)
    assert late is not None
    assert late.then == (("me", "way"),)
    assert transitions.places(leaving) == {"home", "work", "way"}
    assert transitions.is_first(leaving)
    assert transitions.sitting(scene(), (), cast) is None
    assert transitions.always(leaving) == {"way"}
    assert transitions.joined([None]) is None
    both = transitions.joined([said, None, late])
    assert both is not None
    assert both.places == (("sam", "home"), ("me", "work"))
    assert both.matters == {"way", "dinner"}


def test_a_later_part_says_when_it_can_come_and_no_place() -> None:
    exam = scene(at={"": "A out"}, later=[["B", "how was it?"]])
    vet = scene(later=[["B", "better?"]], after=5)
    first = transitions.sitting(exam, (), {"A": "me"})
    then = transitions.sitting(exam, (), {"A": "me"}, is_later=True)
    assert first is not None
    assert then is not None
    ((matter, days),) = then.awaits
    assert first.matters == {matter}
    assert (days, then.places) == (2, ())
    assert transitions.days_until_later(vet) == 5
    both = transitions.joined([first, then])
    assert both is not None
    assert both.awaits == then.awaits


def test_a_later_part_may_come_after_its_season() -> None:
    exam = scene(months=[6], weekdays=[0], later=[["B", "how was it?"]])
    assert transitions.when(exam) == When(weekdays=(0,), months=(6,))
    assert transitions.when(exam, is_later=True) == When(weekdays=(0,))
    assert transitions.when(scene(months=[6]), is_later=True) is None


def test_exchanges_of_one_sitting_do_not_contradict_each_other() -> None:
    home, out = scene(at={"": "A home B home"}), scene(at={"": "A out"})
    dinner, nothing = scene(once={"": "dinner"}), scene()
    assert transitions.may_join(home, [home, nothing])
    assert transitions.may_join(out, [nothing, dinner])
    assert not transitions.may_join(out, [nothing, home])
    assert not transitions.may_join(dinner, [home, dinner])


def test_scenes_are_found_by_the_hours_in_which_they_can_begin() -> None:
    night, any_time = scene(hours=[22, 1]), scene()
    found = transitions.by_hour([night, any_time])
    assert [hour for hour in range(24) if night in found[hour]] == [0, 22, 23]
    assert all(any_time in each for each in found)
