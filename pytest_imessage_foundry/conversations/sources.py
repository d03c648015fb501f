"""The ladder: what is said comes from a hook, else the cache, else the fallback.

Every draw is keyed by the seed and the conversation's id, so that a conversation
more or less leaves the others as they are.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.conversations.packs import store as cache
from pytest_imessage_foundry.errors import FoundryError, MissingConversationError
from pytest_imessage_foundry.models import Conversation, Message, Turn, apple_time

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.packs.store import Found, PackIndex
    from pytest_imessage_foundry.models import ConversationConfig, Persona, Scenario
    from pytest_imessage_foundry.spec import Spec

Answer = Callable[..., Sequence[Turn] | None]
T = TypeVar("T")
_YEAR = 365 * apple_time.DAY
_BITE = 256  # turns that one stage makes before the next one goes on


@dataclass(frozen=True, slots=True)
class MessageStream:
    """Messages that are derived anew at each walk and never held."""

    derive: Callable[[], Iterator[Message]]

    def __iter__(self) -> Iterator[Message]:
        return self.derive()


def conversations(
    spec: Spec,
    scenario: Scenario,
    *,
    features: frozenset[str],
    packs: PackIndex | None,
    answer: Answer | None = None,
) -> list[Conversation]:
    """The conversations of `scenario`, their messages as streams.

    Args:
        spec: its seed, source, clock and total of messages.
        scenario: whose people and conversations; see `scenarios.get`.
        features: what the release can hold, see `db.schema.Schema.features`.
        packs: the cache; not asked, and may be None, where source is "faker".
        answer: the hook, called with config, owner, people and seed.

    Raises:
        MissingConversationError: source is "cache" and it has no answer.
        FoundryError: the hook's turns, a time or the people do not fit.
    """
    scripts = _scripts(spec, scenario, features, packs, answer)
    merged: dict[str, Conversation] = {}
    for script in scripts:
        chat = script.conversation(features)
        if chat.guid in merged:
            chat = _merged(merged[chat.guid], chat)
        merged[chat.guid] = chat
    return list(merged.values())


def _merged(one: Conversation, other: Conversation) -> Conversation:
    """One chat of two: since macOS 26 a person's iMessage and SMS share one."""

    def derive() -> Iterator[Message]:
        return heapq.merge(
            one.messages, other.messages, key=lambda message: message.date
        )

    return replace(
        one,
        messages=MessageStream(derive),
        last_read=max(one.last_read, other.last_read),
        origin=one.origin if one.origin == other.origin else f"{one.origin}+faker",
    )


# --- who says it ------------------------------------------------------------


def _scripts(
    spec: Spec,
    scenario: Scenario,
    features: frozenset[str],
    packs: PackIndex | None,
    answer: Answer | None,
) -> list[_Script]:
    scenario = scenarios.complete(scenario, {})
    counts = scenario
    if spec.messages is not None:
        counts = scenarios.scaled(scenario, spec.messages)
    scripts: list[_Script] = []
    missing: list[tuple[str, str]] = []
    # A key derives from what the scenario asks for, not from how it is scaled.
    pairs = zip(scenario.conversations, counts.conversations, strict=True)
    for asked, config in pairs:
        if asked.message_count_target and not config.message_count_target:
            continue  # scaled away: few messages are for few chats
        config = _carried(config, features)
        script = _Script(spec, config, scenario.owner, _people(scenario, config))
        script.said = _from_hook(script, answer)
        if script.said is None and spec.source != "faker" and packs is not None:
            request = cache.request_of(asked, scenario.personas, scenario.owner.id)
            script.cached = cache.find(packs, request, config.message_count_target)
            if script.cached is None and spec.source == "cache":
                missing.append((asked.id, cache.key(request)))
        scripts.append(script)
    if missing:
        raise _missing(scenario, missing, packs)
    return scripts


