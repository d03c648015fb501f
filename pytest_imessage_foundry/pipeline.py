"""The whole way from a spec to its chat.db.

    resolve     what the spec names: schema, scenario, packs   `order.Order`
                who is in each chat, and whose turns it takes  `conversations_of`
    dialogue    who says what: turns that nobody else has      `dialogue`
    timeline    when they say it                               `messages`
    compose     messages: GUIDs, receipts, tapbacks, files     `messages`
    build       rows as the release has them, and the files    `forge`

So `forge(Order(spec), path)` is all of it. Messages are derived anew at each walk,
so that memory stays flat. A function imports what it runs: a test whose database was
built before needs none of it.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, islice, starmap
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import FOLDER_NAME
from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.db.rows.attachment_roots import MAC_ROOT
from pytest_imessage_foundry.garbage import collected_rarely
from pytest_imessage_foundry.models.apple_time import from_iso

_LOOKED_AT = 200  # turns among which some can be at any time, as a rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pytest_imessage_foundry.attachments.bundled_files import BundledFiles
    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.conversations.dialogue.scene_days import SceneDays
    from pytest_imessage_foundry.conversations.timeline import Exchange
    from pytest_imessage_foundry.db.builder import Counts
    from pytest_imessage_foundry.models import Conversation, Message, Turn
    from pytest_imessage_foundry.order import Buildable, Order


@collected_rarely()
def forge(
    order: Buildable,
    path: Path,
    *,
    attachments: bool = True,
    attachment_root: str = MAC_ROOT,
    bundled: BundledFiles | None = None,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Build the database of `order` at `path`, its attachments beside it.

    Args:
        order: what is built; its conversations are walked once.
        path: the file; one that is there is replaced.
        attachments: whether the files of attachments are written too.
        attachment_root: where the rows say that those files are.
        bundled: takes the attachments' files, which then stand in no folder.
        progress: called with the number of message rows after each batch.
    """
    from pytest_imessage_foundry.attachments import generator
    from pytest_imessage_foundry.db import builder

    files = bundled or generator.Folder(path.with_name(FOLDER_NAME))
    return builder.build(
        path,
        order.schema,
        order.conversations,  # of an Order: by `conversations_of`
        owner=order.scenario.owner,
        people=order.scenario.personas,
        seed=order.spec.seed,
        attachment_root=attachment_root,
        attached=files.add if attachments else None,
        progress=progress,
    )


def conversations_of(order: Order) -> list[Conversation]:
    """Derive the truth of `order`: each chat, its messages as a stream."""
    if order.scenario.name == scenarios.KINDS:
        from pytest_imessage_foundry.conversations import catalogue

        return catalogue.conversations(order.spec, order.schema)
    if order.scenario.written:
        return list(order.written.conversations)
    from pytest_imessage_foundry.conversations import chat_plans

    features = order.schema.features
    plans = chat_plans.plan_chats(
        order.spec,
        order.scenario,
        features=features,
        packs=order.packs,
        answers=order.answers,
    )
    span = order.scenario.life
    if span:
        from pytest_imessage_foundry.conversations.life import chat_states

        now = from_iso(order.spec.now)
        plans = chat_states.with_lives(plans, span, features, now, _timed)
    return conversations_from(plans, features)


def conversations_from(
    plans: Iterable[ChatPlan], features: frozenset[str]
) -> list[Conversation]:
    """Make the chats of `plans`; those that share a GUID become one."""
    from pytest_imessage_foundry.conversations.chat_identity import conversation_of
    from pytest_imessage_foundry.conversations.chat_life import dressed
    from pytest_imessage_foundry.conversations.message_stream import (
        MessageStream,
        joined_by_guid,
    )

    def chat_of(plan: ChatPlan) -> Conversation:
        stream = MessageStream(partial(messages, plan, features))
        chat = conversation_of(plan, stream, features)
        return dressed(chat, plan) if plan.life.span else chat

    return joined_by_guid(map(chat_of, plans))


def messages(plan: ChatPlan, features: frozenset[str]) -> Iterator[Message]:
    """Derive the messages of one chat, each as it is asked for."""
    composed = _composed(plan, features)
    if not plan.life.span:
        return composed
    from pytest_imessage_foundry.conversations.life import comings, message_states

    return message_states.lived(comings.attended(composed, plan), plan, features)


