"""The members of a chat that is written by hand, and who can write in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Roll
from pytest_imessage_foundry.models.members import moves

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.authoring.opened_chat import OpenedChat
    from pytest_imessage_foundry.models import Event, Message
    from pytest_imessage_foundry.models.members import Address

_BY_ANOTHER = {
    "added": "name a member with `by`, who lets them in",
    "removed": "call left(), or name with `by` who does it",
}


class Attendance:
    """The members of one chat at every moment.

    Attributes:
        events: the drafts whose events let people in or out, as they were written.
    """

    def __init__(self, chat: OpenedChat) -> None:
        self._chat = chat
        self.events: list[Draft] = []

    def roll(self, moment: int, before: Draft | None = None) -> Roll:
        """Who is in after all that happened up to a moment, or `before` a draft."""
        roll = Roll(self._chat.founders)
        for draft in sorted(self.events, key=lambda each: each.message.date):
            if draft is before or draft.message.date > moment:
                break
            roll.tell(draft.message)
        return roll

    def admit(self, draft: Draft) -> None:
        """Take a message into the account.

        Raises:
            FoundryError: its sender, or the owner, was not in the chat then, or what
                it announces contradicts who was, or what was written before.
        """
        message = draft.message
        self.check(message)
        if message.event is None or not any(moves(message.event, message.sender)):
            return
        self.events.append(draft)
        try:
            for other in self._chat.drafts:
                if other.message.date > message.date:
                    self.check(other.message, other)
        except FoundryError:
            self.events.remove(draft)
            raise

    def check(self, message: Message, before: Draft | None = None) -> None:
        """Refuse a message that could not be sent, or not be had, at its date."""
        roll = self.roll(message.date, before)
        out: tuple[Address, ...] = ()
        into: tuple[Address, ...] = ()
        if message.event is not None:
            out, into = moves(message.event, message.sender)
            self._check_by_another(message.event, message.sender)
        for address in out:
            if not roll.has(address):
                self._refuse(
                    address,
                    roll,
                    "is not in the chat, and cannot leave it",
                    "name a member, or give a time at which they are one",
                )
        for address in into:
            if roll.has(address):
                self._refuse(
                    address,
                    roll,
                    "is in the chat already",
                    "let them leave before, or name somebody else",
                )
        if message.sender not in into and message.sender != "":
            self._require(message.sender, roll, "cannot write in it")
        if None not in into:
            self._require(None, roll, "gets nothing of it")

    def _check_by_another(self, event: Event, sender: Address) -> None:
        """Refuse who adds or removes themselves: a row with one handle in both places
        says that a number changed (SEMANTICS §14)."""
        if event.kind in ("added", "removed") and event.who == sender:
            raise FoundryError(
                f"{self._chat.name_of(sender)} cannot be {event.kind} by themselves\n"
                f"looked at who does it in {self._chat.guid}, and to whom it is done\n"
                + _BY_ANOTHER[event.kind]
            )

    def check_present(self, address: Address, moment: int) -> None:
        """Refuse what somebody does to a message who was not in its chat then."""
        roll = self.roll(moment)
        self._require(address, roll, "cannot react in it")
        self._require(None, roll, "gets nothing of it")

    def _require(self, address: Address, roll: Roll, what: str) -> None:
        if not roll.has(address):
            when = "no longer" if roll.knew(address) else "not"
            self._refuse(
                address,
                roll,
                f"is {when} in the chat then, and {what}",
                "let somebody add them before, or give a time at which they are in it",
            )

    def _refuse(self, address: Address, roll: Roll, what: str, advice: str) -> None:
        everybody: tuple[Address, ...] = (None, *roll.present)
        present = [self._chat.name_of(each) for each in everybody if roll.has(each)]
        raise FoundryError(
            f"{self._chat.name_of(address)} {what}\n"
            "looked among those who were in it at that moment: "
            f"{', '.join(present) or 'nobody'}\n{advice}"
        )
