"""The state of a message that is written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, Unpack

from pytest_imessage_foundry.conversations.authoring import (
    coherence,
    contradictions,
    rare_facts,
)
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    ChangedFacts,
    TraitFacts,
)
from pytest_imessage_foundry.conversations.authoring.held import check
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Message, Reply, part_range

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat


class WrittenMessage:
    """A message in a chat, with the verbs that set its fields.

    Attributes:
        chat: the chat that it is in.
        message: how it is now.
    """

    def __init__(self, chat: Chat, message: Message) -> None:
        self.chat = chat
        self._phone = chat.phone
        self.message = message

    @checked
    def trait(self, **traits: Unpack[TraitFacts]) -> Self:
        """Set fields of `models.Traits`."""
        return self._with(traits=rare_facts.add(self.chat, self.message, {**traits}))

    @checked
    def set(self, **facts: Unpack[ChangedFacts]) -> Self:
        """Set fields of `models.Message`."""
        return self._with(**facts)

    @checked
    def as_target(self, part: int = 0) -> Reply:
        """Return what a reply to a part of this message points at.

        All replies of a thread point at its first message (SEMANTICS §7).
        """
        if self.message.reply_to is not None:
            return self.message.reply_to
        self._check_part(part)
        location, length = part_range(self.message, part)
        return Reply(
            guid=self.message.guid, part=part, location=location, length=length
        )

    def _check_part(self, part: int) -> None:
        """Refuse to do something to a part that is not there."""
        message = self.message
        left = coherence.standing(message)
        if part not in left:
            numbers = ", ".join(map(str, left)) or "none"
            raise FoundryError(
                f"there is no part {part}, or it is empty, or was unsent\n"
                f"looked at message {message.guid}, which has {numbers}\n"
                "name one of those"
            )

    def _with(self, **changes: Any) -> Self:
        changed = replace(self.message, **changes)
        check(self._phone, changed)
        contradictions.check_photo_stays(self.chat, changed)
        if changed.parts != self.message.parts:
            contradictions.check_files_agree(self, changed)
        self.message = changed
        return self