def _composed(plan: ChatPlan, features: frozenset[str]) -> Iterator[Message]:
    """Derive the messages of one chat as they were sent."""
    from pytest_imessage_foundry.batches import in_batches
    from pytest_imessage_foundry.conversations import compose, eras

    return compose.compose(
        in_batches(_timed(plan)),
        owner=plan.owner,
        people=plan.everybody,
        features=features,
        rng_key=plan.rng_key,
        end=plan.end,
        service=plan.config.service,
        is_group=plan.is_group,
        addresses=plan.addresses,
        eras=eras.of(plan.life.span),
    )


def _timed(plan: ChatPlan) -> Iterator[tuple[int, Turn]]:
    """Derive the turns of one chat, with the times at which they are said."""
    from pytest_imessage_foundry.batches import in_batches
    from pytest_imessage_foundry.conversations import stories, timeline

    # Without generated turns the stories are all there is, one after the other.
    among = zip(plan.places, plan.scenes, strict=True) if plan.generated else ()
    turns, exchange = dialogue(plan)
    if not plan.generated:
        turns = chain.from_iterable(plan.scenes)
    return timeline.lay_out(
        in_batches(turns),
        people=plan.everybody,
        owner=plan.owner,
        start=plan.start,
        end=plan.end,
        count=plan.generated or plan.count,
        rng_key=plan.rng_key,
        stories=starmap(stories.Story, among),
        no_time="refuse" if plan.is_complete else "leave out",
        spare=_spare(plan) if plan.generated else None,
        exchange=exchange,
        name=f"conversation {plan.config.id!r}",
    )


def dialogue(plan: ChatPlan) -> tuple[Iterable[Turn], Exchange | None]:
    """Generate the turns that neither the hook nor the cache has.

    The second is what makes the exchanges that are marks among them.
    """
    if not plan.generated:
        return (), None
    kind = plan.life.correspondence or ("note" if plan.is_to_self else "")
    if kind:
        from pytest_imessage_foundry.conversations.life import correspondence

        turns = correspondence.turns(
            kind,
            plan.generated,
            owner=plan.owner.id,
            other=plan.people[0].id,
            name=plan.people[0].name,
            key=f"life:{plan.rng_key}",
        )
        return turns, None
    from pytest_imessage_foundry.conversations.dialogue import sittings
    from pytest_imessage_foundry.conversations.dialogue.scene_days import SceneDays

    days = SceneDays(plan.start, plan.end, plan.generated)
    if plan.is_group:
        return _sittings(plan, plan.seed, plan.generated, days), None
    told = sittings.sittings(
        plan.config,
        plan.owner,
        plan.people,
        plan.seed,
        plan.generated,
        days=days,
        on_demand=True,
    )
    # A mark stands for one turn at least, so that there are enough.
    return islice(told, plan.generated), told.exchange


def _spare(plan: ChatPlan) -> Callable[[int], list[Turn]]:
    """Return what generates turns in place of those for which there is no time."""
    made: list[Iterator[Turn]] = []

    def spare(count: int) -> list[Turn]:
        from pytest_imessage_foundry.conversations.dialogue.scene_days import SceneDays

        if not made:
            # No scene that waits for an hour has room in no time; and others than those
            # of the conversation itself.
            at_any_time = SceneDays(0, 0, 1)
            turns = _sittings(plan, ~plan.seed, plan.count, at_any_time)
            made.append(_easy(turns))
        return list(islice(made[0], count))

    return spare


def _easy(turns: Iterable[Turn]) -> Iterator[Turn]:
    """Yield the sittings that can be at any time, in which nobody comes or goes; if
    there is none, as of a service, all."""
    stream = iter(turns)
    seen: list[Turn] = []
    first = _without_anchors(_noted(islice(stream, _LOOKED_AT), seen))
    found = next(first, None)
    if found is None:
        return chain(seen, stream)
    return chain((found,), first, _without_anchors(stream))


def _noted(turns: Iterable[Turn], seen: list[Turn]) -> Iterator[Turn]:
    for turn in turns:
        seen.append(turn)
        yield turn


def _without_anchors(turns: Iterable[Turn]) -> Iterator[Turn]:
    is_anchored = False
    for turn in turns:
        if turn.opens:
            is_anchored = turn.hours is not None or turn.when is not None
        if not is_anchored and turn.event is None:
            yield turn


def _sittings(plan: ChatPlan, seed: int, count: int, days: SceneDays) -> Iterator[Turn]:
    from pytest_imessage_foundry.conversations.dialogue import sittings

    return sittings.dialogue(
        plan.config,
        owner=plan.owner,
        people=plan.people,
        seed=seed,
        count=count,
        renames=False,
        days=days,
    )
