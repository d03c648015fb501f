"""Put the scenes of a chat where their seasons are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.packs.when_days import is_on
from pytest_imessage_foundry.models.apple_time import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.models import Turn, When

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


def has_place(scene: Sequence[Turn], start: int, end: int) -> bool:
    """Return whether a range has a day on which a scene can begin."""
    when = _season(scene)
    return when is None or _nearest(when, 0.5, start, end) is not None


def _season(scene: Sequence[Turn]) -> When | None:
    when = scene[0].when
    return when if when is not None and (when.months or when.dates) else None


def _nearest(when: When, place: float, start: int, end: int) -> float | None:
    """Return the place nearest to another one on whose day a scene can be."""
    steps = sorted(
        range(_EARLIEST, _LATEST + 1), key=lambda step: abs(step / _STEPS - place)
    )
    for step in steps:
        day = (start + (end - start) * step // _STEPS) // DAY
        if is_on(when, day):
            return step / _STEPS
    return None
