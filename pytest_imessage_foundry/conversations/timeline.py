"""Give the turns of a conversation their times.

Turns come in sessions: many within minutes, then none for hours or days. A session
begins with a turn that opens a sitting; turns without such marks are cut into sessions
of the usual lengths. A session is read whole, to be fitted into the rest of the range;
no more turns are in memory. Stories come on their own days, between two sessions.

Waits are drawn in the waking time of the people (see `clock`), as shares of the time
that is left. So five turns, ten thousand or a million fill the same year: few turns
have long gaps, many are pressed together until people answer within seconds. Nobody
writes faster than people type (see `waits`), unless the range has no room for it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from pytest_imessage_foundry.conversations import seasons, turn_members
from pytest_imessage_foundry.conversations.circles import are_colleagues, circles
from pytest_imessage_foundry.conversations.clock import Rhythm, Week, rhythm
from pytest_imessage_foundry.conversations.gaps import Gaps
from pytest_imessage_foundry.conversations.session_order import (
    EXCHANGE,
    SessionOrder,
    WaitingSession,
)
from pytest_imessage_foundry.conversations.session_times import (
    NoTime,
    SessionTimes,
    UntimedSession,
    no_room,
)
from pytest_imessage_foundry.conversations.spoken import spoken_among
from pytest_imessage_foundry.conversations.stories import Stories, Story
from pytest_imessage_foundry.conversations.turn_sessions import Sessions
from pytest_imessage_foundry.conversations.waits import HOUR, Waits, hurried
from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import DAY, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.models import Persona, Turn

    Timed = Iterable[tuple[int, Turn]]
    Spare = Callable[[int], Sequence[Turn]]
    Exchange = Callable[[float, Whereabouts], Sequence[Turn]]

_IN_SESSIONS = 0.7  # the largest share of the time left that goes into sessions
_AWAKE_OF_PAUSES = 0.5  # the share of a long pause in which people are awake
# How many usual pauses a session may wait until it agrees with those before it.
_PAUSES = 3
_OVERRUN = 50  # there is time for 1/50 more turns than expected
# Waking seconds until people begin on a day that was chosen for them, at least: nothing
# is left by then of a night, or of a weekend between colleagues.
_GOT_UP = 1.0 * HOUR
_A_PAIR = 2  # people; nobody leaves a chat of two
_PATIENCE = 7 * DAY  # so long everything waits for the season of a story


def lay_out(
    turns: Iterable[Turn],
    *,
    people: Mapping[str, Persona],
    owner: Persona,
    start: int,
    end: int,
    count: int,
    rng_key: str,
    stories: Iterable[Story] = (),
    no_time: NoTime = "leave out",
    spare: Spare | None = None,
    exchange: Exchange | None = None,
    name: str = "a conversation",
) -> Iterator[tuple[int, Turn]]:
    """Yield pairs of a time and a turn: the turns in their order, stories among them.

    Times are nanoseconds since 2001, strictly increasing, from `start` to `end`
    inclusive; the same arguments give the same times on every platform.

    Args:
        turns: the conversation; one session is read at a time.
        people: personas by id; the owner may be among them.
        owner: whose phone it is. The owner's times are whole milliseconds, unless the
            range has less than a millisecond for each turn.
        start: the earliest time.
        end: the latest time.
        count: the expected number of turns, without those of stories; the last of
            them comes near `end`. With `exchange` it is how many are told.
        rng_key: the key of every draw.
        stories: in the order of their places. A story comes only before a turn that
            opens a sitting, or after all turns.
        no_time: what is done with a session or a story that says when it can be, if
            the range has no such time.
        spare: makes up to so many turns in place of some that are left out.
        exchange: makes the turns of an `EXCHANGE` in the stream, to begin at a time
            in seconds since 2001, that agree with what was said.
        name: what an error calls the conversation.

    Raises:
        UnplacedTurnError: the range has no time for some turns, and that is refused,
            or for any.
        FoundryError: the range is too short for the turns, or a time zone is not known
            here.
    """
    told = Stories(stories, start, end)
    total = count + told.turns
    if end - start < max(total, 1) - 1:
        raise FoundryError(no_room(start, end, total))
    timeline = _Timeline(
        turns,
        people,
        owner,
        start,
        end,
        count,
        rng_key,
        stories=told,
        no_time=no_time,
        spare=spare or _no_spare,
        exchange=exchange,
        name=name,
    )
    return timeline.times()


class _Pace(NamedTuple):
    """How much time there is for a session.

    Attributes:
        share: of its waits, what there is time for in the range.
        free: the waking seconds outside sessions that are left.
    """

    share: float
    free: float


class _Timeline:
    """The times of one conversation, from `start` to `end`.

    Attributes:
        moment: the time of the last turn.
        done, said: how many turns were before; without those of stories.
        spent: the seconds within the sessions so far.
        since: the turns since some were left out, None if none were.
        away: who left a group, and is not back.
    """

    def __init__(
        self,
        turns: Iterable[Turn],
        people: Mapping[str, Persona],
        owner: Persona,
        start: int,
        end: int,
        count: int,
        rng_key: str,
        *,
        stories: Stories,
        no_time: NoTime,
        spare: Spare,
        exchange: Exchange | None,
        name: str,
    ) -> None:
        self.owner, self.start, self.end, self.count = owner.id, start, end, count
        self.stories, self.spare, self.exchange = stories, spare, exchange
        self.since: int | None = None
        self.away: set[str] = set()
        self.total = count + stories.turns
        self.moment, self.done, self.said, self.spent = start - 1, 0, 0, 0.0
        self.random = Random(f"timeline:{rng_key}").random
        cast = {owner.id: owner, **people}
        self.zones = {who: persona.time_zone for who, persona in cast.items()}
        self.waits = Waits(cast, self.random)
        services = {who for who, each in cast.items() if "service" in circles(each)}
        self.sessions = Sessions(turns, services - {owner.id}, self.random)
        self.gaps = Gaps(start, end, self.random, is_service=self.sessions.is_service)
        self.week = _week(cast, owner, is_service=self.sessions.is_service)
        self.usual = rhythm((self.zones[owner.id],), self.week)
        self.is_scattered = len(set(self.zones.values())) > 1
        self.session_times = SessionTimes(
            owner=owner,
            cast=cast,
            week=self.week,
            start=start,
            end=end,
            count=self.total,
            random=self.random,
            no_time=no_time,
            name=name,
        )
        self.whereabouts = Whereabouts()
        self.order = SessionOrder(
            self.sessions,
            self._drawn,
            self.session_times.anchors,
            self.whereabouts,
        )

    def times(self) -> Iterator[tuple[int, Turn]]:
        """Yield every turn of every session with its time."""
        return chain.from_iterable(self._placed())

    def _placed(self) -> Iterator[Timed]:
        """Yield each session and each story with times."""
        while True:
            session = self._first()
            if session is None:
                if not self.stories:
                    self._check_told()
                    return
                yield self._told(self.stories.take())
                continue
            rhythm = self._rhythm(session.turns)
            pace = self._pace(session, rhythm)
            begin = self._begin(session, pace, rhythm, is_last=self._is_last(session))
            # A story waits for all members to be there.
            if session.turns[0].opens and not self.away and self.stories.is_due(begin):
                yield self._told(self.stories.take())
                continue
            taken = self._filled(self.order.take(begin / SECOND), begin)
            if taken is not session:
                rhythm = self._rhythm(taken.turns)
                pace = self._pace(taken, rhythm)
            if taken.sittings:
                begin = self._agreed(taken, pace, rhythm, begin)
            self.said += len(taken.turns)
            if self._is_untimely(taken, begin):
                self._leave_out(len(taken.turns))
                continue
            yield self._timed(taken, pace, rhythm, begin)

    def _check_told(self) -> None:
        """Refuse to leave out all that there is."""
        if self.moment < self.start and self.session_times.refusal is not None:
            raise self.session_times.refusal

    def _first(self) -> WaitingSession | None:
        """Return the next session, None if all that is wanted is told."""
        is_enough = self.exchange is not None and self.said >= self.count
        return None if is_enough else self.order.first()

    def _is_last(self, session: WaitingSession) -> bool:
        if self.exchange is None:
            return self.order.is_last
        return self.said + len(session.turns) >= self.count

    def _filled(self, session: WaitingSession, begin: int) -> WaitingSession:
        """Return a session with the words of its exchange, cut where it is enough."""
        if self.exchange is None:
            return session
        turns, is_exchange = session.turns, session.turns[0] is EXCHANGE
        if is_exchange:
            turns = self.exchange(begin / SECOND, self.whereabouts)
            self.sessions.note(len(turns))
        left = self.count - self.said
        if not is_exchange and len(turns) <= left:
            return session
        return self._drawn(turns[:left], is_prompt=is_exchange)

    def _told(self, story: Story) -> Timed:
        """Return a story with times, on its day or soon after the last turn.

        Nothing is returned if its season is over by then: it waits for the next one.
        """
        rhythm = self._rhythm(story.turns)
        day = max(self.stories.earliest(story), self.moment)
        begin = rhythm.after(day / SECOND, _GOT_UP * (1.0 + self.random()))
        moment = int(self.session_times.days_off.after_holidays(begin, rhythm) * SECOND)
        wait = seasons.wait(story.turns, moment, self.end)
        if wait > _PATIENCE:
            self.stories.put_off(story, moment + wait)
            return ()
        session = self._drawn(story.turns)
        timed = self._timed(session, self._pace(session, rhythm), rhythm, moment)
        if timed:
            self.stories.note_end(self.moment)
        return timed

    def _timed(
        self, session: WaitingSession, pace: _Pace, rhythm: Rhythm, begin: int
    ) -> Timed:
        """Return a session with times, beginning about at `begin`."""
        turns, waits, share = session.turns, session.waits, pace.share
        if share < 1.0 and not self.session_times.is_cramped:
            waits, share = hurried(turns, waits, share), 1.0
        moments = self.session_times.of(
            UntimedSession(turns, waits, rhythm, begin, share, self.done, self.moment)
        )
        if not moments:
            self._leave_out(len(turns))
            return ()
        if self.since is not None:
            turns = _without_replies(turns, self.since)
            self.since += len(turns)
        for sitting in session.sittings:
            self.whereabouts.note(sitting, moments[0] / SECOND, moments[-1] / SECOND)
        if len(self.zones) > _A_PAIR:
            turn_members.note_moves(turns, self.away)
        self.moment = moments[-1]
        self.done += len(turns)
        self.spent += session.talk
        return zip(moments, turns, strict=True)

    def _leave_out(self, count: int) -> None:
        """Let others come in place of so many turns."""
        instead = [each for each in self.spare(count) if each.sender not in self.away]
        self.order.put_first(instead)
        self.done += count - len(instead)
        self.count += len(instead)
        self.since = 0

    def _drawn(
        self, turns: Sequence[Turn], *, is_prompt: bool = False
    ) -> WaitingSession:
        """Return a session with the waits before its turns."""
        if turns[0] is EXCHANGE:
            return WaitingSession(turns, (0.0,), 0.0, 0.0)
        waits = self.waits.of(turns, is_prompt=is_prompt)
        paused = sum(
            [wait for turn, wait in zip(turns, waits, strict=True) if turn.pause]
        )
        said = [turn.sitting for turn in turns if turn.sitting is not None]
        return WaitingSession(turns, waits, sum(waits) - paused, paused, said)

    def _pace(self, session: WaitingSession, rhythm: Rhythm) -> _Pace:
        """Return how much time there is for a session and its waits."""
        turns, talk = len(session.turns), session.talk
        usual = (self.spent + talk) / (self.done + turns) + 1e-9
        left = rhythm.until(self.moment / SECOND, self.end / SECOND)
        expected = _still(self.total, self.done)
        share = min(1.0, _IN_SESSIONS * left / max(expected * usual, talk))
        later = max(expected - turns, 0)
        busy = share * (talk + later * usual) + _AWAKE_OF_PAUSES * session.paused
        return _Pace(share, max(left - busy, 0.0))

    def _begin(
        self, session: WaitingSession, pace: _Pace, rhythm: Rhythm, *, is_last: bool
    ) -> int:
        """Return when a session begins, placed in what is left of the range."""
        turns, moment = len(session.turns), self.moment
        middle = (self.said + turns / 2) / max(self.count, 1)
        if is_last:
            gap = self.gaps.last(pace.free, middle, moment)
        else:
            ahead = self._ahead(session)
            gap = self.gaps.next(pace.free, ahead, middle, moment)
            if not self.done:
                # The range begins within a pause.
                gap = max(gap * self.random(), min(gap, _GOT_UP))
        begin = rhythm.after(moment / SECOND, gap)
        return int(self.session_times.days_off.after_holidays(begin, rhythm) * SECOND)

    def _ahead(self, session: WaitingSession) -> float:
        """Return about how many sessions are to come after one."""
        later = max(_still(self.count, self.said) - len(session.turns), 0)
        return max(later / self.sessions.mean, 1.0)

    def _agreed(
        self, session: WaitingSession, pace: _Pace, rhythm: Rhythm, begin: int
    ) -> int:
        """Return when a session begins that would begin at `begin`: so late that it
        agrees with what was said before, if there is room for that."""
        now = begin / SECOND
        agree_from = self.whereabouts.agree_from(session.sittings, now)
        if agree_from <= now:
            return begin
        later = rhythm.after(agree_from, HOUR * self.random())
        later = self.session_times.days_off.after_holidays(later, rhythm)
        room = _PAUSES * pace.free / self._ahead(session)
        return int(later * SECOND) if later - now < room else begin

    def _is_untimely(self, session: WaitingSession, begin: int) -> bool:
        """Return whether a session asks what became of a matter that is not over, or
        long over."""
        # Who joins and leaves has to stay.
        can_stay = any(turn.event for turn in session.turns)
        return not can_stay and not self.whereabouts.can_follow(
            session.sittings, begin / SECOND
        )

    def _rhythm(self, session: Iterable[Turn]) -> Rhythm:
        """Return the waking hours of the owner and of those who write in a session."""
        if not self.is_scattered:
            return self.usual
        senders = {turn.sender for turn in session}
        # Either of them may begin an exchange.
        senders = senders if senders != {EXCHANGE.sender} else {*self.zones}
        others = sorted({self.zones[who] for who in senders})
        return rhythm((self.zones[self.owner], *others), self.week)


def _no_spare(count: int) -> Sequence[Turn]:
    """Return no turns in place of some that are left out."""
    return ()


def _without_replies(turns: Sequence[Turn], told: int) -> list[Turn]:
    """Return turns of which none replies to one that is not among the last `told`."""
    return [
        replace(turn, replies_to=0) if turn.replies_to > told + number else turn
        for number, turn in enumerate(turns)
    ]


def _still(expected: int, done: int) -> int:
    """Return how many turns may still come, of so many expected ones."""
    return max(expected - done, 1 + expected // _OVERRUN)


def _week(cast: Mapping[str, Persona], owner: Persona, *, is_service: bool) -> Week:
    """Return whose week a chat keeps: that of work among colleagues."""
    if is_service:
        return "service"
    others = [each for who, each in cast.items() if who != owner.id]
    is_work = are_colleagues(others, spoken_among(owner, others))
    return "work" if is_work else "people"
