"""Verbs of a live phone that send and receive messages and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from pytest_imessage_foundry.chatdb.live_chats import LiveChats
from pytest_imessage_foundry.conversations.authoring.contradictions import (
    check_order,
    check_resent,
)
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    FileFacts,
    LiveFacts,
    LiveSentFacts,
    TraitFacts,
)
from pytest_imessage_foundry.conversations.authoring.resumed import Where
from pytest_imessage_foundry.conversations.authoring.words import Content, When
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Message

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Attachment, Persona, Reply


class LiveMessages(LiveChats):
    """A phone with the verbs that write messages and change their state."""

    @checked
    def file(self, kind: str = "photo", **facts: Unpack[FileFacts]) -> Attachment:
        """Make a file to send, as `Author.file` does."""
        return self._phone.file(kind, **facts)

    @checked
    def receive(
        self,
        chat: Where,
        *content: Content,
        sender: Persona | str | None = None,
        joins_later: bool = False,
        attaches_later: bool = False,
        nameless: bool = False,
        **facts: Unpack[LiveFacts],
    ) -> Message:
        """Receive a message, which is unread. In a group name the `sender`.

        With `joins_later` the row is there and belongs to no chat until `join()`; with
        `attaches_later` its files follow by `attach()`, and then `download()`.
        An `at` before the newest message is one that comes late, as iCloud brings
        them: an old date under a new ROWID. `facts` are as for `Chat.receive`.
        """
        fields = self._unseen({**facts}) | {"sender": self._phone.known(sender)}
        fields |= {"nameless": nameless}
        return self._say(
            chat,
            lambda into: _awaiting(into.receive(*content, **fields), attaches_later),
            joins_later,
        )

    @checked
    def send(
        self,
        chat: Where,
        *content: Content,
        joins_later: bool = False,
        **facts: Unpack[LiveSentFacts],
    ) -> Message:
        """Send a message, which is not yet delivered."""
        fields = self._unseen({**facts})
        return self._say(chat, lambda into: into.send(*content, **fields), joins_later)

    @checked
    def attach(self, message: Message | str) -> Message:
        """Insert the rows of a message's files, which are not there yet."""
        return self._change(message, lambda draft: draft.attach())

    @checked
    def download(self, message: Message | str) -> Message:
        """Let a message's files arrive."""
        return self._change(message, lambda draft: draft.download())

    @checked
    def also_in(self, message: Message | str, chat: Where) -> Message:
        """Let a message stand in a second one-to-one chat."""
        other = self._chat(chat)
        return self._change(message, lambda draft: draft.also_in(other))

    @checked
    def resent_as_sms(self, message: Message | str) -> Message:
        """Send an iMessage that did not get through as SMS: its row stands in the
        chats of both services (before macOS 26), the second of which is opened first
        if there is none.

        Raises:
            FoundryError: it is none of the owner's, in a group, or no iMessage.
        """
        chat, draft = self._find(message)
        check_resent(chat, draft.message)
        with self._one_step:
            self.direct(chat.people[0], address=chat.founders[0], service="SMS")
            return self._change(message, lambda draft: draft.resent_as_sms())

    @checked
    def trait(self, message: Message | str, **traits: Unpack[TraitFacts]) -> Message:
        """Set fields of a message's `models.Traits`: that its audio was heard, that a
        mention was not seen, its translation, its schedule, ...

        Raises:
            FoundryError: a row that is in a chat was to leave it: Apple's triggers
                delete what no chat holds.
        """
        _, found = self._find(message)
        if traits.get("chatless") and not found.message.traits.chatless:
            raise FoundryError(
                "a message that is in its chat does not leave it and stay\n"
                f"looked at message {found.message.guid}; Apple's triggers delete it\n"
                "call delete(), or send it with joins_later=True"
            )
        return self._change(message, lambda draft: draft.trait(**traits))

    @checked
    def target(self, message: Message | str, part: int = 0) -> Reply:
        """Return what a reply to one part of a message takes as `reply_to`."""
        return self._find(message)[1].as_target(part)

    @checked
    def join(self, message: Message | str) -> Message:
        """Insert the join row of a message that was to join later."""
        return self._change(message, lambda draft: draft.trait(chatless=False))

    @checked
    def deliver(self, message: Message | str, *, at: When | None = None) -> Message:
        """Deliver an own message to the other side.

        Raises:
            FoundryError: it is none of the owner's.
        """

        def act(draft: Draft) -> None:
            if draft.message.sender is not None:
                raise FoundryError(
                    "only an own message is delivered\n"
                    f"message {draft.message.guid} is from {draft.message.sender}\n"
                    "call read() for one that was received"
                )
            moment = self._phone.tick(at, 1, 3)
            check_order(draft.message, moment, "delivered")
            draft.set(date_delivered=moment)

        return self._change(message, act)

    @checked
    def read(self, message: Message | str, *, at: When | None = None) -> Message:
        """Let the owner read what was received, or the other side what was sent.

        Raises:
            FoundryError: it was sent to a group.
        """
        chat, _ = self._find(message)

        def act(draft: Draft) -> None:
            if draft.message.sender is None and chat.is_group:
                raise FoundryError(
                    "no group tells its sender who read what\n"
                    f"message {draft.message.guid} is in a group\n"
                    "call read() for what was received"
                )
            moment = self._phone.tick(at, 5, 60)
            check_order(draft.message, moment, "read")
            delivered = draft.message.date_delivered
            if draft.message.sender is None:
                draft.set(date_delivered=delivered or moment)
            draft.set(date_read=moment)

        return self._change(message, act)

    @checked
    def fail(self, message: Message | str, error: int = 22) -> Message:
        """Let an own message fail to be sent."""
        return self._change(message, lambda draft: draft.trait(error=error))


def _awaiting(draft: Draft, attaches_later: bool) -> Draft:
    return draft.awaits_files() if attaches_later else draft