def _carried(
    config: ConversationConfig, features: frozenset[str]
) -> ConversationConfig:
    """The conversation over a service that the release has: before RCS the same
    people texted over SMS, before satellites they waited for iMessage."""
    if config.service == "RCS" and "rcs" not in features:
        return replace(config, service="SMS")
    if config.service == "iMessageLite" and "satellite" not in features:
        return replace(config, service="iMessage")
    return config


def _people(scenario: Scenario, config: ConversationConfig) -> tuple[Persona, ...]:
    known = {each.id: each for each in scenario.personas}
    return tuple(known[each] for each in config.participants)


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
        f"or pass --imessage-source=faker"
    )


def _from_hook(script: _Script, answer: Answer | None) -> tuple[Turn, ...] | None:
    if answer is None:
        return None
    said = answer(
        config=script.config,
        owner=script.owner,
        people=script.people,
        seed=script.spec.seed,
    )
    if said is None:
        return None
    turns = tuple(said)
    known = {script.owner.id, *(each.id for each in script.people)}
    for place, turn in enumerate(turns):
        if turn.sender not in known:
            raise FoundryError(
                f"turn {place} of conversation {script.config.id!r} is said by "
                f"{turn.sender!r}, who is not in it\n"
                f"looked at: what pytest_imessage_conversation returned\n"
                f"let it be one of {', '.join(sorted(known))}"
            )
    return turns


# --- one conversation -------------------------------------------------------


@dataclass(slots=True)
class _Script:
    """One conversation on its way: what is asked, and who answered."""

    spec: Spec
    config: ConversationConfig
    owner: Persona
    people: tuple[Persona, ...]
    said: tuple[Turn, ...] | None = None
    cached: Found | None = None
    start: int = field(init=False)
    end: int = field(init=False)

    def __post_init__(self) -> None:
        self.start, self.end = _range(self.config, self.spec.now)

    @property
    def fresh(self) -> int:
        """How many turns are left to the fallback."""
        if self.said is not None:
            return 0
        known = self.cached.count if self.cached else 0
        if self.cached and self.spec.source == "cache":
            return 0
        return max(0, self.config.message_count_target - known)

    @property
    def count(self) -> int:
        if self.said is not None:
            return len(self.said)
        return self.fresh + (self.cached.count if self.cached else 0)

    @property
    def origin(self) -> str:
        if self.said is not None:
            return "hook"
        if self.cached is None:
            return "faker"
        keys = ",".join(self.cached.keys)
        return f"cache:{keys}+faker" if self.fresh else f"cache:{keys}"

    def turns(self) -> Iterable[Turn]:
        if self.said is not None:
            return self.said
        scenes = self.cached.scenes if self.cached else ()
        return spread(scenes, self._fallback(), self.fresh)

    def _fallback(self) -> Iterator[Turn]:
        if not self.fresh:
            return iter(())
        from pytest_imessage_foundry.conversations.dialogue import sittings

        # A group's name is a fact of the chat's row, known before its messages
        # are: only the cache and the hook, which are at hand whole, change it.
        spare = self.fresh // 16 + 16 if self.is_group else 0
        dialogue = sittings.dialogue(
            self.config,
            owner=self.owner,
            people=self.people,
            seed=self.spec.seed,
            count=self.fresh + spare,
        )
        kept = (turn for turn in dialogue if turn.event != "renamed")
        return islice(kept, self.fresh)

    def messages(self, features: frozenset[str]) -> Iterator[Message]:
        from pytest_imessage_foundry.conversations import compose, timeline

        everybody = {each.id: each for each in (self.owner, *self.people)}
        key = f"{self.spec.seed}:{self.config.id}"
        timed = timeline.lay_out(
            _in_bites(self.turns()),
            people=everybody,
            owner=self.owner,
            start=self.start,
            end=self.end,
            count=self.count,
            rng_key=key,
        )
        return compose.compose(
            _in_bites(timed),
            owner=self.owner,
            people=everybody,
            features=features,
            rng_key=key,
            end=self.end,
            service=self.config.service,
            is_group=self.is_group,
            addresses={each.id: self.address(each) for each in self.people},
        )

    @property
    def is_group(self) -> bool:
        return self.config.chat_type == "group"

    def address(self, persona: Persona) -> str:
        """Where this chat reaches a person: SMS and RCS know no e-mail."""
        if self.config.service in ("SMS", "RCS"):
            for each in persona.addresses:
                if "@" not in each and not each.startswith("urn:"):
                    return each
        return persona.identifier

    def name(self) -> str | None:
        """A group's last name: the one it has after all that is said."""
        known = self.said or [
            turn
            for scene in (self.cached.scenes if self.cached else ())
            for turn in scene
        ]
        names = [turn.text for turn in known if turn.event == "renamed" and turn.text]
        return [self.config.name, *names][-1] or None

    def conversation(self, features: frozenset[str]) -> Conversation:
        addresses = tuple(self.address(each) for each in self.people)
        # One person's chats share an id whatever the service (SEMANTICS §12).
        whom = self.config.id if self.is_group else addresses[0]
        identifier = self._room(features) if self.is_group else addresses[0]
        sign = "+" if self.is_group else "-"
        prefix = "any" if "any_guids" in features else self.config.service
        return Conversation(
            guid=f"{prefix};{sign};{identifier}",
            identifier=identifier,
            participants=addresses,
            messages=MessageStream(lambda: self.messages(features)),
            service=self.config.service,
            is_group=self.is_group,
            name=self.name() if self.is_group else None,
            group_id=str(UUID(bytes=self._bits("group", whom), version=4)).upper(),
            last_read=self.end,
            config_id=self.config.id,
            origin=self.origin,
        )

    def _room(self, features: frozenset[str]) -> str:
        bits = self._bits("room", self.config.id)
        if "any_guids" in features:
            return bits.hex()
        # "chat" and up to eighteen digits, as before.
        return f"chat{int.from_bytes(bits[:8]) % 10**18}"

    def _bits(self, what: str, name: str) -> bytes:
        text = f"{self.spec.seed}:{what}:{name}"
        return blake2b(text.encode(), digest_size=16).digest()


