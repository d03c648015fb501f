"""Plan the chats of a scenario: people, times and the source of their turns.

Turns come from the project's hook, else from the cache; missing ones are generated. A
plan holds only what was looked up; messages are derived from it later.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations import scenarios, seasons, turn_members
from pytest_imessage_foundry.conversations.chat_life import ChatLife
from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.errors import FoundryError, MissingConversationError
from pytest_imessage_foundry.models import apple_time
from pytest_imessage_foundry.models.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.conversations.packs.store import (
        Found,
        PackIndex,
        Request,
    )
    from pytest_imessage_foundry.models import (
        ConversationConfig,
        Frequency,
        Persona,
        Scenario,
        Turn,
    )
    from pytest_imessage_foundry.spec import Spec

_YEAR = 365 * apple_time.DAY
# Shares of the turns that may be cached stories, where generated ones may be added.
_STORIES, _STORIES_AT_HOME, _STORIES_IN_GROUPS = 0.55, 0.25, 0.65
# The latest beginning of a chat, as a share of the year.
_LATEST: dict[Frequency, float] = {"high": 0.08, "medium": 0.3, "low": 0.5}
_LATEST_AT_HOME = 0.03
# Between the phases of two chats. With steps of the golden section, any number of
# chats divides the time about evenly.
_APART = 0.6180339887
_EARLIEST = 0.75  # of that: the earliest end, as a share of what is left of the year


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPlan:
    """A plan from which one chat is derived.

    Attributes:
        config: the conversation as the scenario defines it, over a service that
            the release has.
        owner: whose phone it is.
        people: the other participants, in the order of `config.participants`.
        seed: the seed of the spec; draws derive from it and the conversation's id.
        start, end: the range of its dates, in nanoseconds since 2001.
        scenes: turns of the hook or the cache; turns of a scene stay together.
        generated: how many more turns are generated.
        origin: the source of the turns, such as "cache:KEY+faker".
        phase: where in its share of the time a scene comes, from 0 to 1.
        places: after which share of the time each scene comes.
        is_complete: whether no turn of the scenes may be left out.
        life: what years of use made of the chat.
    """

    config: ConversationConfig
    owner: Persona
    people: tuple[Persona, ...]
    seed: int
    start: int
    end: int
    scenes: tuple[Sequence[Turn], ...] = ()
    generated: int = 0
    origin: str = "faker"
    phase: float = 0.5
    places: tuple[float, ...] = ()
    is_complete: bool = False
    life: ChatLife = field(default_factory=ChatLife)

    @property
    def count(self) -> int:
        """Return the number of turns."""
        return sum(map(len, self.scenes)) + self.generated

    @property
    def is_to_self(self) -> bool:
        """Whether the owner writes notes to themself."""
        return len(self.people) == 1 and self.people[0].is_self

    @property
    def is_group(self) -> bool:
        return self.config.chat_type == "group"

    @property
    def everybody(self) -> dict[str, Persona]:
        """Return all participants by id, the owner included."""
        return {each.id: each for each in (self.owner, *self.people)}

    @property
    def addresses(self) -> dict[str, str]:
        """Return the address of each other participant in this chat, by id."""
        return {each.id: self._address(each) for each in self.people}

    @property
    def founders(self) -> tuple[str, ...]:
        """Return the addresses of the first members: all but those added later."""
        turns = (turn for scene in self.scenes for turn in scene)
        ids = turn_members.founders(turns, tuple(self.addresses), self.owner.id)
        return tuple(self.addresses[each] for each in ids)

    @property
    def rng_key(self) -> str:
        """Return the key of this chat's draws, which other chats do not change."""
        return f"{self.seed}:{self.config.id}"

    def _address(self, persona: Persona) -> str:
        """Return the address that the service can reach: SMS and RCS need a number."""
        if self.config.address:
            return self.config.address + self.life.suffix
        if self.config.service in ("SMS", "RCS"):
            for each in persona.addresses:
                if "@" not in each and not each.startswith("urn:"):
                    return each + self.life.suffix
        return persona.identifier + self.life.suffix


