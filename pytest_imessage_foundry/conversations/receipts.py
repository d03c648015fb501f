"""When a message arrives, and when it is read.

People look at their phones soon, or after hours, or after days: the times have a long
tail. Nobody reads while asleep, and whoever answers or reacts has read before.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.clock import rhythm
from pytest_imessage_foundry.conversations.waits import DAY, HOUR, Table, quantiles
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_imessage_foundry.models import Message

# Until the chat is opened, in seconds of waking time: (share, median, spread) of
# log-logistic distributions, by the usual response time. Some look at the
# notification first, and open the chat much later.
_LATE = (0.12, 5 * HOUR, 0.9)
_LOOKS = {
    "instant": ((0.88, 25.0, 0.9), _LATE),
    "minutes": ((0.88, 240.0, 0.95), _LATE),
    "hours": ((0.80, 0.7 * HOUR, 0.8), (0.20, 8 * HOUR, 0.9)),
    "days": ((0.70, 4 * HOUR, 0.8), (0.30, 1.5 * DAY, 0.8)),
}
_STEPS = 512  # of a table of quantiles
_STAYS = 150 * SECOND  # a chat stays open so long after the last message
_GLANCE = 3 * SECOND
_TALK = 240 * SECOND  # people who answer that soon are in a talk
_BURST = 60 * SECOND  # messages nearer to each other make one notification
_AT_ONCE = 600.0  # seconds: whoever looks that soon is awake
_ASLEEP = 0.05  # of the busiest hour
_GETS_UP = 1_500.0  # seconds of waking time, more than a night has
_HABITS = ("instant", "minutes", "hours", "days")  # the quickest first
_UNREAD = 0.08  # share of chats whose last messages nobody opens
_NEVER = 1 << 63

# Of own messages, most arrive within seconds; of the rest the share is x after k/x.
_PROMPT = 250_000_000
_OFFLINE = 1 << 27  # of 1 << 32: phones that are off or out of reach, 3 %
_RETURN = 5 * SECOND
_LONGEST_OFFLINE = 3 * 86_400 * SECOND


class Reader:
    """Those who read what one side of a chat writes.

    Args:
        habits: the usual response times of all of them; the quickest counts.
        zone: the time zone in which they sleep.
        random: the source of all draws.
    """

    def __init__(
        self, habits: Sequence[str], zone: str, random: Callable[[], float]
    ) -> None:
        quickest = min(habits, key=_HABITS.index, default="hours")
        self._looks: Table = quantiles(_LOOKS[quickest])
        self._rhythm = rhythm((zone,))
        self._random = random
        self._opened = 0
        # When the reader reacts, as far as messages can still come before it.
        self.reactions: list[int] = []

    def answers(self, last: int, until: int) -> int:
        """Return when the reader, who writes at `until`, has opened the chat.

        The others wrote last at `last`.
        """
        wait = until - last
        least = min(wait - wait // 10, (5 + int(240 * self._random())) * SECOND)
        return max(last + wait // 20, until - least)

    def reads(self, dates: Sequence[int], opened: int) -> list[int]:
        """Return when each message of a block is read.

        Args:
            dates: when the messages were sent, in order.
            opened: when all of them are read at the latest; 0: no such time.
        """
        random, now = self._random, self._opened
        if opened and opened - dates[0] < _TALK:
            # In the middle of a talk nobody waits for a notification.
            self._opened = opened
            if dates[0] - now >= _STAYS:
                return [opened if opened > date else date + 1 for date in dates]
            # Who sees one message has seen those before it.
            return sorted(
                [
                    min(max(opened, date + 1), date + SECOND + int(_GLANCE * random()))
                    for date in dates
                ]
            )
        times = self._openings(dates, opened)
        for place, date in enumerate(dates):
            if date > now:
                read = times[place]
                if date - now < _STAYS:
                    read = min(read, date + SECOND + int(_GLANCE * random()))
                now = read if read > date else date + 1
            times[place] = now
        self._opened = now
        return times

    def _openings(self, dates: Sequence[int], opened: int) -> list[int]:
        """Return when the chat is opened next after each date.

        Every message that comes by itself may be the one that somebody looks at.
        """
        times = [opened] * len(dates)
        soonest = opened
        for place in range(len(dates) - 1, -1, -1):
            date = dates[place]
            is_alone = not place or date - dates[place - 1] > _BURST
            if is_alone or not soonest:
                look = self._looked(date)
                soonest = min(soonest, look) if soonest else look
            times[place] = soonest
        return times

    def stops(self, reads: list[int]) -> None:
        """Leave some of the last messages, read at these times, unread, or none.

        Only last messages can stay unread, because opening a chat reads all of it.
        """
        if self._random() < _UNREAD:
            since = int(len(reads) * self._random())
            reads[since:] = [_NEVER] * (len(reads) - since)

    def catches_up(self, dates: Sequence[int], reads: list[int]) -> None:
        """Read what came before each reaction by then: who reacts has the chat open.

        Args:
            dates: when the messages of a block were sent, in order.
            reads: when each of them is read, which this changes.
        """
        for moment in self.reactions:
            for place in range(bisect_left(dates, moment)):
                if reads[place] > moment:
                    before = reads[place - 1] if place else 0
                    reads[place] = max(dates[place] + 1, moment - _GLANCE, before)
        self.reactions = [each for each in self.reactions if each > dates[-1]]

    def _looked(self, date: int) -> int:
        """Return when somebody looks at a phone on which a message came."""
        place = self._random() * _STEPS
        step = int(place)
        base, width = self._looks[step]
        wait = base + (place - step) * width
        if wait < _AT_ONCE:
            there = date / SECOND + wait
        else:
            there = self._rhythm.after(date / SECOND, wait)
        if self._rhythm.rate(there) < _ASLEEP:
            there = self._rhythm.after(there, _GETS_UP * (0.6 + self._random()))
        return max(int(there * SECOND), date + 1)


def delivered(date: int, chance: int) -> int:
    """Return when a message arrives that was sent at `date`.

    `chance` is a number of 32 random bits.
    """
    if chance >= _OFFLINE:
        return date + _PROMPT + chance
    away = _RETURN * _OFFLINE // (chance + 1)
    return date + min(away, _LONGEST_OFFLINE)


def reactions_of(message: Message, is_mine: bool) -> Iterator[int]:
    """Yield when the other side than that of a message reacted to it, and took a
    reaction back."""
    for tapback in message.tapbacks:
        if (tapback.sender is None) is not is_mine:
            yield tapback.date
            if tapback.removed is not None:
                yield tapback.removed.date