def _range(config: ConversationConfig, now: str) -> tuple[int, int]:
    try:
        end = apple_time.from_iso(config.end or now)
        start = apple_time.from_iso(config.start) if config.start else end - _YEAR
    except ValueError as error:
        raise FoundryError(
            f"conversation {config.id!r} has a time that is none: {error}\n"
            f"looked at: its start {config.start!r} and end {config.end or now!r}\n"
            f"write them like 2025-01-31T08:00:00Z"
        ) from None
    if not 0 <= start < end:
        raise FoundryError(
            f"conversation {config.id!r} does not start before it ends\n"
            f"looked at: its start {config.start!r} and end {config.end or now!r}\n"
            f"give it a start after 2001 and before its end"
        )
    return start, end


def _in_bites(stream: Iterable[T]) -> Iterator[T]:
    """The same items, made a few hundred at a time.

    A stage that stays at work keeps its code and data in the processor's caches:
    a tenth of the time, beside one message's way through all stages.
    """
    items = iter(stream)
    return chain.from_iterable(iter(lambda: list(islice(items, _BITE)), []))


def spread(
    scenes: Sequence[Sequence[Turn]], fresh: Iterator[Turn], count: int
) -> Iterator[Turn]:
    """`fresh` turns, about `count`, with `scenes` spread evenly among them.

    A scene goes only before a turn that opens a topic; the last one ends it all,
    since the newest messages are what one sees first.
    """
    held, since, last = 0, 0, len(scenes) - 1
    for done, turn in enumerate(fresh):
        if held < last and turn.opens and done * len(scenes) >= count * (held + 1):
            yield from scenes[held]
            held, since = held + 1, 0
        if held and turn.replies_to > since:
            # The reply reaches back over a scene, so it counts its turns too.
            over = turn.replies_to + len(scenes[held - 1])
            turn = replace(turn, replies_to=over)
        yield turn
        since += 1
    for scene in scenes[held:]:
        yield from scene
