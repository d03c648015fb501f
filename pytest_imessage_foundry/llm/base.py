"""What a provider of texts is: one raw call, and what is built on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from pytest_imessage_foundry.llm import conversation_writer, persona_writer
from pytest_imessage_foundry.llm.exchange import (
    Ask,
    Context,
    Finish,
    Prompt,
    ProviderError,
    RawReply,
    Role,
    UnansweredError,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_imessage_foundry.models import Persona, Turn

# All that a provider of another package needs.
__all__ = [
    "Ask",
    "Context",
    "Finish",
    "Prompt",
    "Provider",
    "ProviderError",
    "RawReply",
    "Role",
    "UnansweredError",
    "Usage",
]


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
        """Make up a person within `constraints`, see `persona_writer.generate`."""
        return await persona_writer.generate(self, constraints)

    async def generate_messages(
        self, personas: Sequence[Persona], context: Context, count: int
    ) -> list[Turn]:
        """Write the next turns of a conversation: `count` of them, 1 to 50, or at
        least half as many.

        `personas` are those who may speak, the owner included.

        Raises:
            UnansweredError: there is no usable answer.
        """
        return await conversation_writer.batch(self, personas, context, count)

    async def approve_persona(self, persona: Persona) -> Persona:
        """Return `persona` as approved. A provider that can ask somebody overrides
        this; otherwise whoever calls shows the persona first."""
        return persona
