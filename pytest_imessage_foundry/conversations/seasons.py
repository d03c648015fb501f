"""Put the scenes of a chat where their seasons are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.packs.when_days import is_on
from pytest_imessage_foundry.models.apple_time import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.models import Turn, When

_EDGE = 10 * DAY
_STEPS = 50  # into which a range is divided
_EARLIEST, _LATEST = 1, 48  # of them: a scene has to end before the range does


def placed(
    scenes: Sequence[tuple[Turn, ...]],
    phase: float,
    start: int,
    end: int,
) -> tuple[tuple[tuple[Turn, ...], ...], tuple[float, ...]]:
    """Return scenes in the order of their places, and their places, from 0 to 1.

    They are spread evenly, each in the middle of its share or where `phase` says. A
    scene whose first turn names days is moved to the nearest of them, if there is one.
    """
    size = len(scenes)
    found: list[tuple[float, int]] = []
    for number, scene in enumerate(scenes):
        place = (number + phase) / size
        if when := _season(scene):
            moved = _nearest(when, place, start, end)
            place = place if moved is None else moved
        found.append((place, number))
    found.sort()
    return (
        tuple(scenes[number] for _, number in found),
        tuple(place for place, _ in found),
    )


def shares(
    scenes: Sequence[Sequence[Turn]], places: Sequence[float], generated: int
) -> tuple[float, ...]:
    """Return after which share of the generated turns each scene comes.

    The timeline counts the turns of scenes too, so the scenes before one let it come
    after fewer of the others.
    """
    total = sum(map(len, scenes)) + generated
    told = 0
    found = []
    for scene, place in zip(scenes, places, strict=True):
        share = (place * total - told) / max(generated, 1)
        found.append(min(max(share, 0.0), 1.0))
        told += len(scene)
    return tuple(found)


def has_place(scene: Sequence[Turn], start: int, end: int) -> bool:
    """Return whether a range has a day on which a scene can begin."""
    when = _season(scene)
    return when is None or _nearest(when, 0.5, start, end) is not None


def is_amid(when: When, moment: int) -> bool:
    """Return whether a time is within a season, and its edges are some days away."""
    months = replace(when, weekdays=())
    days = (moment - _EDGE) // DAY, (moment + _EDGE) // DAY
    return all(is_on(months, day) for day in days)


def _season(scene: Sequence[Turn]) -> When | None:
    when = scene[0].when
    return when if when is not None and (when.months or when.dates) else None


def _nearest(when: When, place: float, start: int, end: int) -> float | None:
    """Return the place nearest to another one on whose day a scene can be.

    One amid the season comes first: at its edge, few days late are too late.
    """
    season = replace(when, weekdays=())
    steps = sorted(
        range(_EARLIEST, _LATEST + 1), key=lambda step: abs(step / _STEPS - place)
    )
    moments = [(step, start + (end - start) * step // _STEPS) for step in steps]
    amid = (step for step, moment in moments if is_amid(when, moment))
    at_all = (step for step, moment in moments if is_on(season, moment // DAY))
    found = next(amid, None) or next(at_all, None)
    return None if found is None else found / _STEPS
