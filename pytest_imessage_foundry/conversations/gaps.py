"""How long people are silent between two sessions.

All lengths are waking seconds (see `clock`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.waits import HOUR
from pytest_imessage_foundry.models.apple_time import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

# Hours until people write again the same day or the next. A table, since the last
# digits of a power differ by platform.
_SOON = (1.1, 1.3, 1.5, 1.8, 2.1, 2.5, 3.0, 3.6, 4.4, 5.5, 7.5, 10.5)
_SOON_AGAIN, _NOTICED_AGAIN = 0.4, 0.3  # their share; that of services
# Who writes on most days does so rather evenly: the waits, as multiples of the mean.
_OFTEN = 30 * HOUR  # of waking time between two sessions
_SOMETIMES = 90 * HOUR  # who writes at least so often is never silent for weeks
_EVENLY = (0.25, 0.45, 0.6, 0.75, 0.85, 0.95, 1.0, 1.1, 1.2, 1.35, 1.55, 1.95)
# How much these are shorter if time has run ahead, in ranges that are so long at least.
_PULL, _LONG = 12.0, 30 * DAY
_SPREAD = 20.0  # the longest other waits, as a multiple of the usual one
_DRIFT = 0.035  # share of the range by which sessions may come early or late
_LAST = 0.1  # share of the time left that passes at least before the last session


class Gaps:
    """The silences before the sessions of one conversation.

    Args:
        start: the beginning of the range, in nanoseconds since 2001.
        end: its end.
        random: the source of all draws.
        is_service: whether a service begins all sessions.
    """

    def __init__(
        self,
        start: int,
        end: int,
        random: Callable[[], float],
        *,
        is_service: bool,
    ) -> None:
        self._start, self._length, self._random = start, max(end - start, 1), random
        self._soon_again = _NOTICED_AGAIN if is_service else _SOON_AGAIN
        # Within days the nights are a large part of the time that passed.
        self._pull = _PULL if end - start > _LONG else 0.0

    def last(self, free: float, middle: float, moment: int) -> float:
        """Return the silence before the last session, of `free` seconds that are left.

        It comes between its place in the range and the end, so that chats of a few
        sessions do not all end on the same days.

        Args:
            free: the seconds outside sessions that are left.
            middle: the place in the range of the session, from 0 to 1.
            moment: the time of the last turn, in nanoseconds since 2001.
        """
        passed = max(0.0, self._passed(moment))
        there = middle + (1.0 - middle) * self._random()
        return free * min(max((there - passed) / (1.0 - passed), _LAST), 1.0)

    def next(self, free: float, ahead: float, middle: float, moment: int) -> float:
        """Return the silence before a session that is not the last.

        Who writes on most days does so evenly. Others write several times within a day
        or two, then pause for long. The long waits are drawn from the power law x^-1.5,
        cut off on both sides of its mean, and keep the session near its place in the
        range.

        Args:
            free: the seconds outside sessions that are left.
            ahead: the estimated number of sessions to come.
            middle: the place in the range of the session, from 0 to 1.
            moment: the time of the last turn, in nanoseconds since 2001.
        """
        usual = free / ahead
        passed = self._passed(moment)
        late = middle - passed
        if usual < _OFTEN:
            return self._evenly(usual, late)
        if self._random() < self._soon_again and late < _DRIFT:
            soon = _SOON[int(self._random() * len(_SOON))]
            return min(soon * HOUR * (0.9 + 0.2 * self._random()), usual)
        ahead = max(ahead * (1.0 - self._soon_again), 1.0)
        spread = max(2.0, min(_SPREAD, free / ahead / HOUR))
        steep = 1.0 - self._random() * (1.0 - 1.0 / spread)
        relative = 1.0 / (spread * steep * steep)
        most = max(late + _DRIFT, _DRIFT / 8) / (1.0 - passed)
        if usual < _SOMETIMES:
            most = min(most, 4.0 * usual / max(free, 1.0))
        return free * min(relative / (relative + ahead), most)

    def _evenly(self, usual: float, late: float) -> float:
        """Return a silence about as long as the usual one."""
        evenly = _EVENLY[int(self._random() * len(_EVENLY))]
        pull = min(max(1.0 + self._pull * late, 0.1), 1.0)
        return usual * evenly * pull * (0.8 + 0.4 * self._random())

    def _passed(self, moment: int) -> float:
        """Return which share of the range is over."""
        return (moment - self._start) / self._length
