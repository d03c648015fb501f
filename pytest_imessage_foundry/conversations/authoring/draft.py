"""One message that is written by hand, and what still happens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments.sending import in_state
from pytest_imessage_foundry.conversations.authoring import contradictions, rare_facts
from pytest_imessage_foundry.conversations.authoring.draft_edits import DraftEdits
from pytest_imessage_foundry.conversations.authoring.draft_reactions import (
    DraftReactions,
)
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Attachment

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.models import FileState


class Draft(DraftReactions, DraftEdits):
    """A message that things can still happen to; each step gives it back.

    Attributes:
        chat: the chat that it is in.
        message: how it is now.
    """

    def awaits_files(self) -> Draft:
        """Let its files come later: the message's row is there, theirs are not."""
        return self._move_files("awaited", ("present", "waiting"))

    def attach(self) -> Draft:
        """Let the rows of its files come, which name files that are not there yet."""
        return self._move_files("waiting", ("awaited",))

    def download(self) -> Draft:
        """Let its files come."""
        return self._move_files("present", ("waiting", "not-downloaded"))

    def _move_files(self, state: FileState, before: tuple[FileState, ...]) -> Draft:
        parts = tuple(
            in_state(part, state)
            if isinstance(part, Attachment) and part.state in before
            else part
            for part in self.message.parts
        )
        if parts == self.message.parts:
            raise FoundryError(
                f"no file can become {state!r}\n"
                f"looked at message {self.message.guid} for one that is "
                f"{' or '.join(before)}\n"
                "awaits_files(), attach() and download() come in this order"
            )
        return self._with(parts=parts)

    @checked
    def also_in(self, other: Chat) -> Draft:
        """Let it stand in a second chat, too.

        Raises:
            FoundryError: it is the chat that it is in, or one of both is a group.
        """
        return self.trait(also_in=rare_facts.second_chat(self.chat, other))

    def resent_as_sms(self) -> Draft:
        """Send an iMessage that did not get through as SMS: the one row stands
        in the chats of both services (before macOS 26; §26.2)."""
        contradictions.check_resent(self.chat, self.message)
        other = self._phone.direct(
            self.chat.people[0], address=self.chat.founders[0], service="SMS"
        )
        self.also_in(other)
        return self.set(service="SMS", date_delivered=0, date_read=0).trait(
            downgraded=True
        )
