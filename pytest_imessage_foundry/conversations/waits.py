"""How long people take to answer, to type, and to write again."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_imessage_foundry.models import Persona, Turn

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

# Answers in seconds: (share, median, spread) of log-logistic distributions. Their
# tails are power laws, as in real correspondence, but no answer comes when nobody knows
# the question any more. People who answer after hours or days sometimes take part at
# once and then answer within minutes.
_ANSWERS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "instant": ((1.0, 16.0, 0.50),),
    "minutes": ((1.0, 110.0, 0.72),),
    "hours": ((0.14, 240.0, 0.6), (0.64, 0.9 * HOUR, 0.22), (0.22, 2.0 * HOUR, 0.22)),
    "days": ((0.15, 400.0, 0.6), (0.85, 16 * HOUR, 0.2)),
}
# The longest of these. Later nobody answers a question of the moment any more.
_LATEST = {"instant": 20 * MINUTE, "minutes": 20 * MINUTE, "hours": 3 * HOUR}
_LATEST_OF_ALL = 2 * DAY
_SOON = ("instant", "minutes")
_BURST = ((1.0, 5.0, 0.65),)  # the same person writes again
_TYPING = 0.17  # seconds for each character
# Nobody is faster than this, in seconds for a message and for each of its characters:
# people who dictate to a phone reach 153 words a minute, who type 52 (Ruan et al.
# 2016, arXiv 1608.07323).
_AT_LEAST, _FASTEST = 0.5, 0.08
_MOMENT = 15 * MINUTE  # so long "where are you?" waits for its answer at most
_APART = 60  # minutes of pause after which a talk begins anew
_STEPS = 512  # of a table of quantiles
_SHORTEST, _LONGEST = 0.8, 10 * 24 * HOUR

Table = tuple[tuple[float, float], ...]


class Waits:
    """The waits before the turns of a session.

    Args:
        cast: everybody by id, the owner included.
        random: the source of all draws.
    """

    def __init__(
        self, cast: Mapping[str, Persona], random: Callable[[], float]
    ) -> None:
        self._random = random
        self._burst = quantiles(_BURST)
        self._answers = {
            who: quantiles(_ANSWERS[persona.typical_response_time])
            for who, persona in cast.items()
        }
        self._latest = {
            who: _LATEST.get(persona.typical_response_time, _LATEST_OF_ALL)
            for who, persona in cast.items()
        }
        # A question of the moment is answered at once.
        minutes = quantiles(_ANSWERS["minutes"])
        self._prompt = {
            who: self._answers[who]
            if persona.typical_response_time in _SOON
            else minutes
            for who, persona in cast.items()
        }

    def of(self, session: Sequence[Turn], *, is_prompt: bool = False) -> list[float]:
        """Return the seconds before each turn of a session; 0 before the first.

        Who has answered is in the talk: only their first answer takes hours. With
        `is_prompt` nobody's does.
        """
        random, burst = self._random, self._burst
        last = session[0].sender
        present = set(self._answers) if is_prompt else {last}
        waits = [0.0]
        for turn in session[1:]:
            sender = turn.sender
            if turn.pause:
                if turn.pause >= _APART and not is_prompt:
                    present.clear()
                present.add(sender)
                last = sender
                waits.append(turn.pause * MINUTE * (0.75 + 0.5 * random()))
                continue
            is_soon = sender in present
            answers = self._prompt if is_soon else self._answers
            table = answers[sender] if sender != last or turn.opens else burst
            last = sender
            present.add(sender)
            place = random() * _STEPS
            step = int(place)
            base, width = table[step]
            wait = base + (place - step) * width + _TYPING * len(turn.text)
            latest = self._latest[sender]
            if is_soon and latest > _MOMENT:
                latest = _MOMENT
            if wait > latest:
                wait = latest * (0.2 + 0.8 * random())
            waits.append(wait)
        return waits


def typed_in(turn: Turn) -> float:
    """Return the least seconds that writing a turn takes."""
    return _AT_LEAST + _FASTEST * len(turn.text)


def hurried(
    session: Sequence[Turn], waits: Sequence[float], pace: float
) -> list[float]:
    """Return the waits at another pace: answers come sooner, but nobody types faster.

    Pauses, such as the night within a story, keep their length.
    """
    return [
        wait if turn.pause or not wait else max(wait * pace, typed_in(turn))
        for turn, wait in zip(session, waits, strict=True)
    ]


def shortened(
    session: Sequence[Turn], waits: Sequence[float], total: float
) -> list[float] | None:
    """Return waits of at most `total` seconds in all; None if nobody could write that
    fast.

    The first wait counts, too. Each wait loses the same share of what is more than
    typing takes.
    """
    least = [
        min(typed_in(turn), wait) for turn, wait in zip(session, waits, strict=True)
    ]
    needed, spent = sum(least), sum(waits)
    if needed > total:
        return None
    share = min(1.0, (total - needed) / max(spent - needed, 1e-9))
    return [low + (wait - low) * share for low, wait in zip(least, waits, strict=True)]


@cache
def quantiles(mixture: tuple[tuple[float, float, float], ...]) -> Table:
    """Return a distribution as `_STEPS` equally likely steps (least, width) in seconds.

    They are in milliseconds, since the last digits of a power differ by platform.
    """
    grid = 4 * _STEPS
    values: list[float] = []
    for share, median, spread in mixture:
        odds = _odds(share * grid)
        values += [median * each**spread for each in odds]
    values.sort()
    last = len(values) - 1
    chosen = [values[last * step // _STEPS] for step in range(_STEPS + 1)]
    edges = [round(min(max(each, _SHORTEST), _LONGEST), 3) for each in chosen]
    return tuple([(low, high - low) for low, high in pairwise(edges)])


@cache
def _odds(size: float) -> list[float]:
    """Return the odds of the middles of about `size` equal steps from 0 to 1."""
    places = [(k + 0.5) / size for k in range(round(size))]
    return [u / (1 - u) for u in places if u < 1]
