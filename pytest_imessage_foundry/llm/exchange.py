"""The requests and answers between this package and a provider, and their cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_imessage_foundry.models import ConversationConfig, Persona, Turn

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "refused"]
MAX_REPLY = 8 << 20  # bytes of one answer; a conversation is never larger


class ProviderError(FoundryError):
    """The provider cannot be used: every further call would fail too."""


class UnansweredError(FoundryError):
    """One request got no usable answer; other requests may succeed."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One message of a request."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The numbers of tokens that a provider reports."""

    sent: int = 0
    received: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.sent + other.sent, self.received + other.received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request: the prompts, and the JSON Schema that the answer has to match.

    `max_tokens` limits the answer. `seed` is optional for servers; most ignore it.
    """

    prompts: tuple[Prompt, ...]
    schema: Mapping[str, Any]
    name: str = "answer"
    max_tokens: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """An answer as it was received, before any check.

    `date` is the day of the call, so that a reply that was stored by another run
    keeps its date. `is_kept` marks a stored reply, which costs no call.
    """

    text: str
    finish: Finish = "stop"
    refusal: str | None = None
    model: str = ""
    usage: Usage | None = None
    date: str = ""
    is_kept: bool = False


@dataclass(slots=True)
class UsageTally:
    """The calls, tokens and faults of a conversation.

    Attributes:
        calls: answers requested in this run.
        kept: answers stored by another run, before this one or beside it.
        usage: tokens of the calls.
        faults: how often each fault occurred.
        repeated: messages with the text of an earlier one.
        model: which model answered.
        date: the day of the latest answer, ISO 8601.
    """

    calls: int = 0
    kept: int = 0
    usage: Usage = field(default_factory=Usage)
    faults: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    model: str = ""
    date: str = ""

    @property
    def answers(self) -> int:
        return self.calls + self.kept

    def add(self, other: UsageTally) -> None:
        """Add the figures of another conversation."""
        self.calls += other.calls
        self.kept += other.kept
        self.usage += other.usage
        self.faults.update(other.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The state of a conversation that is being written.

    Attributes:
        config: the conversation that was asked for.
        owner: whose phone it is.
        people: the other participants.
        key: the key of the request in the cache; seeds derive from it.
        said: the turns so far.
        draw: the number of the attempt at the whole conversation;
            seeds derive from it too.
        tally: what the conversation cost so far; batches add to it.
    """

    config: ConversationConfig
    owner: Persona
    people: tuple[Persona, ...]
    key: str
    said: Sequence[Turn] = field(default_factory=tuple)
    draw: int = 0
    tally: UsageTally = field(default_factory=UsageTally)


class LanguageModel(Protocol):
    """An object that answers one request, as every `Provider` does."""

    model: str
    endpoint: str

    async def generate(self, ask: Ask) -> RawReply: ...
