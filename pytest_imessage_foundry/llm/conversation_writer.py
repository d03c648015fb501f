"""Writes one conversation in batches, each shown what was said before it.

A batch that cannot be used is asked for again, with the reason, at most twice;
a conversation takes at most three times the calls that were planned for it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.llm import prompts, replies, reply_text
from pytest_imessage_foundry.llm.base import Ask, UnansweredError, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_imessage_foundry.llm.base import Context, Prompt, Provider, RawReply
    from pytest_imessage_foundry.models import Persona, Turn

BATCH = 30
REASKS = 2
SLACK = 3  # calls at most, as a multiple of those planned
_PER_MESSAGE, _OVERHEAD = 80, 400  # tokens of an answer
# After an answer was cut off: models that think count their thoughts too.
MORE = 4
_LEAST = 5  # messages: no batch gets smaller by being cut off


@dataclass(slots=True)
class UsageTally:
    """What a conversation cost, and what was wrong on the way."""

    calls: int = 0
    kept: int = 0
    usage: Usage = field(default_factory=Usage)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, other: UsageTally) -> None:
        self.calls += other.calls
        self.kept += other.kept
        self.usage += other.usage
        self.faults.update(other.faults)


def batches(count: int) -> list[int]:
    """`count` messages as batches of about 30, from 20 to 50, in equal shares."""
    number = max(1, round(count / BATCH))
    whole, rest = divmod(count, number)
    return [whole + (place < rest) for place in range(number)] if count else []


def max_tokens(count: int) -> int:
    """The bound of an answer with `count` messages."""
    return _PER_MESSAGE * count + _OVERHEAD


class ConversationWriter:
    """One conversation in the making."""

    def __init__(
        self, provider: Provider, context: Context, *, everybody: tuple[Persona, ...]
    ) -> None:
        self.said: list[Turn] = list(context.said)
        self.tally = UsageTally()
        self.model = ""
        self.date = ""
        self.repeated = 0
        self._provider = provider
        self._context = context
        self._everybody = everybody
        planned = len(batches(context.config.message_count_target))
        self._bound = SLACK * max(1, planned)

    async def write(
        self, progress: Callable[[Sequence[Turn]], None] | None = None
    ) -> tuple[Turn, ...]:
        """All turns that the conversation's order asks for; `progress` is shown
        those that are there after each batch.

        Raises:
            UnansweredError: the model gave nothing usable, again and again.
        """
        target = self._context.config.message_count_target
        while len(self.said) < target:
            if self._answers >= self._bound:
                few = f"{self._bound} calls did not bring {target} messages"
                raise self._unanswered(few)
            size = batches(target - len(self.said))[0]
            await self.batch(size)
            if progress:
                progress(tuple(self.said))
        return tuple(self.said)

    async def batch(self, count: int) -> list[Turn]:
        """The next turns: `count` of them, or at least half as many."""
        turns = await self._answered(count)
        if not self.said:
            turns[0] = replace(turns[0], opens=True)
        self.said += turns
        return turns

    async def _answered(self, count: int) -> list[Turn]:
        people, service = self._everybody, self._context.config.service
        reader = replies.ReplyReader(people, self.said, service)
        asked, tokens = count, max_tokens(count)
        more: tuple[Prompt, ...] = ()
        problem = ""
        for attempt in range(REASKS + 1):
            reply = await self._ask(asked, tokens, more, attempt)
            is_last = attempt == REASKS or self._answers >= self._bound
            batch = reader.read(reply.text, asked, keep_repeated=is_last)
            if reply.finish == "refused":
                self._count("refused")
                problem = f"the model refused: {reply.refusal or 'content filter'}"
            elif reply.finish == "length":
                # Half the messages, more room: the same again would end the same.
                self._count("cut off")
                problem = "the answer was cut off"
                asked = min(asked, max(_LEAST, asked // 2))
                tokens = max_tokens(count) * MORE
            else:
                self.tally.faults.update(batch.faults)
                problem = batch.problem or "it holds no message"
                if batch.turns and (is_last or 2 * len(batch.turns) >= asked):
                    self.repeated += batch.faults["repeated"] if is_last else 0
                    return batch.turns
            if is_last:
                break
            more = prompts.again(reply.text, problem)
        raise self._unanswered(problem)

    @property
    def _answers(self) -> int:
        return self.tally.calls + self.tally.kept

    async def _ask(
        self, count: int, tokens: int, more: tuple[Prompt, ...], attempt: int
    ) -> RawReply:
        asked = prompts.batch(self._context, self._everybody, self.said, count)
        again = attempt + self._context.draw * (REASKS + 1)
        place = f"{self._context.key}:{len(self.said)}:{again}"
        ask = Ask(
            prompts=asked + more,
            schema=replies.schema([each.id for each in self._everybody], count),
            name="messages",
            max_tokens=tokens,
            seed=int.from_bytes(hashlib.sha256(place.encode()).digest()[:3], "big"),
        )
        reply = await self._provider.generate(ask)
        self._account(reply)
        return reply

    def _account(self, reply: RawReply) -> None:
        if reply.is_kept:
            self.tally.kept += 1
        else:
            self.tally.calls += 1
            self.tally.usage += reply.usage or Usage()
        self.model = reply.model or self._provider.model
        self.date = max(self.date, reply.date)

    def _count(self, fault: str) -> None:
        self.tally.faults[fault] += 1

    def _unanswered(self, problem: str) -> UnansweredError:
        name = self._context.config.id
        return UnansweredError(
            f"no usable answer for {name!r}: {reply_text.escaped(problem, 300)}\n"
            f"asked: {self._provider.model} at {self._provider.endpoint}, "
            f"{self._answers} calls\n"
            "run the command again, or try another --model"
        )
