"""Say what a refresh will ask, what it costs, and what leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import pack_options, provider_options
from pytest_imessage_foundry.errors import counted

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.llm.plan import PlanEntry, Survey

_MOST_NAMES = 12


def lines(
    entries: Sequence[PlanEntry], found: Survey, given: Namespace
) -> Iterator[str]:
    """Yield the plan of a refresh as lines of text."""
    from pytest_imessage_foundry.llm import plan
    from pytest_imessage_foundry.terminal import escaped

    known = (
        f"{counted(len(found.entries), 'conversation')} ({pack_options.summary(found)})"
    )
    yield f"plan: {len(entries)} of {known}"
    for each in entries:
        yield (
            f"  {each.state:8} {escaped(each.config.id, 30):20} {each.key}  "
            f"{counted(each.config.message_count_target, 'message')}, "
            f"{counted(each.calls, 'call')} "
            f"→ {escaped(str(each.target))}"
        )
    cost = plan.cost(entries)
    yield (
        f"{counted(cost.calls, 'call')}, about {cost.tokens:,} tokens; at most "
        f"{counted(cost.most_calls, 'call')} and {cost.most_tokens:,} tokens"
    )
    yield f"asked: {provider_options.in_words(given)}"
    yield from _sent(entries)


def _sent(entries: Sequence[PlanEntry]) -> Iterator[str]:
    """Yield what the prompts hold, see `llm.prompts`."""
    from pytest_imessage_foundry.personas import builtin
    from pytest_imessage_foundry.terminal import escaped

    people = {each.id: each for entry in entries for each in entry.everybody}
    yield (
        f"sent: how {len(people)} people are described (id, name, relationship, "
        "locale, personality, way of writing, topics), the names and themes of their "
        "chats, and the latest messages written; no address and no file"
    )
    built_in = builtin.by_id()
    own = [name for name, each in people.items() if built_in.get(name) != each]
    if own:
        shown = ", ".join(escaped(each, 40) for each in own[:_MOST_NAMES])
        more = f" and {len(own) - _MOST_NAMES} more" if len(own) > _MOST_NAMES else ""
        yield f"of your own among them, as you described them: {shown}{more}"