def plan_chats(
    spec: Spec,
    scenario: Scenario,
    *,
    features: frozenset[str],
    packs: PackIndex | None = None,
    answers: Mapping[str, Sequence[Turn] | None] | None = None,
) -> list[ChatPlan]:
    """Return a plan for every chat of `scenario`, in its order.

    Args:
        spec: its seed, source, clock and number of messages are used.
        scenario: the people and conversations; see `scenarios.get`.
        features: what the release can hold, see `db.schema.Schema.features`.
        packs: the cache; not used, and may be None, if the source is "faker".
        answers: the hook's turns by conversation id, None if it has none.

    Raises:
        MissingConversationError: the source is "cache" and a conversation is not in it.
        FoundryError: the hook's turns, a time or the people are not valid.
    """
    scenario = scenarios.complete(scenario, {})
    plans: list[ChatPlan] = []
    missing: list[tuple[str, str]] = []
    for number, asked, config in _scaled(scenario, spec.messages):
        config = _over_its_service(config, features)
        plan = _plan(spec, scenario, config, number)
        turns = answers.get(asked.id) if answers else None
        # The key derives from the conversation before it is scaled.
        request = store.request_of(asked, scenario.personas, scenario.owner.id)
        if turns is not None:
            plans.append(_with_turns_of_hook(plan, turns))
        elif spec.source == "faker" or packs is None:
            plans.append(_with_generated_turns(plan))
        elif found := _found(plan, packs, request, spec):
            plans.append(_with_cached_turns(*found, may_add=spec.source == "auto"))
        elif spec.source == "auto":
            plans.append(_with_generated_turns(plan))
        else:
            missing.append((asked.id, store.key(request)))
    if missing:
        raise _missing(scenario, missing, packs)
    return plans


def _found(
    plan: ChatPlan, packs: PackIndex, request: Request, spec: Spec
) -> tuple[ChatPlan, Found] | None:
    """Return what the cache tells in a chat, with its plan.

    If only the cache may tell, and has nothing but stories without a place in the
    chat's range, the timeline says for which turn it has no time.
    """
    plan = _with_room(plan, packs, request, spec.now)
    find = partial(
        store.find,
        packs,
        request,
        _told(plan, spec.source),
        seed=spec.seed,
        may_break_off=spec.source != "auto",
    )
    found = find(fits=_has_place(plan))
    if not found and spec.source != "auto":
        found = find()
    return (plan, found) if found else None


def _with_room(
    plan: ChatPlan, packs: PackIndex, request: Request, now: str
) -> ChatPlan:
    """Return a plan with all of the scenario's range, if a conversation of the
    project's own answers it that has no place in what was drawn of that."""
    key = store.key(request)
    if key not in packs.own:
        return plan
    told = packs.by_key[key].dated
    has_day = seasons.has_day(told[0], plan.start, plan.end)
    if has_day and seasons.has_place(told, plan.start, plan.end):
        return plan
    start, end = _range(plan.config, now)
    return replace(plan, start=start, end=end)


def _scaled(
    scenario: Scenario, messages: int | None
) -> Iterator[tuple[int, ConversationConfig, ConversationConfig]]:
    """Yield each conversation's number, itself and a copy scaled to `messages` in all.

    Conversations that get no message are left out, so that few messages make few chats.
    """
    counts = scenario if messages is None else scenarios.scaled(scenario, messages)
    pairs = zip(scenario.conversations, counts.conversations, strict=True)
    for number, (asked, config) in enumerate(pairs):
        if config.message_count_target or not asked.message_count_target:
            yield number, asked, config


def _told(plan: ChatPlan, source: str) -> int:
    """Return how many turns of a chat the cache may give.

    Its conversations tell stories; between them people write a few words. A chat with
    a theme is one story.
    """
    count = plan.config.message_count_target
    is_of_service = plan.people and "service" in circles(plan.people[0])
    if source != "auto" or is_of_service or plan.config.theme:
        return count
    if plan.is_group:
        return round(count * _STORIES_IN_GROUPS)
    lives_here = plan.people and "partner" in circles(plan.people[0])
    return round(count * (_STORIES_AT_HOME if lives_here else _STORIES))


def _plan(
    spec: Spec, scenario: Scenario, config: ConversationConfig, number: int
) -> ChatPlan:
    """Return a plan without turns: only what the scenario says.

    The stories of chats that follow each other in the scenario come at other times, so
    that no month has most of them.
    """
    known = {each.id: each for each in scenario.personas}
    start, end = _range(config, spec.now)
    people = tuple(known[each] for each in config.participants)
    key = f"{spec.seed}:{config.id}"
    if not config.start:
        start += int((end - start) * _latest(people) * _squared(f"begins:{key}"))
    if not config.end:
        end -= int((end - start) * _earliest(people) * _squared(f"ends:{key}"))
    return ChatPlan(
        config=config,
        owner=scenario.owner,
        people=people,
        phase=(Random(f"phase:{spec.seed}").random() + number * _APART) % 1.0,
        seed=spec.seed,
        start=start,
        end=end,
    )


