"""Verbs of a live phone that announce something by a row of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from pytest_imessage_foundry.chatdb.live_steps import LiveSteps
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    DoneFacts,
    HappeningFacts,
    LiveEventFacts,
)
from pytest_imessage_foundry.conversations.authoring.resumed import Where
from pytest_imessage_foundry.models import Message

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import EventKind, Persona


class LiveEvents(LiveSteps):
    """A phone with the verbs that change the members, name and pictures of a chat."""

    @checked
    def event(
        self, chat: Where, kind: EventKind, **facts: Unpack[LiveEventFacts]
    ) -> Message:
        """Announce something by a row of its own; `facts` as for `Chat.event`."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.event(kind, **fields))

    @checked
    def added(
        self,
        chat: Where,
        who: Persona | str,
        *,
        real: bool = False,
        **facts: Unpack[DoneFacts],
    ) -> Message:
        """Let somebody into a group; `facts` as for `Chat.added`."""
        fields = self._people({**facts, "who": who, "real": real})
        return self._say(chat, lambda into: into.added(**fields))

    @checked
    def removed(
        self, chat: Where, who: Persona | str, **facts: Unpack[DoneFacts]
    ) -> Message:
        """Take somebody out of a group; 'me' is the owner."""
        fields = self._people({**facts, "who": who})
        return self._say(chat, lambda into: into.removed(**fields))

    @checked
    def left(
        self, chat: Where, who: Persona | str = "me", **facts: Unpack[HappeningFacts]
    ) -> Message:
        """Let somebody leave a group."""
        fields = self._people({**facts, "who": who})
        return self._say(chat, lambda into: into.left(**fields))

    @checked
    def number_changed(
        self,
        chat: Where,
        old: Persona | str,
        new: str,
        *,
        real: bool = False,
        **facts: Unpack[HappeningFacts],
    ) -> Message:
        """Give a member a new number; as `Chat.number_changed`."""
        known = self._phone.known(old)
        meant = known if known is not None and old not in known.addresses else old
        return self._say(
            chat, lambda into: into.number_changed(meant, new, real=real, **facts)
        )

    @checked
    def rename(
        self, chat: Where, name: str | None, **facts: Unpack[DoneFacts]
    ) -> Message:
        """Give a group a name, or take it away with None."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.rename(name, **fields))

    @checked
    def set_photo(self, chat: Where, **facts: Unpack[DoneFacts]) -> Message:
        """Give a group a photo."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.set_photo(**fields))

    @checked
    def set_background(self, chat: Where, **facts: Unpack[DoneFacts]) -> Message:
        """Give a chat a background (macOS 26); who does it is `by`."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.set_background(**fields))

    @checked
    def remove_background(self, chat: Where, **facts: Unpack[DoneFacts]) -> Message:
        """Remove a chat's background."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.remove_background(**fields))
