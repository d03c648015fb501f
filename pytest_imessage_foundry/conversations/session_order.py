"""Let sessions come when it is their hour, where their order does not matter.

A good night that was drawn for noon would wait for the evening, and all that follows
with it. With many sessions in a day, a year would be over long before the last of them.
So an exchange of every day whose hour it is not lets the next ones come first.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_imessage_foundry.models import Turn

_AHEAD = 24  # sessions that are read ahead, and for which one waits at most


class ExchangeHours(NamedTuple):
    """The hours of a few words of every day, which others may precede."""

    first: int
    last: int


class SessionOrder:
    """The sessions of a conversation, of which exchanges may come later.

    Args:
        sessions: pairs of a session and whether it is the last.
        can_begin: whether a turn can be at a time.
    """

    def __init__(
        self,
        sessions: Iterable[tuple[list[Turn], bool]],
        can_begin: Callable[[Turn, float], bool],
    ) -> None:
        self._sessions: Iterator[tuple[list[Turn], bool]] = iter(sessions)
        self._can_begin = can_begin
        self._next: deque[list[Turn]] = deque()
        self._passed = 0  # sessions that came before the first of the next ones

    def first(self) -> list[Turn] | None:
        """Return the next session, None after the last."""
        if not self._next:
            self._read()
        return self._next[0] if self._next else None

    def take(self, begin: float) -> list[Turn]:
        """Return the next session, or another whose hour it is at a time."""
        found = self._place(begin)
        session = self._next[found]
        del self._next[found]
        self._passed = self._passed + 1 if found else 0
        return session

    def put_first(self, turns: Iterable[Turn]) -> None:
        """Let some turns come next; each that opens a sitting begins a session."""
        sessions: list[list[Turn]] = []
        for turn in turns:
            if turn.opens or not sessions:
                sessions.append([])
            sessions[-1].append(turn)
        self._next.extendleft(reversed(sessions))

    @property
    def is_last(self) -> bool:
        """Return whether there is one session left."""
        if len(self._next) == 1:
            self._read()
        return len(self._next) == 1

    def _place(self, begin: float) -> int:
        """Return the number of the first session that can begin then, before which are
        exchanges alone; 0 if there is none."""
        for number in range(_AHEAD if self._passed < _AHEAD else 0):
            if number == len(self._next) and not self._read():
                break
            first = self._next[number][0]
            if first.hours is None and first.when is None:
                return number
            if self._can_begin(first, begin):
                return number
            if type(first.hours) is not ExchangeHours:
                break
        return 0

    def _read(self) -> bool:
        found = next(self._sessions, None)
        if found is None:
            return False
        self._next.append(found[0])
        return True
