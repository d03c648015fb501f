"""Put the scenes of a chat where their seasons are."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.packs.when_days import is_on
from pytest_imessage_foundry.models.apple_time import DAY, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.models import Turn, When

_EDGE = 10 * DAY
_STEPS = 50  # into which a range is divided at first
_EARLIEST, _LATEST = 1, 48  # of them: a scene has to end before the range does
_NEAR, _CROWDED = 0.05, 0.2  # so near to another scene counts as so much farther
_LONG = 1_440  # minutes of pause after which another day begins
_WAITED = 21  # days, or as long again as its pause: so late may a later part come

# The pause before a part of a scene, in minutes, and the days on which it can be.
_Part = tuple[int, "When | None"]
# Where a scene begins in a range, from 0 to 1, and when that is.
_Place = tuple[float, int]


def placed(
    scenes: Sequence[tuple[Turn, ...]],
    phase: float,
    start: int,
    end: int,
) -> tuple[tuple[tuple[Turn, ...], ...], tuple[float, ...]]:
    """Return scenes in the order of their places, and their places, from 0 to 1.

    They are spread evenly, each in the middle of its share or where `phase` says. A
    scene that names days is moved to the nearest place at which all of it can be told,
    if there is one.
    """
    size = len(scenes)
    found: list[tuple[float, int]] = []
    for number, scene in enumerate(scenes):
        place = (number + phase) / size
        if parts := _parts(scene):
            taken = [each for each, _ in found]
            moved = _nearest(parts, place, start, end, taken)
            place = place if moved is None else moved
        found.append((place, number))
    found.sort()
    return (
        tuple(scenes[number] for _, number in found),
        tuple(place for place, _ in found),
    )


def has_place(scene: Sequence[Turn], start: int, end: int) -> bool:
    """Return whether a range has a time at which a scene can begin, and room to end.

    Only the first turn matters, and turns that name days or come a day later.
    """
    parts = _parts(scene)
    return not parts or any(True for _ in _places(parts, start, end))


def has_day(turn: Turn, start: int, end: int) -> bool:
    """Return whether a range has a day on which a turn can be."""
    days = range(start // DAY, end // DAY + 1)
    return turn.when is None or any(is_on(turn.when, day) for day in days)


def wait(scene: Sequence[Turn], moment: int, end: int) -> int:
    """Return the nanoseconds from a time until the season of a scene.

    0 within it, without one, and if it does not come before `end`.
    """
    season = _season_of(scene)
    if season is None:
        return 0
    days = range(moment // DAY, end // DAY)
    found = next((day for day in days if is_on(season, day)), 0)
    return max(found * DAY - moment, 0)


def is_amid(when: When, moment: int) -> bool:
    """Return whether a time is within a season, and its edges are some days away."""
    days = (moment - _EDGE) // DAY, (moment + _EDGE) // DAY
    return all(is_on(_season(when), day) for day in days)


def _season_of(scene: Sequence[Turn]) -> When | None:
    """Return the season in which a scene begins, None if it can be any."""
    when = scene[0].when
    return _season(when) if when and (when.months or when.dates) else None


@cache
def _season(when: When) -> When:
    """Return the part of an anchor that a year has once."""
    return replace(when, weekdays=(), days=None)


def _parts(scene: Sequence[Turn]) -> list[_Part]:
    """Return the parts of a scene whose place matters: days later, or on some days.

    It is empty for a scene that can begin whenever people write.
    """
    begins: _Part = (0, _season_of(scene))
    later = [
        (turn.pause, turn.when)
        for turn in scene[1:]
        if turn.pause >= _LONG or _has_days(turn.when)
    ]
    return [begins, *later] if later or begins[1] else []


def _has_days(when: When | None) -> bool:
    return when is not None and bool(when.months or when.dates or when.days)


def _nearest(
    parts: Sequence[_Part],
    place: float,
    start: int,
    end: int,
    taken: Sequence[float] = (),
) -> float | None:
    """Return the place nearest to another one at which a scene can begin.

    One amid its season comes first: at the edge, few days late are too late. Places
    near to those that are `taken` count as farther away.
    """

    def distance(told: _Place) -> float:
        here = told[0]
        crowd = sum(abs(here - each) < _NEAR for each in taken)
        return abs(here - place) + crowd * _CROWDED

    told = list(_places(parts, start, end))
    if not told:
        return None
    first = parts[0][1]
    if first is not None:
        told = [each for each in told if is_amid(first, each[1])] or told
    return min(told, key=distance)[0]


def _places(parts: Sequence[_Part], start: int, end: int) -> Iterator[_Place]:
    """Yield the places of a range from which a scene can be told in it.

    They are some days apart, or weeks in a range of years. If the season of the scene
    is between them all, its days are tried.
    """
    length = end - start
    found = False
    for step in range(_EARLIEST, _LATEST + 1):
        moment = start + length * step // _STEPS
        if _can_begin(parts, moment, end - length // _STEPS):
            found = True
            yield step / _STEPS, moment
    if found:
        return
    # Whole days: of the first and the last there may be some minutes.
    for day in range(-(-start // DAY), end // DAY):
        moment = day * DAY + DAY // 2
        if _can_begin(parts, moment, end):
            yield (moment - start) / length, moment


def _can_begin(parts: Sequence[_Part], moment: int, end: int) -> bool:
    """Return whether a scene that begins at a time can be told before another one."""
    first = parts[0][1]
    if first is not None and not is_on(first, moment // DAY):
        return False
    return _ends(parts, moment, end)


def _ends(parts: Sequence[_Part], moment: int, end: int) -> bool:
    """Return whether a scene that begins at a time is over before another one.

    None of its parts has to wait for its days much longer than its pause.
    """
    for pause, when in parts[1:]:
        moment += pause * MINUTE
        if when is not None:
            day = moment // DAY
            waited = max(_WAITED, pause // _LONG)
            found = (each for each in range(day, day + waited) if is_on(when, each))
            if (later := next(found, None)) is None:
                return False
            moment += (later - day) * DAY
    return moment <= end
