"""How scenes follow each other: lengths of sittings, transitions, hours of the day."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.dialogue import addressees
from pytest_imessage_foundry.conversations.dialogue.scenes import Beat
from pytest_imessage_foundry.conversations.dialogue.voice import QUESTIONS
from pytest_imessage_foundry.models import Sitting, When

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import (
        Language,
        Scene,
        Step,
    )
    from pytest_imessage_foundry.models import Hours

_DAY, _NARROW = 24, 6
_LEAST = 3  # hours in which a sitting of several scenes can begin
_GREETED, _LED_OVER = 0.26, 0.18
# Turns after which a sitting ends with its scene, all equally likely. Most messages
# should be in sittings of 5 to 30; a few last all evening.
_LENGTHS = (
    *(1, 2, 3, 4) * 2,
    *tuple(range(5, 18)) * 2,
    *(18, 20, 22, 25, 28, 31, 34, 38, 44),
)
# Minutes of pause before the next topic of a sitting. Their logarithms are
# evenly spaced: most pauses are short, few last nearly an hour.
_LULLS = (4, 5, 6, 7, 8, 9, 11, 13, 15, 18, 21, 25, 30, 36, 43, 51)
# What others said: a question in it is none of the one who tells it.
_QUOTED = re.compile(
    '["\u201c\u201e\u00ab\u300c][^"\u201c\u201d\u00bb\u300d]*["\u201c\u201d\u00bb\u300d]'
)
_OF_PEOPLE = ("at", "then", "once")  # what a scene says by its notes
_AFTER = 2  # days until the later part of a scene that does not say when
_LAST_WORDS = {"fun": "<haha>", "hype": "<yay>", "warm": "<ok>", "plain": "<ok>"}
# Of scenes with these tags, unless their `near` says otherwise, people meet, bring
# something or share a house.
_NEAR = frozenset(
    {"plans", "late", "groceries", "neighbours", "surprise", "location", "party"}
)
_ALONE, _GRAVE = frozenset({"late", "night", "argument"}), "sad"
# When a scene with all of these tags can begin. Scenes without such tags and
# without `hours` come whenever people are awake.
_WISH = "birthday"  # nobody talks of other things first
_HOW = "how"  # the matter of "how are you", with which a talk begins
_HOURS: dict[str, Hours] = {
    "night": (22, 1),
    "morning": (6, 10),
    "work food": (11, 14),
    "late": (8, 22),
    "school": (7, 20),
    "groceries": (9, 21),
    "outdoors": (8, 20),
    "neighbours": (8, 21),
    "work": (8, 20),
    "courier": (8, 20),
    "dentist": (8, 18),
    "shop": (9, 19),
    "restaurant": (9, 19),
    "airline": (5, 23),
}


def length(present: int, rand: Callable[[], float]) -> int:
    """Return the number of turns after which a sitting of so many people ends."""
    drawn = _LENGTHS[int(rand() * len(_LENGTHS))]
    return min(drawn * (present + 1) // 3, _LENGTHS[-1])


def greeting(
    scene: Scene, steps: Sequence[Step], spoken: Language, rand: Callable[[], float]
) -> Beat | None:
    """Return the beat that begins some sittings, before these steps of a scene."""
    if rand() >= _GREETED:
        return None
    is_news = tells(scene) and steps is scene.steps
    return _greetings(spoken, asks(steps[0]), is_news, _is_for_all(scene))


@cache
def _greetings(
    language: Language, is_asking: bool, is_news: bool, to_all: bool
) -> Beat | None:
    """Return the openers of a sitting, without those that follow another topic."""
    texts = addressees.openers(language).before(
        is_asking=is_asking,
        is_news=is_news,
        in_group=language.in_group,
        to_all=to_all,
    )
    between = aside(language, is_asking=True, is_news=True, to_all=to_all).raw
    texts = [each for each in texts if each not in between]
    return Beat(["A", *texts], language, casual=True) if texts else None


def lead(
    scene: Scene, spoken: Language, rand: Callable[[], float]
) -> tuple[Beat | None, int]:
    """Return the beat, or the minutes of pause, before a sitting's next topic."""
    if rand() >= _LED_OVER:
        return None, lull(rand)
    is_asking, is_news, to_all = asks(scene.steps[0]), tells(scene), _is_for_all(scene)
    return aside(spoken, is_asking=is_asking, is_news=is_news, to_all=to_all), 0


def _is_for_all(scene: Scene) -> bool:
    """Return whether a scene speaks to more than one person."""
    return scene.cast > 2


def lull(rand: Callable[[], float]) -> int:
    """Return the minutes of a pause within a sitting."""
    return _LULLS[int(rand() * len(_LULLS))]


