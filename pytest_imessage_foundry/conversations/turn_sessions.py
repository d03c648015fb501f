"""Cut a stream of turns into sessions: what people write within minutes."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.session_order import EXCHANGE, EXCHANGED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_imessage_foundry.models import Turn

_LOOKAHEAD = 160  # turns
_LONG = 64  # most turns of a session whose length is drawn
_STORY = 200  # most turns that are read at once
# Lengths of sessions if turns do not say where one begins, equally likely. Most
# messages should be in sessions of 5 to 30.
_LENGTHS = (*(1, 2, 3, 4) * 6, *tuple(range(5, 18)) * 5, *range(20, 46, 2))
_TOPIC = 1.4  # turns; marks nearer to each other mean topics, not sittings
_USUAL, _TRUST = 11.0, 5


class Sessions:
    """Sessions of a stream of turns, each with whether it is the last.

    A session ends before the next turn that opens a sitting. Its length is drawn if no
    turn has a pause, and no turn, or nearly every turn, opens a sitting. A short talk
    is not cut where nothing says so. A service sends one notice at a time.

    Attributes:
        ahead: the first turns of the stream.
        is_service: whether a service begins all sessions.
        mean: the mean number of turns of the sessions so far.
    """

    def __init__(
        self, turns: Iterable[Turn], services: set[str], random: Callable[[], float]
    ) -> None:
        stream = iter(turns)
        self.ahead = list(islice(stream, _LOOKAHEAD))
        self._turns = chain(self.ahead, stream)
        self._random = random
        openers = [turn.sender for turn in self.ahead if turn.opens]
        more = (EXCHANGED - 1) * sum(turn is EXCHANGE for turn in self.ahead)
        topic = (len(self.ahead) + more) / max(len(openers), 1)
        tells = any(turn.pause for turn in self.ahead)
        self._has_sittings = tells or len(openers) > 1
        self.is_service = services.issuperset(openers) and bool(openers)
        self._is_drawn = topic < _TOPIC and not self.is_service
        # One mark says where a talk begins that is read whole here. Without any, turns
        # that make one session are one.
        longest = _LOOKAHEAD - 1 if openers else max(_LENGTHS)
        is_short = not self._has_sittings and len(self.ahead) <= longest
        self._whole = len(self.ahead) if is_short else 0
        is_known = self._has_sittings and not self._is_drawn
        # One long story among the first sessions says little about the later ones.
        self._seen = max(_TRUST, len(openers)) if is_known else _TRUST
        self._turns_seen = self._seen * (topic if is_known else _USUAL)

    def note(self, exchanged: int) -> None:
        """Count the turns of an exchange, which was a mark in the stream."""
        self._turns_seen += exchanged - 1

    @property
    def mean(self) -> float:
        return self._turns_seen / self._seen

    def __iter__(self) -> Iterator[tuple[list[Turn], bool]]:
        session: list[Turn] = []
        least, most = self._lengths()
        for turn in self._turns:
            length = len(session)
            if length >= most or (turn.opens and length >= least):
                self._seen += 1
                self._turns_seen += length
                yield session, False
                session = []
                least, most = self._lengths()
            session.append(turn)
        if session:
            yield session, True

    def _lengths(self) -> tuple[int, int]:
        """Return the smallest and the largest number of turns of a session."""
        if self._has_sittings and not self._is_drawn:
            return 1, _STORY
        # Drawn in any case, so that later draws are the same.
        wanted = _LENGTHS[int(self._random() * len(_LENGTHS))]
        if self._whole:
            return 1, self._whole
        return wanted, _LONG if self._has_sittings else wanted
