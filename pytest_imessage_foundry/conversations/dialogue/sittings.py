"""Generated conversations of any length, from scenes, for any people.

Scenes are grouped in sittings of one or a few. Within a sitting a word ("anyway") or a
pause of some minutes comes before the next scene. Between sittings hours or days pass,
and plans made in one sitting come up in a later one. The few words of every day are
sittings of their own; `Sittings.exchange` chooses them when their time is known.
"""

from __future__ import annotations

from collections import deque
from itertools import chain, islice
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations import turn_members
from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.conversations.dialogue.context import DialogueContext
from pytest_imessage_foundry.conversations.dialogue.exchanges import Exchanges
from pytest_imessage_foundry.conversations.dialogue.later_parts import (
    LaterParts,
    PlannedScene,
)
from pytest_imessage_foundry.conversations.dialogue.performance import Performance
from pytest_imessage_foundry.conversations.dialogue.selection import (
    FAR,
    apart,
    daily_share,
    favourites,
    interests,
    mix,
    repertoire,
    scene_rounds,
)
from pytest_imessage_foundry.conversations.dialogue.slots import SceneSlots
from pytest_imessage_foundry.conversations.dialogue.voice import QUESTIONS
from pytest_imessage_foundry.conversations.session_order import EXCHANGE
from pytest_imessage_foundry.models import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scene_days import SceneDays
    from pytest_imessage_foundry.conversations.dialogue.scenes import Beat, Scene
    from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
    from pytest_imessage_foundry.models import (
        ConversationConfig,
        Hours,
        Persona,
        Sitting,
    )

_MASK = (1 << 64) - 1
_SITTINGS, _DAILY = 0x517716, 0xDA11
_SKIPPED = 24  # most scenes in a row that are put off because they must begin a sitting
_WAITING = 4  # most postponed scenes
# Where more than this share of the sittings are exchanges: how many of these go on with
# others, until there are so many turns.
_MOSTLY, _GO_ON, _ENOUGH = 0.5, 0.25, 6


def dialogue(
    config: ConversationConfig,
    *,
    owner: Persona,
    people: Sequence[Persona],
    seed: int,
    count: int,
    renames: bool = True,
    days: SceneDays | None = None,
) -> Iterator[Turn]:
    """Yield the first `count` turns of a conversation.

    The same arguments give the same turns. Memory use does not grow with `count`.

    Args:
        config: the conversation; its theme and service are used.
        owner: whose phone it is.
        people: the personas of `config.participants`.
        seed: the key of every draw, with the conversation's id.
        count: the number of turns.
        renames: whether a group may get a new name, and absent members may still
            speak.
        days: what scenes can be told about when; None for all.
    """
    spare = 0 if renames or config.chat_type == "direct" else count // 16 + 16
    turns = iter(sittings(config, owner, people, seed, count + spare, days=days))
    if spare:
        turns = (turn for turn in turns if turn.event != "renamed")
        turns = turn_members.short_absences(turns, owner.id)
    return islice(turns, count)


def sittings(
    config: ConversationConfig,
    owner: Persona,
    people: Sequence[Persona],
    seed: int,
    count: int,
    *,
    days: SceneDays | None = None,
    on_demand: bool = False,
) -> Sittings:
    """Return the sittings of a conversation of about `count` turns.

    With `on_demand` an exchange of every day is a mark among the turns, and chosen when
    its time is known. The rest is as of `dialogue`.
    """
    context = DialogueContext(config, owner, people, seed, count)
    scenes = repertoire(config, owner, people, context.language)
    wanted = favourites(config, scenes, context.language)
    liked = interests((owner, *people), context.language)
    told, daily = apart(scenes)
    rounds = scene_rounds(told, context.key, wanted, liked)
    exchanges = scene_rounds(daily, mix(context.key, _DAILY), wanted, liked)
    share = daily_share(config, people) if daily else 0.0
    found = Sittings(context, rounds, exchanges, share, days)
    if on_demand:
        found.offer(daily)
    return found


