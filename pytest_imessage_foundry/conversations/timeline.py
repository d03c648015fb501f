"""Give the turns of a conversation their times.

Turns come in sessions: many within minutes, then none for hours or days. A session
begins with a turn that opens a sitting; turns without such marks are cut into sessions
of the usual lengths. A session is read whole, to be fitted into the rest of the range;
no more turns are in memory.

Waits are drawn in the waking time of the people (see `clock`), as shares of the time
that is left. So five turns, ten thousand or a million fill the same year: few turns
have long gaps, many are pressed together until people answer within seconds.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, islice, pairwise
from random import Random
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.clock import Rhythm, offset_in
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.models import Persona, Turn

# Own messages have the sending phone's milliseconds, received ones the
# nanoseconds of their arrival (SEMANTICS §1).
MILLISECOND = 1_000_000
_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0

# Answers in seconds: (share, median, spread) of log-logistic distributions. Their
# tails are power laws, as in real correspondence. People who answer after
# hours or days sometimes take part at once and then answer within minutes.
_ANSWERS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "instant": ((1.0, 16.0, 0.50),),
    "minutes": ((1.0, 110.0, 0.72),),
    "hours": ((0.24, 240.0, 0.6), (0.58, 0.72 * _HOUR, 0.22), (0.18, 3 * _HOUR, 0.5)),
    "days": ((0.15, 400.0, 0.6), (0.85, 16 * _HOUR, 0.25)),
}
_BURST = ((1.0, 5.0, 0.65),)  # the same person writes again
_TYPING = 0.17  # seconds for each character
_STEPS = 512  # of a table of quantiles
_SHORTEST, _LONGEST = 0.8, 10 * 24 * _HOUR
# During waits up to the first people look at the phone; waits longer than the
# second, and those that reach into the night, count in waking time.
_ATTENTION, _PATIENCE = 1_200.0, 3_600.0
_ASLEEP = 0.15  # of the busiest hour

_IN_SESSIONS = 0.7  # the largest share of the time left that goes into sessions
# Hours until people write again the same day or the next. A table, since the last
# digits of a power differ by platform.
_SOON = (1.1, 1.3, 1.5, 1.8, 2.1, 2.5, 3.0, 3.6, 4.4, 5.5, 7.5, 10.5)
_SOON_AGAIN, _NOTICED_AGAIN = 0.82, 0.3  # their share; that of services
_SPREAD = 20.0  # the longest other waits, as a multiple of the usual one
_DRIFT = 0.08  # share of the range by which sessions may come early or late
_LAST = 0.12  # the last session begins within this share of the time left
_OVERRUN = 50  # there is time for 1/50 more turns than expected
_LOOKAHEAD = 64
_STORY = 200  # most turns that are read at once
# Lengths of sessions if turns do not say where one begins, equally likely. Most
# messages should be in sessions of 5 to 30.
_LENGTHS = (*(1, 2, 3, 4) * 6, *tuple(range(5, 18)) * 5, *range(20, 46, 2))
_TOPIC = 2  # turns; marks nearer to each other mean topics, not sittings
_USUAL, _TRUST = 11.0, 5
_REACH = 3.0  # how far a sitting is moved at most, as a multiple of the usual wait
_AWAKE = 0.25  # share of the rate in the busiest hour of people in several zones


def lay_out(
    turns: Iterable[Turn],
    *,
    people: Mapping[str, Persona],
    owner: Persona,
    start: int,
    end: int,
    count: int,
    rng_key: str,
) -> Iterator[tuple[int, Turn]]:
    """Yield pairs of a time and a turn, in the order of the turns.

    Times are nanoseconds since 2001, strictly increasing, from `start` to `end`
    inclusive; the same arguments give the same times on every platform.

    Args:
        turns: the conversation; one session is read at a time.
        people: personas by id; the owner may be among them.
        owner: whose phone it is. The owner's times are whole milliseconds, unless the
            range has less than a millisecond for each turn.
        start: the earliest time.
        end: the latest time.
        count: the expected number of turns; the last of them comes near `end`.
        rng_key: the key of every draw.

    Raises:
        FoundryError: the range is too short for the turns, or a time zone is
            not known here.
    """
    if end - start < max(count, 1) - 1:
        raise FoundryError(_no_room(start, end, count))
    return _Timeline(turns, people, owner, start, end, count, rng_key).times()


class _Timeline:
    """The times of one conversation, from `start` to `end`."""

    def __init__(
        self,
        turns: Iterable[Turn],
        people: Mapping[str, Persona],
        owner: Persona,
        start: int,
        end: int,
        count: int,
        rng_key: str,
    ) -> None:
        self.owner, self.start, self.end, self.count = owner.id, start, end, count
        self.random = Random(f"timeline:{rng_key}").random
        cast = {owner.id: owner, **people}
        self.zones = {who: persona.time_zone for who, persona in cast.items()}
        self.answers = {
            who: _quantiles(_ANSWERS[persona.typical_response_time])
            for who, persona in cast.items()
        }
        services = {who for who, each in cast.items() if "service" in circles(each)}
        self.sessions = _Sessions(turns, services - {owner.id}, self.random)
        self.soon_again = _NOTICED_AGAIN if self.sessions.is_service else _SOON_AGAIN
        self.is_scattered = len(set(self.zones.values())) > 1
        self.rhythms: dict[tuple[str, ...], Rhythm] = {}
        self.room = MILLISECOND  # kept free for each later turn
        self.last = end - (end - start) // 1_000  # the rest is for unexpected turns
        if end - start < 2 * count * MILLISECOND:
            self.room = max(1, (end - start) // (2 * count))
            self.last = end

    def times(self) -> Iterator[tuple[int, Turn]]:
        """Yield every turn of every session with its time."""
        return chain.from_iterable(self._placed())

    def _placed(self) -> Iterator[Iterable[tuple[int, Turn]]]:
        """Yield each session with times, placed in what is left of the range."""
        moment, done, spent = self.start - 1, 0, 0.0
        for session, is_last in self.sessions:
            rhythm = self._rhythm(session)
            waits = self._waits(session)
            duration = sum(waits)
            pairs = zip(session, waits, strict=True)
            spent += sum([wait for turn, wait in pairs if not turn.pause])
            usual = spent / (done + len(session)) + 1e-9
            left = rhythm.until(moment / SECOND, self.end / SECOND)
            expected = max(self.count - done, 1 + self.count // _OVERRUN)
            later = max(expected - len(session), 0)
            pace = min(1.0, _IN_SESSIONS * left / max(expected * usual, duration))
            free = max(left - pace * (duration + later * usual), 0.0)
            ahead = max(later / self.sessions.mean, 1.0)
            if is_last:
                gap = free * (1.0 - _LAST * self.random())
            else:
                middle = (done + len(session) / 2) / self.count
                gap = self._gap(free, ahead, middle, moment)
            if not done and not is_last:
                gap *= self.random()  # the range begins within a pause
            begin = int(rhythm.after(moment / SECOND, gap) * SECOND)
            if session[0].hours:
                reach = _REACH * free / ahead
                latest = self.last - int(duration * pace * SECOND)
                begin = self._moved(session[0], begin, (moment, latest), reach, rhythm)
            moments = self._moments(session, waits, rhythm, begin, pace, done, moment)
            yield zip(moments, session, strict=True)
            moment = moments[-1]
            done += len(session)

    def _rhythm(self, session: Iterable[Turn]) -> Rhythm:
        """Return the waking hours of the owner and of those who write in a session."""
        key: tuple[str, ...] = (self.zones[self.owner],)
        if self.is_scattered:
            key += tuple(sorted({self.zones[turn.sender] for turn in session}))
        if key not in self.rhythms:
            self.rhythms[key] = Rhythm(key)
        return self.rhythms[key]

    def _gap(self, free: float, ahead: float, middle: float, moment: int) -> float:
        """Return the waking seconds, of `free` ones, before a session.

        People write several times within a day or two, then pause for long. Most waits
        are hours. The long ones are drawn from the power law x^-1.5, cut off on both
        sides of its mean, and keep the session near its place in the range.

        Args:
            free: the seconds outside sessions that are left.
            ahead: the estimated number of sessions to come.
            middle: the place in the range of the session, from 0 to 1.
            moment: the time of the last turn.
        """
        passed = (moment - self.start) / (self.end - self.start)
        late = middle - passed
        if self.random() < self.soon_again and late < _DRIFT:
            soon = _SOON[int(self.random() * len(_SOON))]
            return min(soon * _HOUR * (0.9 + 0.2 * self.random()), free / ahead)
        ahead = max(ahead * (1.0 - self.soon_again), 1.0)
        spread = max(2.0, min(_SPREAD, free / ahead / _HOUR))
        steep = 1.0 - self.random() * (1.0 - 1.0 / spread)
        relative = 1.0 / (spread * steep * steep)
        most = max(late + _DRIFT, _DRIFT / 8) / (1.0 - passed)
        return free * min(relative / (relative + ahead), most)

    def _moved(
        self,
        turn: Turn,
        moment: int,
        between: tuple[int, int],
        reach: float,
        rhythm: Rhythm,
    ) -> int:
        """Return the time nearest to `moment` in the hours of `turn`, else `moment`.

        The time is `between` two others, at most `reach` seconds away, and in waking
        hours of `rhythm`.
        """
        assert turn.hours is not None
        first, last = (hour * _HOUR for hour in turn.hours)
        local = moment / SECOND + offset_in(self.zones[turn.sender], moment / SECOND)
        width = (last - first) % _DAY
        if (local - first) % _DAY < width:
            return moment
        ahead = (first + width * self.random() - local) % _DAY
        for way in sorted((ahead, ahead - _DAY), key=abs):
            there = moment + int(way * SECOND)
            if abs(way) > reach or not between[0] < there < between[1]:
                continue
            if not rhythm.is_shared or rhythm.rate(there / SECOND) > _AWAKE:
                return there
        return moment

    def _waits(self, session: Sequence[Turn]) -> list[float]:
        """Return the seconds before each turn of a session; 0 before the first."""
        random, answers, burst = self.random, self.answers, _quantiles(_BURST)
        last = session[0].sender
        waits = [0.0]
        for turn in session[1:]:
            sender = turn.sender
            if turn.pause:
                last = sender
                waits.append(turn.pause * _MINUTE * (0.75 + 0.5 * random()))
                continue
            table = answers[sender] if sender != last or turn.opens else burst
            last = sender
            place = random() * _STEPS
            step = int(place)
            base, width = table[step]
            waits.append(base + (place - step) * width + _TYPING * len(turn.text))
        return waits

    def _moments(
        self,
        session: Sequence[Turn],
        waits: Sequence[float],
        rhythm: Rhythm,
        moment: int,
        pace: float,
        done: int,
        previous: int,
    ) -> list[int]:
        """Return the times of a session that begins at `moment`, after `previous`."""
        owner, room, quick = self.owner, self.room, _ATTENTION
        scale = pace * SECOND
        grain = MILLISECOND if room == MILLISECOND else 1
        limit = self.last - (self.count - done) * room
        moments = []
        for turn, wait in zip(session, waits, strict=True):
            limit += room
            if limit > self.last:  # unexpected turns each get a share of the rest
                limit = previous + max(1, (self.end - previous) // 40)
            if wait < quick:
                moment += int(wait * scale)
            else:
                there = moment / SECOND + wait * pace
                if turn.pause and rhythm.rate(there) < _ASLEEP:
                    there = rhythm.after(there, _ATTENTION)
                elif not turn.pause and (
                    wait > _PATIENCE or rhythm.rate(there) < _ASLEEP
                ):
                    there = rhythm.after(moment / SECOND, wait * pace)
                moment = int(there * SECOND)
                if turn.hours:
                    around = previous, limit
                    moment = self._moved(turn, moment, around, _DAY, rhythm)
            if turn.sender == owner:
                moment -= moment % grain
            if moment <= previous or moment > limit:
                mine = grain if turn.sender == owner else 1
                moment = self._nearest(moment, previous, limit, mine)
            moments.append(moment)
            previous = moment
        return moments

    def _nearest(self, moment: int, previous: int, limit: int, grain: int) -> int:
        """Return the nearest time that keeps the order and the range."""
        nearest = min(max(moment, previous + 1), max(limit, previous + 1))
        aligned = nearest - nearest % grain
        if aligned <= previous:
            aligned += grain
        nearest = aligned if aligned <= limit else previous + 1
        if nearest > self.end:
            raise FoundryError(_no_room(self.start, self.end, self.count))
        return nearest


class _Sessions:
    """Sessions of a stream of turns, each with whether it is the last.

    A session ends before the next turn that opens a sitting. If no turn does, or nearly
    every turn does, and no turn has a pause, its length is drawn. A service sends one
    notice at a time.

    A session lasts from one turn that opens a sitting to the next. Where none
    does, or nearly every one, and nothing tells of pauses, its length is drawn.
    Services send one notice at a time.

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
        topic = len(self.ahead) / max(len(openers), 1)
        tells = any(turn.pause for turn in self.ahead)
        self._has_sittings = tells or len(openers) > 1
        self.is_service = services.issuperset(openers) and bool(openers)
        self._is_drawn = topic < _TOPIC and not self.is_service
        is_known = self._has_sittings and not self._is_drawn
        self._seen = _TRUST
        self._turns_seen = _TRUST * (topic if is_known else _USUAL)

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
        """Return from how many turns on a session may end, and its most turns."""
        if self._has_sittings and not self._is_drawn:
            return 1, _STORY
        wanted = _LENGTHS[int(self._random() * len(_LENGTHS))]
        return wanted, _LOOKAHEAD if self._has_sittings else wanted


Table = tuple[tuple[float, float], ...]


@cache
def _quantiles(mixture: tuple[tuple[float, float, float], ...]) -> Table:
    """Return a distribution as `_STEPS` equally likely steps (least, width) in seconds.

    They are in milliseconds, since the last digits of a power differ by platform.
    """
    grid = 4 * _STEPS
    values = sorted(
        min(max(median * (u / (1 - u)) ** spread, _SHORTEST), _LONGEST)
        for share, median, spread in mixture
        for u in ((k + 0.5) / (share * grid) for k in range(round(share * grid)))
        if u < 1
    )
    last = len(values) - 1
    edges = [round(values[last * step // _STEPS], 3) for step in range(_STEPS + 1)]
    return tuple((low, high - low) for low, high in pairwise(edges))


def _no_room(start: int, end: int, count: int) -> str:
    return (
        f"no room for the turns of a conversation: {count} expected\n"
        f"looked between {start} and {end}: {max(end - start, 0)} ns\n"
        "give it a longer range, or say how many turns really come"
    )
