"""What a provider of texts is: one raw call, and what the brief builds on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_imessage_foundry.models import ConversationConfig, Persona, Turn

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "refused"]
MAX_REPLY = 8 << 20  # bytes of one answer: more is no conversation


class ProviderError(FoundryError):
    """The provider cannot be used at all: every further call would fail too."""


class UnansweredError(FoundryError):
    """One request got no usable answer; others may."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One message of a request."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a provider says it counted."""

    sent: int = 0
    received: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.sent + other.sent, self.received + other.received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request: what is said to the model and the shape that it should answer in.

    `max_tokens` bounds the answer. `seed` is a wish that most servers ignore.
    """

    prompts: tuple[Prompt, ...]
    schema: Mapping[str, Any]
    name: str = "answer"
    max_tokens: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """An answer as it came. Nothing in it is believed yet.

    `date` is the day of the call, so that a reply kept from an earlier run says
    when it was made; `is_kept` marks such a reply, which cost nothing now.
    """

    text: str
    finish: Finish = "stop"
    refusal: str | None = None
    model: str = ""
    usage: Usage | None = None
    date: str = ""
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a conversation stands: its order, whose phone, what was said so far.

    `key` is the request's in the cache; seeds derive from it, and from `draw`,
    which is another number for every new attempt at the whole conversation.
    """

    config: ConversationConfig
    owner: Persona
    people: tuple[Persona, ...]
    key: str
    said: Sequence[Turn] = field(default_factory=tuple)
    draw: int = 0


class Provider(ABC):
    """A source of texts. A new one implements `generate`; the rest follows.

    Attributes:
        name: as `--provider` names it.
        model: which model answers.
        endpoint: where, without credentials: for people to read.
    """

    name: str = "provider"
    model: str = ""
    endpoint: str = ""

    @abstractmethod
    async def generate(self, ask: Ask) -> RawReply:
        """Answer one request.

        Raises:
            ProviderError: no further call would fare better (key, quota, model).
            UnansweredError: this request failed, after retries worth making.
        """

    async def close(self) -> None:  # noqa: B027 (most have nothing to close)
        """Let go of connections."""

    async def generate_persona(self, constraints: Mapping[str, str]) -> Persona:
        """A new person within `constraints`, see `people.generate`."""
        from pytest_imessage_foundry.llm import persona_writer

        return await persona_writer.generate(self, constraints)

    async def generate_messages(
        self, personas: Sequence[Persona], context: Context, count: int
    ) -> list[Turn]:
        """The next `count` turns of a conversation: one batch of 1 to 50."""
        from pytest_imessage_foundry.llm import conversation_writer

        writer = conversation_writer.ConversationWriter(
            self, context, everybody=tuple(personas)
        )
        return await writer.batch(count)

    async def approve_persona(self, persona: Persona) -> Persona:
        """`persona` as approved. A provider that can ask somebody overrides this;
        otherwise whoever calls shows the persona first."""
        return persona