@cache
def aside(
    language: Language,
    *,
    is_asking: bool = False,
    is_news: bool = False,
    to_all: bool = False,
) -> Beat:
    """Return the beat between two topics without a pause."""
    texts = addressees.asides(language).before(
        is_asking=is_asking,
        is_news=is_news,
        in_group=language.in_group,
        to_all=to_all,
    )
    return Beat(["A", *texts], language, casual=True)


@cache
def asks(step: Step) -> bool:
    """Return whether a step begins with a question, whichever alternative is used."""
    return all(
        any(mark in _QUOTED.sub("", text) for mark in QUESTIONS)
        for beat in _beginnings(step)
        for text in beat.raw
    )


@cache
def tells(scene: Scene) -> bool:
    """Return whether a scene begins with news."""
    return bool(scene.data.get("news"))


def first_speaker(step: Step) -> str:
    """Return the role of who begins a step."""
    return _beginnings(step)[0].speaker


def _beginnings(step: Step) -> list[Beat]:
    """Return the beats with which a step can begin."""
    if isinstance(step, Beat):
        return [step]
    return [beat for branch in step.branches for beat in _beginnings(branch[0])]


@cache
def last_word(language: Language, mood: str) -> Beat | None:
    """Return the other side's last word; None between strangers and in some moods."""
    text = _LAST_WORDS.get(mood)
    if text is None or language.register == "polite":
        return None
    return Beat(["A", text], language, casual=True)


@cache
def hours(scene: Scene) -> Hours | None:
    """Return the local hours in which a scene can begin; None for any."""
    if "hours" in scene.data:
        first, last = scene.data["hours"]
        return first, last
    tags = scene.tags
    return next(
        (_HOURS[each] for each in _HOURS if tags.issuperset(each.split())), None
    )


@cache
def when(scene: Scene, *, is_later: bool = False) -> When | None:
    """Return the weekdays and months in which a scene can begin; None for all.

    Its later part may come when its season is over.
    """
    weekdays = tuple(scene.data.get("weekdays", ()))
    months = () if is_later else tuple(scene.data.get("months", ()))
    return When(weekdays=weekdays, months=months) if weekdays or months else None


@cache
def _beginning_hours(scene: Scene) -> frozenset[int]:
    """Return the local hours of the day within each of which a scene can begin."""
    own = hours(scene)
    return frozenset(hour for hour in range(_DAY) if may_follow((hour, hour + 1), own))


def by_hour(scenes: Iterable[Scene]) -> list[set[Scene]]:
    """Return, for each local hour, those of some scenes that can begin within it."""
    found: list[set[Scene]] = [set() for _ in range(_DAY)]
    for scene in scenes:
        for hour in _beginning_hours(scene):
            found[hour].add(scene)
    return found


@cache
def matters(scene: Scene) -> frozenset[str]:
    """Return all that comes up once in a day which a scene may speak of."""
    return frozenset(" ".join(scene.data.get("once", {}).values()).split())


@cache
def always(scene: Scene) -> frozenset[str]:
    """Return what comes up once in a day and in a scene, whichever notes are used."""
    return frozenset(scene.data.get("once", {}).get("", "").split())


@cache
def places(scene: Scene) -> frozenset[str]:
    """Return all places where a scene may say that people are."""
    said = [scene.data.get(name, {}).values() for name in _OF_PEOPLE[:2]]
    texts = " ".join(chain.from_iterable(said))
    return frozenset(texts.split()[1::2])


def may_join(scene: Scene, told: Sequence[Scene]) -> bool:
    """Return whether a scene contradicts none that were told a moment ago."""
    there = places(scene)
    before = frozenset().union(*map(places, told))
    return all(matters(scene).isdisjoint(matters(each)) for each in told) and (
        not there or not before or len(there | before) == 1
    )


def sitting(
    scene: Scene,
    noted: Collection[str],
    cast: Mapping[str, str],
    *,
    is_later: bool = False,
) -> Sitting | None:
    """Return what a performed scene says of its people; None if it says nothing.

    Args:
        noted: the notes of the alternatives that were used.
        cast: the persona ids by role.
        is_later: whether it is the later part, in which nobody is where they were.
    """
    if is_later:
        return Sitting(awaits=((_outcome(scene), days_until_later(scene)),))
    notes = ("", *[note for note in _noteworthy(scene) if note in noted])
    return _sitting(scene, notes, tuple(cast.items()))


def days_until_later(scene: Scene) -> int:
    """Return how many days pass, at least, before the later part of a scene."""
    days: int = scene.data.get("after", _AFTER)
    return days


def _outcome(scene: Scene) -> str:
    """Return the matter of which a later part tells how it went."""
    return f"outcome of {scene.id}"


