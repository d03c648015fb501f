"""The fallback: dialogue of our own, from scenes, for any people and any length.

Scenes are played in sittings. A sitting holds one scene or a few: what leads
over to the next is a word ("anyway") or a lull of some minutes. Between two
sittings hours or days pass, and what was planned in one comes up in a later one.
"""

from __future__ import annotations

from collections import deque
from itertools import chain, islice
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.conversations.dialogue.context import DialogueContext
from pytest_imessage_foundry.conversations.dialogue.performance import Performance
from pytest_imessage_foundry.conversations.dialogue.selection import (
    favourites,
    interests,
    mix,
    repertoire,
    scene_rounds,
)
from pytest_imessage_foundry.conversations.dialogue.slots import SceneSlots
from pytest_imessage_foundry.models import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import Scene, Step
    from pytest_imessage_foundry.models import ConversationConfig, Hours, Persona

_MASK = (1 << 64) - 1
_SITTINGS = 0x517716
_COMES_UP_AGAIN = 0.6
_DUE, _WAITING = 4, 4  # scenes at most that have yet to come up again, or at all


def dialogue(
    config: ConversationConfig,
    *,
    owner: Persona,
    people: Sequence[Persona],
    seed: int,
    count: int,
) -> Iterator[Turn]:
    """The first `count` turns of a conversation, the same for the same input.

    `people` are the personas of `config.participants`. Memory does not grow
    with `count`.
    """
    talk = DialogueContext(config, owner, people, seed, count)
    scenes = repertoire(config, people, talk.language)
    wanted = favourites(config, scenes, talk.language)
    liked = interests((owner, *people), talk.language)
    return islice(_Sittings(talk, scene_rounds(scenes, talk.key, wanted, liked)), count)


class _Play(NamedTuple):
    """A scene with what is true in it and who plays whom."""

    scene: Scene
    steps: Sequence[Step]
    facts: SceneSlots
    cast: dict[str, str]
    rand: Callable[[], float]


class _Sittings:
    """Sitting after sitting, without end.

    Attributes:
        number: how many scenes were played.
        next: the scene to come, and the number of its round.
        waiting: scenes with which a sitting is to begin.
        due: what comes up again, and from which scene on.
    """

    def __init__(
        self, talk: DialogueContext, scenes: Iterator[tuple[Scene, int]]
    ) -> None:
        self.talk, self.scenes = talk, scenes
        self.rand = Random(mix(talk.key, _SITTINGS)).random
        self.number = 0
        self.due: deque[tuple[int, _Play]] = deque()
        self.waiting: deque[tuple[Scene, int]] = deque()
        self.next = next(scenes)

    def __iter__(self) -> Iterator[Turn]:
        return chain.from_iterable(self._played())

    def _played(self) -> Iterator[list[Turn]]:
        while True:
            yield from self._sitting()

    def _sitting(self) -> Iterator[list[Turn]]:
        """The turns of one scene after the other."""
        talk, rand = self.talk, self.rand
        present = talk.present(rand)
        wanted = transitions.length(len(present), rand)
        play = self._follow_up() or self._put_off(present) or self._taken(present)
        hours = transitions.hours(play.scene)
        opening = None if talk.is_service else transitions.greeting(talk.language, rand)
        first: dict[str, Any] = {"opens": True, "hours": hours}
        said = 0
        while True:
            take = Performance(talk, play.scene, play.facts, play.cast, play.rand)
            if opening is not None:
                take.open(opening)
            take.play(play.steps)
            said += len(take.drafts)
            is_last = said >= wanted or self._is_over(play.scene, hours)
            if not talk.is_service:
                take.close(trails_off=is_last)
            yield _turns(take, first)
            if is_last:
                return
            opening, pause = transitions.lead(talk.language, rand)
            play = self._taken(present, take.drafts[-1][0] if opening else "")
            hours = hours or transitions.hours(play.scene)
            first = {"pause": pause}

    def _is_over(self, scene: Scene, hours: Hours | None) -> bool:
        """Whether the scene to come has to wait for another sitting."""
        return (
            self.talk.is_service
            or transitions.is_alone(scene)
            or not transitions.fits(hours, transitions.hours(self.next[0]))
        )

    def _taken(self, present: Sequence[str], first: str = "") -> _Play:
        """The next scene; which one follows it is known from now on."""
        scene, times = self.next
        self.next = next(self.scenes)
        while transitions.is_first(self.next[0]) and len(self.waiting) < _WAITING:
            self.waiting.append(self.next)
            self.next = next(self.scenes)
        return self._play(scene, times, present, first)

    def _put_off(self, present: Sequence[str]) -> _Play | None:
        """A scene that had to wait for the next sitting."""
        if self.rand() * _WAITING >= len(self.waiting):
            return None
        return self._play(*self.waiting.popleft(), present)

    def _play(
        self, scene: Scene, times: int, present: Sequence[str], first: str = ""
    ) -> _Play:
        facts = SceneSlots(self.talk.known, scene, times)
        rand = Random(mix(mix(self.talk.key, self.number), scene.key)).random
        cast = self.talk.cast(scene, present, facts, rand, first)
        play = _Play(scene, scene.steps, facts, cast, rand)
        if "later" in scene.data and len(self.due) < _DUE and rand() < _COMES_UP_AGAIN:
            self.due.append((self.number + 2 + int(rand() * 4), play))
        self.number += 1
        return play

    def _follow_up(self) -> _Play | None:
        """What comes of a scene of a while ago, if that is due."""
        if not self.due or self.due[0][0] > self.number:
            return None
        _, (scene, _, facts, cast, _) = self.due.popleft()
        rand = Random(mix(mix(self.talk.key, ~self.number & _MASK), scene.key)).random
        return _Play(scene, scene.later, facts, cast, rand)


def _turns(take: Performance, first: dict[str, Any]) -> list[Turn]:
    """The drafts of a scene as turns, the first of them with what it has more."""
    sender, text, extras = take.drafts[0]
    begin = Turn(sender=sender, text=text, **first, **(extras or {}))
    return [
        begin,
        *[
            Turn(sender=sender, text=text, **extras)
            if extras
            else Turn(sender=sender, text=text)
            for sender, text, extras in take.drafts[1:]
        ],
    ]