class Sittings:
    """The turns of one sitting after the other, without end.

    Attributes:
        number: the number of scenes so far.
        next: the next scene, and the number of its round.
        waiting: postponed scenes, with which a later sitting begins.
        later: the later parts that are to come.
        daily: exchanges of every day; `share` is how many of the sittings are one.
        exchanges: those among which `exchange` chooses; None if they are not marks.
        days: what scenes can be told about when, by the number of turns `said`.
    """

    def __init__(
        self,
        context: DialogueContext,
        scenes: Iterator[tuple[Scene, int]],
        daily: Iterator[tuple[Scene, int]],
        share: float,
        days: SceneDays | None,
    ) -> None:
        self.context, self.scenes = context, scenes
        self.daily, self.share = daily, share
        self.days, self.said = days, 0
        self.rand = Random(mix(context.key, _SITTINGS)).random
        # One scene is written at a time: all use one generator, seeded for each.
        self.draws = Random(0)
        self.number = 0
        self.later = LaterParts(days)
        self.waiting: deque[tuple[Scene, int]] = deque()
        self.exchanges: Exchanges | None = None
        self.next = self._fitting(scenes)
        self.is_far = not context.is_service and context.hours_apart >= FAR

    def __iter__(self) -> Iterator[Turn]:
        return chain.from_iterable(self._scenes())

    def offer(self, daily: Sequence[Scene]) -> None:
        """Let `exchange` choose among these scenes, which are marks from now on."""
        owner, is_far = self.context.owner, self.is_far
        self.exchanges = Exchanges(daily, self.daily, owner, is_far=is_far)

    def _scenes(self) -> Iterator[list[Turn]]:
        while True:
            if self.share and self.rand() < self.share:
                yield from self._exchanges()
            else:
                yield from self._sitting()

    def _exchanges(self) -> Iterator[list[Turn]]:
        """Yield the turns of a sitting of a few words, as on every day."""
        if self.exchanges:
            yield [EXCHANGE]
            return
        scene, times = self._fitting(self.daily)
        yield self._exchanged([(scene, self._exchange(scene, times))])

    def exchange(self, begin: float, whereabouts: Whereabouts) -> list[Turn]:
        """Return the turns of an exchange, or of several such, that fits at a time.

        Args:
            begin: when, in seconds since 2001.
            whereabouts: what was said so far. If nothing agrees with it, what can be
                said at this hour comes, and else anything.

        Raises:
            ValueError: none were offered.
        """
        if self.exchanges is None:
            raise ValueError("no exchanges were offered")
        goes_on = self.share > _MOSTLY and self.rand() < _GO_ON
        scene, times = self.exchanges.at(begin, whereabouts, ())
        told = [(scene, self._exchange(scene, times))]
        if not goes_on or transitions.is_first(scene):
            return self._exchanged(told)
        while sum(len(each.drafts) for _, each in told) < _ENOUGH:
            before = [each for each, _ in told]
            scene, times = self.exchanges.at(begin, whereabouts, before)
            if transitions.is_first(scene) or not transitions.may_join(scene, before):
                self.exchanges.put_back(scene, times)
                break
            told.append((scene, self._exchange(scene, times)))
        return self._exchanged(told)

    def _exchange(self, scene: Scene, times: int) -> Performance:
        present = self.context.present(self.rand)
        planned = self._planned(scene, times, present)
        performance = _performed(self.context, planned, None)
        self.said += len(performance.drafts)
        return performance

    def _exchanged(self, told: Sequence[tuple[Scene, Performance]]) -> list[Turn]:
        """Return the turns of exchanges of one sitting."""
        sitting = transitions.joined([_sitting_of(each) for _, each in told])
        scene = told[0][0]
        first = _opening(scene, self._own_hours(scene), sitting)
        turns: list[Turn] = []
        for _, performance in told:
            turns += _turns(performance, first)
            first = {"pause": transitions.lull(self.rand)}
        return turns

    def _sitting(self) -> Iterator[list[Turn]]:
        """Yield the turns of one scene after the other."""
        context, rand = self.context, self.rand
        present = context.present(rand)
        wanted = transitions.length(len(present), rand)
        planned = (
            self._follow_up()
            or self._waiting_scene(present)
            or self._next_scene(present)
        )
        hours = self._hours(planned.scene)
        greets = not context.is_service
        opening = None
        if greets:
            opening = transitions.greeting(
                planned.scene, planned.steps, context.language, rand
            )
        first: dict[str, Any] = {}
        told: list[Scene] = []
        length = 0
        while True:
            performance = _performed(context, planned, opening)
            sitting = _sitting_of(performance, is_later=planned.is_later)
            if not length:
                first = _opening(
                    planned.scene, hours, sitting, is_later=planned.is_later
                )
            elif sitting is not None:
                first["sitting"] = sitting
            length += len(performance.drafts)
            told.append(planned.scene)
            is_last = (
                length >= wanted
                # What came after an open question would be read as its answer.
                or performance.drafts[-1][1].endswith(tuple(QUESTIONS))
                or self._is_over(told, hours)
            )
            if not context.is_service:
                is_alone = transitions.is_alone(planned.scene)
                performance.close(trails_off=is_last and not is_alone)
            self.said += len(performance.drafts)
            yield _turns(performance, first)
            if is_last:
                return
            opening, pause = transitions.lead(self.next[0], context.language, rand)
            goes_on = performance.drafts[-1][0] if opening else ""
            planned = self._next_scene(present, goes_on, opener=told[0])
            first = {"pause": pause}

    def _hours(self, scene: Scene) -> Hours | None:
        """Return when a sitting can begin with a scene, and go on with the next."""
        own = self._own_hours(scene)
        if self.context.is_service or transitions.is_alone(scene):
            return own
        return transitions.beginning(own, self._own_hours(self.next[0]))

    def _own_hours(self, scene: Scene) -> Hours | None:
        """Return when a scene can begin, None for any hour in which people are awake.

        What is told to people in far time zones names no time of the day.
        """
        return None if self.is_far else transitions.hours(scene)

    def _is_over(self, told: Sequence[Scene], hours: Hours | None) -> bool:
        """Return whether the next scene has to be in another sitting."""
        following = self.next[0]
        return (
            self.context.is_service
            or transitions.is_alone(told[-1])
            or not transitions.may_come_after(told[0], following)
            or not transitions.may_follow(hours, self._own_hours(following))
            or not transitions.may_join(following, told)
        )

    def _next_scene(
        self, present: Sequence[str], first: str = "", opener: Scene | None = None
    ) -> PlannedScene:
        """Return the next scene, and choose the one after it.

        `opener` is the scene with which the sitting began, None at its beginning.
        """
        scene, times = self.next
        self.next = self._fitting(self.scenes)
        for _ in range(_SKIPPED):
            if transitions.may_come_after(opener or scene, self.next[0]):
                break
            if len(self.waiting) < _WAITING:
                self.waiting.append(self.next)
            self.next = self._fitting(self.scenes)
        return self._planned(scene, times, present, first)

    def _fitting(self, scenes: Iterator[tuple[Scene, int]]) -> tuple[Scene, int]:
        """Return the next scene that can be told about now, and its round."""
        found = next(scenes)
        if self.days is None:
            return found
        refused: Scene | None = None
        for _ in range(_SKIPPED):
            # Some have one scene, and hear of it again and again.
            if found[0] is not refused and self.days.allow(found[0], self.said):
                break
            refused = found[0]
            found = next(scenes)
        return found

    def _waiting_scene(self, present: Sequence[str]) -> PlannedScene | None:
        """Return a postponed scene now and then, else None."""
        if self.rand() * _WAITING >= len(self.waiting):
            return None
        scene, times = self.waiting.popleft()
        if self.days is not None and not self.days.allow(scene, self.said):
            return None
        return self._planned(scene, times, present)

    def _planned(
        self, scene: Scene, times: int, present: Sequence[str], first: str = ""
    ) -> PlannedScene:
        slots = SceneSlots(self.context.known, scene, times)
        rand = self._draws_of(scene, self.number)
        cast = self.context.cast(scene, present, rand, first)
        planned = PlannedScene(scene, scene.steps, slots, cast, rand)
        self.later.note(planned, self.number, self.said)
        self.number += 1
        return planned

    def _follow_up(self) -> PlannedScene | None:
        """Return the later part of an earlier scene if it is due, else None."""
        found = self.later.next(self.number, self.said)
        if found is None:
            return None
        return found._replace(rand=self._draws_of(found.scene, ~self.number & _MASK))

    def _draws_of(self, scene: Scene, number: int) -> Callable[[], float]:
        """Return the draws of the scene that is written next."""
        self.draws.seed(mix(mix(self.context.key, number), scene.key))
        return self.draws.random


