"""Keep the stories of a conversation in the order in which they come."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from pytest_imessage_foundry.models.apple_time import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_imessage_foundry.models import Turn


class Story(NamedTuple):
    """Turns that stay together, and when: after what share of the range, 0 to 1."""

    place: float
    turns: Sequence[Turn]


class Stories:
    """The stories that are still to be told in a range.

    Args:
        stories: in the order of their places.
        start, end: the range, in nanoseconds since 2001.
    """

    def __init__(self, stories: Iterable[Story], start: int, end: int) -> None:
        self._stories = deque(stories)
        self._start, self._length = start, end - start
        self._rested = start

    def __bool__(self) -> bool:
        return bool(self._stories)

    @property
    def turns(self) -> int:
        """The number of turns in all of them."""
        return sum(len(story.turns) for story in self._stories)

    def is_due(self, moment: int) -> bool:
        """Return whether the next one comes before what would begin at a time.

        People do not greet each other anew on the day on which another one ended.
        """
        return bool(self._stories) and moment >= self.earliest(self._stories[0])

    def earliest(self, story: Story) -> int:
        """Return the time of a story's place, or a day after the story before it."""
        there = self._start + int(self._length * story.place)
        return max(there, self._rested)

    def note_end(self, moment: int) -> None:
        """Note when the story that was taken last ended.

        Near the end of the range the next one follows at once.
        """
        is_last = moment + 2 * DAY > self._start + self._length
        self._rested = moment if is_last else moment + DAY

    def take(self) -> Story:
        """Return the next one, which is told now."""
        return self._stories.popleft()

    def put_off(self, story: Story, moment: int) -> None:
        """Let a story come at a later time, after those that come before then."""
        place = (moment - self._start) / self._length
        self._stories.append(story._replace(place=place))
        self._stories = deque(sorted(self._stories, key=lambda each: each.place))
