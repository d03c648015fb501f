"""Let sessions come when it is their hour, where their order does not matter.

A good night that was drawn for noon would wait for the evening, and all that follows
with it. With many sessions in a day, a year would be over long before the last of them.
So an exchange of every day whose hour it is not lets the next ones come first; and so
does all generated talk that does not agree with what was said a moment ago.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_imessage_foundry.conversations.anchors import Anchors
    from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
    from pytest_imessage_foundry.models import Turn

_AHEAD = 96  # sessions that are read ahead, and for which one waits at most


class WaitingSession(NamedTuple):
    """A session with the seconds before each turn.

    Attributes:
        talk: the seconds in it, without pauses; `paused` is the seconds of these.
    """

    turns: Sequence[Turn]
    waits: Sequence[float]
    talk: float
    paused: float


class SessionOrder:
    """The sessions of a conversation, of which exchanges may come later.

    Args:
        sessions: pairs of a session and whether it is the last.
        drawn: gives a session its waits.
        anchors: when a turn can be.
        whereabouts: what the sessions so far said.
    """

    def __init__(
        self,
        sessions: Iterable[tuple[list[Turn], bool]],
        drawn: Callable[[Sequence[Turn]], WaitingSession],
        anchors: Anchors,
        whereabouts: Whereabouts,
    ) -> None:
        self._sessions: Iterator[tuple[list[Turn], bool]] = iter(sessions)
        self._drawn, self._anchors, self._whereabouts = drawn, anchors, whereabouts
        self._next: deque[WaitingSession] = deque()
        self._passed = 0  # sessions that came before the first of the next ones

    def first(self) -> WaitingSession | None:
        """Return the next session, None after the last."""
        if not self._next:
            self._read()
        return self._next[0] if self._next else None

    def take(self, begin: float) -> WaitingSession:
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
        self._next.extendleft(map(self._drawn, reversed(sessions)))

    @property
    def is_last(self) -> bool:
        """Return whether there is one session left."""
        if len(self._next) == 1:
            self._read()
        return len(self._next) == 1

    def _place(self, begin: float) -> int:
        """Return the number of the first session that can begin then and agrees with
        those before it, else of the first that can begin; 0 if there is none.

        What is told keeps its order. What must be at its time is passed by nothing.
        """
        can_be = self._anchors.at(begin)
        second: int | None = None
        is_told_passed = False
        for number in range(_AHEAD if self._passed < _AHEAD else 0):
            if number == len(self._next) and not self._read():
                break
            first = self._next[number].turns[0]
            sitting = first.sitting
            may_wait = sitting is not None and sitting.may_wait
            if is_told_passed and not may_wait:
                continue
            if (first.hours or first.when) and not can_be(first):
                if not may_wait:
                    break
                continue
            if sitting is None or self._whereabouts.agree(sitting, begin):
                return number
            second = number if second is None else second
            is_told_passed = is_told_passed or not may_wait
        return second or 0

    def _read(self) -> bool:
        found = next(self._sessions, None)
        if found is None:
            return False
        self._next.append(self._drawn(found[0]))
        return True
