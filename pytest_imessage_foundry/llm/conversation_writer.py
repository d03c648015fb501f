"""Write one conversation in batches; each request shows the latest turns.

A batch that cannot be used is requested again, with the reason, at most twice. A
conversation takes at most three times the planned number of calls.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.llm import prompts, replies
from pytest_imessage_foundry.llm.exchange import Ask, UnansweredError, Usage
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_imessage_foundry.llm.base import Provider
    from pytest_imessage_foundry.llm.exchange import (
        Context,
        LanguageModel,
        Prompt,
        RawReply,
        UsageTally,
    )
    from pytest_imessage_foundry.models import Persona, Turn

BATCH = 30
REASKS = 2
SLACK = 3  # calls at most, as a multiple of those planned
_PER_MESSAGE, _OVERHEAD = 80, 400  # tokens of an answer
# After an answer was cut off: models that think count their thoughts too.
MORE = 4
_LEAST = 5  # messages: no batch gets smaller by being cut off


def batches(count: int) -> list[int]:
    """Split `count` messages into nearly equal batches of about 30, from 20 to 50."""
    number = max(1, round(count / BATCH))
    whole, rest = divmod(count, number)
    return [whole + (place < rest) for place in range(number)] if count else []


def max_tokens(count: int) -> int:
    """Return the limit of tokens for an answer with `count` messages."""
    return _PER_MESSAGE * count + _OVERHEAD


class ConversationWriter:
    """A writer of one conversation, by a provider's `generate_messages`.

    Attributes:
        said: the turns so far.
        tally: the calls and tokens that they cost.
    """

    def __init__(
        self, provider: Provider, context: Context, *, everybody: Sequence[Persona]
    ) -> None:
        self.said: list[Turn] = list(context.said)
        self.tally = context.tally
        self._provider = provider
        self._context = context
        self._everybody = everybody

    async def write(
        self, progress: Callable[[Sequence[Turn]], None] | None = None
    ) -> tuple[Turn, ...]:
        """Return all turns that the conversation's config asks for.

        `progress` is called with the turns so far, after each batch.

        Raises:
            UnansweredError: the model gave no usable answer to repeated requests.
        """
        target = self._context.config.message_count_target
        while len(self.said) < target:
            if self.tally.answers >= _bound(self._context):
                few = f"{_bound(self._context)} calls gave fewer than {target} messages"
                raise _unanswered(self._provider, self._context, few)
            self.said += await self._next(batches(target - len(self.said))[0])
            if progress:
                progress(tuple(self.said))
        return tuple(self.said)

    async def _next(self, count: int) -> list[Turn]:
        """Return the turns of the next batch, as the provider writes them."""
        context = replace(self._context, said=tuple(self.said))
        turns = await self._provider.generate_messages(self._everybody, context, count)
        known = {each.id for each in self._everybody}
        if strangers := [turn.sender for turn in turns if turn.sender not in known]:
            problem = f"a message is by {strangers[0]!r}, who does not take part"
            raise _unanswered(self._provider, context, problem)
        if not turns:
            raise _unanswered(self._provider, context, "it holds no message")
        return turns[:count]


async def batch(
    provider: LanguageModel, everybody: Sequence[Persona], context: Context, count: int
) -> list[Turn]:
    """Return the next turns: at most `count`, at least half of it.

    Raises:
        UnansweredError: the model gave no usable answer to repeated requests.
    """
    turns = await _Batch(provider, everybody, context).answered(count)
    if not context.said:
        turns[0] = replace(turns[0], opens=True)
    return turns


@dataclass(frozen=True, slots=True)
class _Batch:
    """One batch, with its requests repeated while the answers cannot be used."""

    provider: LanguageModel
    everybody: Sequence[Persona]
    context: Context

    async def answered(self, count: int) -> list[Turn]:
        context, tally = self.context, self.context.tally
        service = context.config.service
        reader = replies.ReplyReader(self.everybody, context.said, service)
        asked, tokens = count, max_tokens(count)
        more: tuple[Prompt, ...] = ()
        problem = ""
        for attempt in range(REASKS + 1):
            reply = await self._ask(asked, tokens, more, attempt)
            is_last = attempt == REASKS or tally.answers >= _bound(context)
            read = reader.read(reply.text, asked, keep_repeated=is_last)
            if reply.finish == "refused":
                tally.faults["refused"] += 1
                problem = f"the model refused: {reply.refusal or 'content filter'}"
            elif reply.finish == "length":
                # Fewer messages and more tokens: the same request would fail again.
                tally.faults["cut off"] += 1
                problem = "the answer was cut off"
                asked = min(asked, max(_LEAST, asked // 2))
                tokens = max_tokens(count) * MORE
            else:
                tally.faults.update(read.faults)
                problem = read.problem or "it holds no message"
                if read.turns and (is_last or 2 * len(read.turns) >= asked):
                    tally.repeated += read.faults["repeated"] if is_last else 0
                    return read.turns
            if is_last:
                break
            more = prompts.again(reply.text, problem)
        raise _unanswered(self.provider, context, problem)

    async def _ask(
        self, count: int, tokens: int, more: tuple[Prompt, ...], attempt: int
    ) -> RawReply:
        context = self.context
        asked = prompts.batch(context, self.everybody, context.said, count)
        again = attempt + context.draw * (REASKS + 1)
        place = f"{context.key}:{len(context.said)}:{again}"
        ask = Ask(
            prompts=asked + more,
            schema=replies.schema([each.id for each in self.everybody], count),
            name="messages",
            max_tokens=tokens,
            seed=int.from_bytes(hashlib.sha256(place.encode()).digest()[:3], "big"),
        )
        reply = await self.provider.generate(ask)
        _account(context.tally, reply, self.provider.model)
        return reply


def _account(tally: UsageTally, reply: RawReply, model: str) -> None:
    if reply.is_kept:
        tally.kept += 1
    else:
        tally.calls += 1
        tally.usage += reply.usage or Usage()
    tally.model = reply.model or model
    tally.date = max(tally.date, reply.date)


def _bound(context: Context) -> int:
    """Return the most calls that the whole conversation may take."""
    planned = len(batches(context.config.message_count_target))
    return SLACK * max(1, planned)


def _unanswered(
    provider: LanguageModel, context: Context, problem: str
) -> UnansweredError:
    return UnansweredError(
        f"no usable answer for {context.config.id!r}: {escaped(problem, 300)}\n"
        f"asked: {provider.model} at {provider.endpoint}, "
        f"{context.tally.answers} calls\n"
        "run the command again, or try another --model"
    )
