"""The few words of every day, each chosen when its time is known."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations import days_off
from pytest_imessage_foundry.conversations.anchors import fits
from pytest_imessage_foundry.conversations.clock import rhythm
from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.conversations.waits import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import Scene
    from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
    from pytest_imessage_foundry.models import Persona


class Exchanges:
    """The exchanges of one chat.

    Args:
        scenes: what may be said; each once.
        rounds: the same without end, each with the number of its round.
        owner: whose day it is.
        is_far: whether the other one lives in a far time zone. What is told there
            names no time of the day.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        rounds: Iterator[tuple[Scene, int]],
        owner: Persona,
        *,
        is_far: bool,
    ) -> None:
        self._rounds, self._size = rounds, len(scenes)
        self._by_hour = [{*scenes}] * 24 if is_far else transitions.by_hour(scenes)
        self._offset = rhythm((owner.time_zone,)).offset
        self._country = owner.country_code
        # Those that did not fit where they would have come, with their rounds.
        self._passed: dict[Scene, int] = {}

    def at(
        self, begin: float, whereabouts: Whereabouts, told: Sequence[Scene]
    ) -> tuple[Scene, int]:
        """Return the next exchange that can begin at a time, and its round.

        It agrees with all that was said before, if one does. Those that cannot begin
        are kept, each once, for the hour at which they can.

        Args:
            begin: when, in seconds since 2001.
            whereabouts: what was said so far.
            told: the exchanges of the same sitting that come before it.
        """
        local = begin + self._offset(begin)
        day, hour = divmod(int(local // HOUR), 24)
        is_holiday = days_off.is_holiday(self._country, day)
        came_up = whereabouts.came_up(begin)
        second: Scene | None = None
        can_begin = self._by_hour[hour].__contains__
        for scene in filter(can_begin, self._next()):
            when = transitions.when(scene)
            if when is not None and not fits(None, when, local):
                continue
            if when is not None and is_holiday and days_off.is_for_work(when):
                continue
            is_open = came_up.isdisjoint(transitions.always(scene))
            if is_open and transitions.may_join(scene, told):
                return scene, self._passed.pop(scene)
            second = second or scene
        found = second or self._passed_today(local)
        return found, self._passed.pop(found)

    def put_back(self, scene: Scene, times: int) -> None:
        """Keep an exchange for later that `at` has returned."""
        self._passed[scene] = times

    def _passed_today(self, local: float) -> Scene:
        """Return a scene that was passed over; if there is one, of this day.

        Another hour comes soon. For a season everything after it would wait.
        """
        for scene in self._passed:
            when = transitions.when(scene)
            if when is None or fits(None, when, local):
                return scene
        return next(iter(self._passed))

    def _next(self) -> Iterator[Scene]:
        """Return those that were passed over, then new ones, until all are passed."""
        return chain(tuple(self._passed), self._new())

    def _new(self) -> Iterator[Scene]:
        for _ in range(self._size - len(self._passed)):
            scene, times = next(self._rounds)
            if scene not in self._passed:
                self._passed[scene] = times
                yield scene