@cache
def _noteworthy(scene: Scene) -> tuple[str, ...]:
    """Return the notes with which a scene says something of its people."""
    said = [note for name in _OF_PEOPLE for note in scene.data.get(name, {})]
    return tuple(dict.fromkeys(filter(None, said)))


@lru_cache(maxsize=1_024)
def _sitting(
    scene: Scene, notes: Sequence[str], cast: Iterable[tuple[str, str]]
) -> Sitting | None:
    roles = dict(cast)
    here, then = (
        _people(scene.data.get(name, {}), notes, roles) for name in _OF_PEOPLE[:2]
    )
    once = scene.data.get("once", {})
    told = frozenset(" ".join(once.get(note, "") for note in notes).split())
    if "later" in scene.data:
        told |= {_outcome(scene)}
    if not (here or then or told):
        return None
    return Sitting(places=here, then=then, matters=told)


def joined(sittings: Sequence[Sitting | None]) -> Sitting | None:
    """Return what exchanges of one sitting say together."""
    said = [each for each in sittings if each is not None]
    if len(said) < 2:
        return said[0] if said else None
    return Sitting(
        places=tuple({pair: None for each in said for pair in each.places}),
        then=tuple(pair for each in said for pair in each.then),
        matters=frozenset().union(*(each.matters for each in said)),
        awaits=tuple(pair for each in said for pair in each.awaits),
    )


def _people(
    said: Mapping[str, str], notes: Iterable[str], cast: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return pairs of a persona and a place, of texts such as "A home B work"."""
    words = " ".join(said.get(note, "") for note in notes).split()
    return tuple(
        (cast[role], place)
        for role, place in zip(words[::2], words[1::2], strict=True)
        if role in cast
    )


@cache
def is_alone(scene: Scene) -> bool:
    """Return whether a scene has to be a sitting by itself.

    So it is for scenes after which people meet or sleep, and for bad news.
    """
    return scene.mood == _GRAVE or not _ALONE.isdisjoint(scene.tags)


@cache
def names_a_time(scene: Scene) -> bool:
    """Return whether a scene speaks of its time of the day, as "tonight" does."""
    hour = hours(scene)
    is_short = hour is not None and _width(hour) <= _NARROW
    return is_short or "hours" in scene.data


@cache
def is_near(scene: Scene) -> bool:
    """Return whether it is said by people who live near each other, or will meet."""
    near = scene.data.get("near")
    return bool(near) if near is not None else not _NEAR.isdisjoint(scene.tags)


@cache
def is_first(scene: Scene) -> bool:
    """Return whether a sitting has to begin with it, as with "good morning"."""
    hour = hours(scene)
    is_short = hour is not None and _width(hour) < _NARROW
    is_said_first = _WISH in scene.tags or _HOW in always(scene)
    return is_alone(scene) or bool(places(scene)) or is_short or is_said_first


def may_come_after(opener: Scene, scene: Scene) -> bool:
    """Return whether a scene can come in a sitting that begins with another."""
    own = when(scene)
    return not is_first(scene) and (own is None or _is_within(when(opener), own))


def _is_within(days: When | None, others: When) -> bool:
    """Return whether all days that some days and months name are among others."""
    if days is None:
        return False
    return all(
        not wide or (narrow and set(narrow) <= set(wide))
        for narrow, wide in (
            (days.weekdays, others.weekdays),
            (days.months, others.months),
        )
    )


@cache
def beginning(first: Hours | None, second: Hours | None) -> Hours | None:
    """Return when a sitting can begin with a scene, so that another can follow.

    It is an hour shorter than what both have in common, because the first takes time.
    Without enough in common the first scene alone counts.
    """
    if second is None:
        return first
    if first is None:
        return second[0], (second[1] - 1) % _DAY
    start = (second if _offset(first, second[0]) < _width(first) else first)[0]
    end = min(_offset((start, 0), first[1]), _offset((start, 0), second[1])) - 1
    is_inside = _offset(first, start) < _width(first)
    is_inside = is_inside and _offset(second, start) < _width(second)
    return (start, (start + end) % _DAY) if is_inside and end >= _LEAST else first


@cache
def may_follow(sitting: Hours | None, scene: Hours | None) -> bool:
    """Return whether a scene fits whenever a sitting begins within these hours."""
    if scene is None:
        return True
    if sitting is None:
        return False
    return _offset(scene, sitting[0]) + _width(sitting) <= _width(scene)


def _offset(hours: Hours, hour: int) -> int:
    """Return how many hours after the beginning of a range an hour comes."""
    return (hour - hours[0]) % _DAY


def _width(hours: Hours) -> int:
    return (hours[1] - hours[0]) % _DAY