def _latest(people: Sequence[Persona]) -> float:
    """Return the latest beginning of a chat without a stated start, as a share of a
    year.

    Chats begin all over the year. Those with people who live here or write much began
    before.
    """
    if len(people) == 1 and "partner" in circles(people[0]):
        return _LATEST_AT_HOME
    return min((_LATEST[each.communication_frequency] for each in people), default=0.0)


def _earliest(people: Sequence[Persona]) -> float:
    """Return how long before now a chat without a stated end is over at the earliest,
    as a share of its time."""
    return _EARLIEST * _latest(people)


def _squared(key: str) -> float:
    """Return a number from 0 to 1 that is rather small."""
    draw = Random(key).random()
    return draw * draw


def _over_its_service(
    config: ConversationConfig, features: frozenset[str]
) -> ConversationConfig:
    """Return a conversation over a service that the release has.

    Releases without RCS used SMS for it; releases without satellite messages used
    iMessage.
    """
    if config.service == "RCS" and "rcs" not in features:
        return replace(config, service="SMS")
    if config.service == "iMessageLite" and "satellite" not in features:
        return replace(config, service="iMessage")
    return config


def _range(config: ConversationConfig, now: str) -> tuple[int, int]:
    try:
        end = apple_time.from_iso(config.end or now)
        start = apple_time.from_iso(config.start) if config.start else end - _YEAR
    except ValueError as error:
        raise FoundryError(
            f"conversation {config.id!r} has a start or end that is no time: {error}\n"
            f"looked at: its start {config.start!r} and end {config.end or now!r}\n"
            f"write them like 2025-01-31T08:00:00Z"
        ) from None
    if end > apple_time.END:
        raise FoundryError(
            f"conversation {config.id!r} ends after 2039\n"
            f"looked at: its end {config.end or now!r}\n"
            f"give it one before 2040, from which on readers take dates for errors"
        )
    if not 0 <= start < end:
        raise FoundryError(
            f"conversation {config.id!r} does not start before it ends\n"
            f"looked at: its start {config.start!r} and end {config.end or now!r}\n"
            f"give it a start after 2001 and before its end"
        )
    return start, end


def _has_place(plan: ChatPlan) -> Callable[[Sequence[Turn]], bool]:
    """Return what says whether a story of a season can be told within a plan."""
    return lambda scene: seasons.has_place(scene, plan.start, plan.end)


def _with_generated_turns(plan: ChatPlan) -> ChatPlan:
    return replace(plan, generated=plan.config.message_count_target)


def _with_cached_turns(plan: ChatPlan, found: Found, *, may_add: bool) -> ChatPlan:
    """Return the plan with the cache's turns, and generated ones if it `may_add`."""
    origin = f"cache:{','.join(found.keys)}"
    scenes, places = seasons.placed(found.scenes, plan.phase, plan.start, plan.end)
    told = sum(map(len, scenes))
    rest = max(0, plan.config.message_count_target - told) if may_add else 0
    # Generated turns between scenes do not know who is absent in the scenes.
    settled = not rest and turn_members.is_settled(
        [turn for scene in scenes for turn in scene],
        tuple(plan.addresses),
        plan.owner.id,
    )
    return replace(
        plan,
        scenes=scenes if settled else tuple(map(turn_members.without_moves, scenes)),
        places=places,
        is_complete=found.is_own and not rest,
        generated=rest,
        origin=f"{origin}+faker" if rest else origin,
    )


def _with_turns_of_hook(plan: ChatPlan, turns: Sequence[Turn]) -> ChatPlan:
    for place, turn in enumerate(turns):
        if turn.sender not in plan.everybody:
            raise FoundryError(
                f"turn {place} of conversation {plan.config.id!r} is said by "
                f"{turn.sender!r}, who is not in it\n"
                f"looked at: what pytest_imessage_conversation returned\n"
                f"let it be one of {', '.join(sorted(plan.everybody))}"
            )
    turn_members.check(
        turns,
        tuple(plan.addresses),
        plan.owner.id,
        what=f"conversation {plan.config.id!r}, from pytest_imessage_conversation",
    )
    return replace(
        plan,
        scenes=(tuple(turns),),
        places=(0.0,),
        is_complete=True,
        origin="hook",
    )


def _missing(
    scenario: Scenario, missing: list[tuple[str, str]], packs: PackIndex | None
) -> MissingConversationError:
    (name, key), *others = missing
    more = f", nor for {len(others)} others" if others else ""
    places = packs.places if packs else ()
    return MissingConversationError(
        f"no conversation for {name!r} of scenario {scenario.name!r} (key {key})"
        f"{more}\n"
        f"looked in: {'; '.join(places) or 'no pack at all'}\n"
        f"either run `imessage-foundry cache refresh --missing`, "
        f"or take the source faker: `build --source faker`, --imessage-source=faker"
    )
