"""Say which scenes can be told about when.

Turns are generated before they have times. Each comes about at its own share of the
range, and the timeline moves a sitting to the nearest time that its anchors allow. So a
scene of a season is told within its season, and near the end of the range no scene that
has to wait for an hour.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations import seasons
from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.models.apple_time import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import Scene

# Before the end an hour or a day of the week may not come any more.
_ROOM, _LAST = 3 * DAY, 50  # at least so long; and the last fiftieth of the range


class SceneDays:
    """The range of a conversation, and about when each of its generated turns comes.

    Args:
        start, end: the range, in nanoseconds since 2001.
        count: the number of generated turns.
        stories: the turns of each story that comes between them.
        places: after which share of the generated turns each story comes.
    """

    def __init__(
        self,
        start: int,
        end: int,
        count: int,
        stories: Sequence[int] = (),
        places: Sequence[float] = (),
    ) -> None:
        self._start = start
        self._last = end - max(_ROOM, (end - start) // _LAST)
        self._each = (end - start) // max(count + sum(stories), 1)
        self._after = [count * place for place in places]
        self._told = [0, *accumulate(stories)]

    def allow(self, scene: Scene, said: int) -> bool:
        """Return whether a scene can be told after so many generated turns."""
        when = transitions.when(scene)
        if when is None and transitions.hours(scene) is None:
            return True
        turns = said + self._told[bisect_right(self._after, said)]
        moment = self._start + self._each * turns
        if moment > self._last:
            return False
        return when is None or seasons.is_amid(when, moment)
