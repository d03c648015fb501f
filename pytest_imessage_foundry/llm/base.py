"""The base class of providers: one abstract call, and the methods built on it."""

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

# Everything that a provider in another package needs.
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
    """The base class of providers of texts. A subclass implements `generate`.

    Attributes:
        name: as `--provider` names it.
        model: which model answers.
        endpoint: the server's address without credentials, for messages.
    """

    name: str = "provider"
    model: str = ""
    endpoint: str = ""

    @abstractmethod
    async def generate(self, ask: Ask) -> RawReply:
        """Return the answer to one request.

        Raises:
            ProviderError: every further call would fail too (key, quota, model).
            UnansweredError: this request failed, after all useful retries.
        """

    async def close(self) -> None:  # noqa: B027 (most have nothing to close)
        """Close connections."""

    async def generate_persona(self, constraints: Mapping[str, str]) -> Persona:
        """Return a new persona for `constraints`; see `persona_writer.generate`."""
        return await persona_writer.generate(self, constraints)

    async def generate_messages(
        self, personas: Sequence[Persona], context: Context, count: int
    ) -> list[Turn]:
        """Return the next turns: at most `count`, at least half of it.

        `count` is 1 to 50. `personas` are those who may write, the owner included.

        Raises:
            UnansweredError: there is no usable answer.
        """
        return await conversation_writer.batch(self, personas, context, count)

    async def approve_persona(self, persona: Persona) -> Persona:
        """Return `persona` as approved, or as changed by whoever approves it.

        By default nobody is asked: the caller shows the persona to the user before
        this.
        """
        return persona
