"""Say which scenes can be told about when.

Turns are generated before they have times. Each comes about at its own share of the
range, and the timeline moves a sitting to the nearest time that its anchors allow. So a
scene of a season is told within its season, and near the end of the range no scene that
has to wait for an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations import seasons
from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.models.apple_time import DAY

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.dialogue.scenes import Scene

# Before the end an hour or a day of the week may not come any more.
_ROOM, _LAST = 3 * DAY, 50  # at least so long; and the last fiftieth of the range


class SceneDays:
    """The range of a conversation, and about when each of its generated turns comes.

    Args:
        start, end: the range, in nanoseconds since 2001.
        count: the number of generated turns.
    """

    def __init__(self, start: int, end: int, count: int) -> None:
        self._start = start
        self._last = end - max(_ROOM, (end - start) // _LAST)
        self._each = (end - start) // max(count, 1)

    def allow(self, scene: Scene, said: int) -> bool:
        """Return whether a scene can be told after so many generated turns."""
        when = transitions.when(scene)
        moment = self._start + self._each * said
        if moment > self._last:
            return when is None and transitions.hours(scene) is None
        return when is None or not when.months or seasons.is_amid(when, moment)

    def between(self, said: int, later: int) -> int:
        """Return about how many nanoseconds pass from one generated turn to another."""
        return self._each * (later - said)
