"""People, and what is asked for: conversations between them, scenarios of those."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.literals import (
    EmojiUsage,
    Frequency,
    IdentifierType,
    LifeSpan,
    ResponseTime,
    Service,
    Vocabulary,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A person, or a service."""

    id: str
    name: str
    identifier: str
    identifier_type: IdentifierType = "phone"
    country_code: str = "US"
    personality: str = ""
    writing_style: str = "casual"
    relationship: str = "friend"
    communication_frequency: Frequency = "medium"
    typical_response_time: ResponseTime = "minutes"
    emoji_usage: EmojiUsage = "light"
    vocabulary_level: Vocabulary = "moderate"
    topics_of_interest: tuple[str, ...] = ()
    is_self: bool = False
    created_at: str = "2024-01-01T00:00:00Z"
    updated_at: str = "2024-01-01T00:00:00Z"
    locale: str = "en_US"
    time_zone: str = "America/New_York"
    other_identifiers: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses, the preferred one first."""
        return (self.identifier, *self.other_identifiers)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationConfig:
    """A conversation as it is asked for.

    `participants` are persona ids without the owner's. `start` and `end` are
    ISO 8601 times; empty, they stand for the year that ends at `Spec.now`.
    `theme` steers what is talked about. `name` is what a group is called; some have
    no name. `address` is the one that the other person writes from; empty, it is
    their first that the service can reach.
    `message_count_target` is about how many messages the chat gets; tapbacks are
    rows of their own and come on top.
    """

    id: str
    participants: tuple[str, ...]
    name: str = ""
    chat_type: Literal["direct", "group"] = "direct"
    message_count_target: int = 100
    start: str = ""
    end: str = ""
    theme: str | None = None
    service: Service = "iMessage"
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A phone to build: its owner, the people, the conversations.

    `life` is how long the phone was in use, which decides how many of its rows are
    in the states that such files have: a "year", a "decade", or "" for none of it.
    `from_library` are the ids of those people who stand in the user's library; a
    build is the same without it. `real` permits addresses that may be somebody's,
    which are refused otherwise. `written` has chats that stand in a scenario file
    message by message, as JSON, and `written_in` names that file.
    """

    name: str
    description: str
    personas: tuple[Persona, ...]
    conversations: tuple[ConversationConfig, ...] = ()
    life: LifeSpan = ""
    # Out of the repr, which the fingerprint takes: it says whence and not what.
    from_library: tuple[str, ...] = field(default=(), repr=False, compare=False)
    real: bool = field(default=False, repr=False, compare=False)
    written: str = ""
    written_in: str = field(default="", repr=False, compare=False)

    @property
    def owner(self) -> Persona:
        """The persona whose phone this is.

        Raises:
            ValueError: no persona of the scenario has `is_self`.
        """
        for persona in self.personas:
            if persona.is_self:
                return persona
        raise ValueError(f"scenario {self.name!r} has no persona with is_self")
