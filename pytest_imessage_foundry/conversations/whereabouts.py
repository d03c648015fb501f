"""Remember where people are and what they spoke about today.

Sittings of generated talk do not know each other: who is in a shop was at home four
minutes ago, and dinner is settled twice. So a sitting says where its people are and
what comes up once in a day, and comes only where it agrees with those before it.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.waits import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.models import Sitting

PLACES = frozenset({"home", "bed", "work", "out", "way", "trip"})
# The least seconds from one place to another.
_USUALLY = 45 * MINUTE
_ARRIVING, _ASLEEP, _TRAVELLING = 10 * MINUTE, 5 * HOUR, 12 * HOUR
_BACK_AT_WORK = 8 * HOUR
_LEAST = {
    ("home", "bed"): 0.0,
    ("way", "home"): _ARRIVING,
    ("way", "work"): _ARRIVING,
    ("home", "work"): _BACK_AT_WORK,
    ("bed", "work"): _BACK_AT_WORK,
    ("bed", "home"): _ASLEEP,
    ("bed", "out"): _ASLEEP,
    ("bed", "way"): _ASLEEP,
}
_A_DAY = 14 * HOUR  # until a matter may come up again
# After so long nobody asks what became of a matter. A little more than what is known of
# when turns come allows (`later_parts`), so that few are left out here.
_FORGOTTEN = 45 * DAY


class Whereabouts:
    """What the latest sittings of one conversation said. Times are in seconds."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, float]] = {}
        self._matters: dict[str, float] = {}

    def came_up(self, begin: float) -> set[str]:
        """Return the matters that came up on the same day as a time."""
        return {each for each, at in self._matters.items() if begin - at < _A_DAY}

    def agree_from(self, sittings: Iterable[Sitting], begin: float) -> float:
        """Return when sittings can begin after those before them, `begin` or later."""
        for sitting in sittings:
            for matter in sitting.matters:
                if (at := self._matters.get(matter)) is not None:
                    begin = max(begin, at + _A_DAY)
            for matter, days in sitting.awaits:
                if (at := self._matters.get(matter)) is not None:
                    begin = max(begin, at + days * DAY)
            for who, place in sitting.places:
                if (known := self._places.get(who)) is not None:
                    begin = max(begin, known[1] + _way(known[0], place))
        return begin

    def can_follow(self, sittings: Iterable[Sitting], begin: float) -> bool:
        """Return whether all that sittings ask of came up days ago, not weeks ago."""
        waited = [
            (begin - self._matters.get(matter, -inf), days * DAY)
            for sitting in sittings
            for matter, days in sitting.awaits
        ]
        return all(least <= passed < _FORGOTTEN for passed, least in waited)

    def note(self, sitting: Sitting, begin: float, end: float) -> None:
        """Remember what a sitting from `begin` to `end` says."""
        for matter in sitting.matters:
            self._matters[matter] = begin
        for who, place in (*sitting.places, *sitting.then):
            self._places[who] = place, end


def _way(here: str, there: str) -> float:
    """Return the least seconds from one place to another."""
    if here == there:
        return 0.0
    if "trip" in (here, there):
        return _TRAVELLING
    return _LEAST.get((here, there), _USUALLY)
