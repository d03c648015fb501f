"""What goes between this package and a provider: requests, answers, what they cost."""

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


@dataclass(slots=True)
class UsageTally:
    """What a conversation cost, and what was wrong on the way.

    Attributes:
        calls: answers that were asked for now.
        kept: answers of an earlier run.
        usage: tokens of the calls.
        faults: how often which fault was met.
        repeated: messages that say what an earlier one said.
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
        """Count what another conversation cost, too."""
        self.calls += other.calls
        self.kept += other.kept
        self.usage += other.usage
        self.faults.update(other.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a conversation stands.

    Attributes:
        config: what is asked for.
        owner: whose phone it is.
        people: the other participants.
        key: the request's in the cache; seeds derive from it.
        said: the turns so far.
        draw: another number for every new attempt at the whole conversation;
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
    """What answers one request; a `Provider` is one."""

    model: str
    endpoint: str

    async def generate(self, ask: Ask) -> RawReply: ...