def _performed(
    context: DialogueContext, planned: PlannedScene, opening: Beat | None
) -> Performance:
    """Return the performance of a scene, after the beat that announces it, if any."""
    scene, steps, slots, cast, rand, _ = planned
    performance = Performance(context, scene, slots, cast, rand)
    performance.mood = planned.mood
    if opening is not None:
        performance.open(opening, transitions.first_speaker(steps[0]))
    performance.perform(steps)
    return performance


def _sitting_of(performance: Performance, *, is_later: bool = False) -> Sitting | None:
    """Return what a performed scene says of its people."""
    noted, cast = performance.slots.noted, performance.cast
    return transitions.sitting(performance.scene, noted, cast, is_later=is_later)


def _opening(
    scene: Scene,
    hours: Hours | None,
    sitting: Sitting | None,
    *,
    is_later: bool = False,
) -> dict[str, Any]:
    """Return what the first turn of a sitting says of its time and its people."""
    when = transitions.when(scene, is_later=is_later)
    return {"opens": True, "hours": hours, "when": when, "sitting": sitting}


def _turns(performance: Performance, first: dict[str, Any]) -> list[Turn]:
    """Return the drafts of a scene as turns; the first one also gets `first`."""
    sender, text, extras = performance.drafts[0]
    begin = Turn(sender=sender, text=text, **first, **(extras or {}))
    return [
        begin,
        *[
            Turn(sender=sender, text=text, **extras)
            if extras
            else Turn(sender=sender, text=text)
            for sender, text, extras in performance.drafts[1:]
        ],
    ]
