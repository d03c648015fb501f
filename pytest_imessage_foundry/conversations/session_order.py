"""Let sessions come when it is their hour, where their order does not matter.

What people tell each other keeps its order. The few words that they exchange on every
day are chosen when their time is known: the stream of turns has only a mark where they
come. So a story that has to wait for an hour, or does not agree with what was said a
moment ago, lets such words come first.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from pytest_imessage_foundry.models import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_imessage_foundry.conversations.anchors import Anchors
    from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
    from pytest_imessage_foundry.models import Sitting

EXCHANGE = Turn(sender="", opens=True)
"""Stands for a few words of every day, to be chosen when their time is known."""
EXCHANGED = 3  # turns in such words, about
_PATIENT = 96  # sessions for which one waits at most


class WaitingSession(NamedTuple):
    """A session with the seconds before each turn.

    Attributes:
        talk: the seconds in it, without pauses; `paused` is the seconds of these.
        sittings: what its scenes say of people.
    """

    turns: Sequence[Turn]
    waits: Sequence[float]
    talk: float
    paused: float
    sittings: Sequence[Sitting] = ()


class SessionOrder:
    """The sessions of a conversation, before which exchanges may come.

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
        """Return the next session, or the exchange behind it if it cannot begin at a
        time, in seconds since 2001."""
        found = 0 if self._can_begin(begin) else 1
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

    def _can_begin(self, begin: float) -> bool:
        """Return whether the first session is taken: it fits, or none can be before."""
        session = self._next[0]
        first = session.turns[0]
        if not session.sittings and not first.hours and not first.when:
            return True
        agree_from = self._whereabouts.agree_from(session.sittings, begin)
        fits = self._anchors.can_be(first, begin) and agree_from <= begin
        if fits or self._passed >= _PATIENT:
            return True
        has_second = len(self._next) > 1 or self._read()
        return not has_second or self._next[1].turns[0] is not EXCHANGE

    def _read(self) -> bool:
        found = next(self._sessions, None)
        if found is None:
            return False
        self._next.append(self._drawn(found[0]))
        return True
