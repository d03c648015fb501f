"""Let the later parts of scenes come up when their time has come.

"I have an interview tomorrow" is followed, days later, by "how did it go?". Such a part
comes a few scenes later, and not before so many days as its scene says.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.models.apple_time import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scene_days import SceneDays
    from pytest_imessage_foundry.conversations.dialogue.scenes import Scene, Step
    from pytest_imessage_foundry.conversations.dialogue.slots import SceneSlots

_COMES_UP_AGAIN = 0.6
_BAD = frozenset({"sad", "tense"})
MOST_DAYS = 14  # that a later part can wait
_FORGOTTEN = 40 * DAY  # after so long nobody asks how it went
# About when turns come is known, not exactly: a part that comes about so much later
# hardly ever has to be put off. By half of its days, or by so many.
_LONGER, _MARGIN = 1.5, 4
_MOST = 4  # scenes whose later part is to come


class PlannedScene(NamedTuple):
    """A scene with its steps, slots, roles and source of random numbers.

    `is_later` says whether the steps are those of its later part.
    """

    scene: Scene
    steps: Sequence[Step]
    slots: SceneSlots
    cast: dict[str, str]
    rand: Callable[[], float]
    is_later: bool = False

    @property
    def mood(self) -> str:
        """The mood of its words; what was bad is over in a later part."""
        mood = self.scene.mood
        return "plain" if self.is_later and mood in _BAD else mood


class _Due(NamedTuple):
    """A scene that comes up again.

    Attributes:
        number: after how many scenes.
        said: how many turns were before it.
    """

    number: int
    said: int
    planned: PlannedScene


class LaterParts:
    """The later parts that are to come in one conversation.

    Args:
        days: about when its turns come; None if nothing is known of that.
    """

    def __init__(self, days: SceneDays | None) -> None:
        self._days = days
        self._due: deque[_Due] = deque()

    def note(self, planned: PlannedScene, number: int, said: int) -> None:
        """Let the later part of a scene come up again, if it has one, now and then.

        Args:
            planned: the scene.
            number: how many scenes were before it.
            said: how many turns were before it.
        """
        rand = planned.rand
        if (
            "later" in planned.scene.data
            and len(self._due) < _MOST
            and rand() < _COMES_UP_AGAIN
        ):
            self._due.append(_Due(number + 2 + int(rand() * 4), said, planned))

    def next(self, number: int, said: int) -> PlannedScene | None:
        """Return a scene whose later part comes now, after so many scenes and turns.

        It has the draws of its first part. None is returned if none is due.
        """
        due = next(
            (each for each in self._due if self._is_due(each, number, said)), None
        )
        if due is None:
            return None
        self._due.remove(due)
        if self._days and self._days.between(due.said, said) > _FORGOTTEN:
            return None
        planned = due.planned
        return planned._replace(steps=planned.scene.later, is_later=True)

    def _is_due(self, due: _Due, number: int, said: int) -> bool:
        if due.number > number or self._days is None:
            return due.number <= number
        days = transitions.days_until_later(due.planned.scene)
        later = min(days * _LONGER, days + _MARGIN)
        return self._days.between(due.said, said) >= later * DAY
