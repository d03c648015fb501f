"""Verbs of a live phone that react to a message, change it or delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from pytest_imessage_foundry.chatdb.live_steps import LiveSteps
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import StickerFacts
from pytest_imessage_foundry.conversations.authoring.words import ME, Content, When
from pytest_imessage_foundry.models import Message

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Attachment, Balloon, Persona, TapbackKind


class LiveReactions(LiveSteps):
    """A phone with the verbs for tapbacks, stickers, votes, edits and deletions."""

    @checked
    def tapback(
        self,
        message: Message | str,
        name: TapbackKind | str,
        *,
        by: Persona | str | None = None,
        part: int = 0,
        at: When | None = None,
        image: Attachment | None = None,
        is_bare: bool = False,
    ) -> Message:
        """React: 'loved', 'liked', ... or an emoji; as `Draft.tapback`. The row of the
        tapback that it takes the place of is deleted."""
        who = self._phone.known(by)
        return self._change(
            message,
            lambda draft: draft.tapback(
                name, by=who, part=part, at=at, image=image, is_bare=is_bare
            ),
        )

    @checked
    def remove_tapback(
        self,
        message: Message | str,
        *,
        keeps_added: bool = False,
        at: When | None = None,
    ) -> Message:
        """Remove the last tapback that stands: its row is deleted, unless
        `keeps_added`."""
        return self._change(
            message, lambda draft: draft.remove_tapback(keeps_added=keeps_added, at=at)
        )

    @checked
    def sticker(
        self,
        message: Message | str,
        *,
        by: Persona | str | None = None,
        at: When | None = None,
        image: Attachment | None = None,
        **facts: Unpack[StickerFacts],
    ) -> Message:
        """Place a sticker on a bubble."""
        who = self._phone.known(by)
        return self._change(
            message, lambda draft: draft.sticker(by=who, at=at, image=image, **facts)
        )

    @checked
    def react_in_text(
        self,
        message: Message | str,
        name: str,
        *,
        by: Persona | str | None = None,
        language: str = "en",
        removed: bool = False,
        at: When | None = None,
    ) -> Message:
        """React by a message of its own, as `Draft.react_in_text`."""
        chat, draft = self._find(message)
        who = self._phone.known(by)
        return self._say(
            chat.conversation(),
            lambda _: draft.react_in_text(
                name, by=who, language=language, removed=removed, at=at
            ),
        )

    @checked
    def vote(
        self,
        message: Message | str,
        *choices: str,
        by: Persona | str = ME,
        at: When | None = None,
        is_noted: bool = False,
    ) -> Message:
        """Vote in a poll: the voter's complete choice, by the options' texts."""
        who = self._phone.known(by) or ME
        return self._change(
            message,
            lambda draft: draft.vote(*choices, by=who, at=at, is_noted=is_noted),
        )

    @checked
    def add_choice(
        self,
        message: Message | str,
        text: str,
        *,
        by: Persona | str = ME,
        at: When | None = None,
    ) -> Message:
        """Add a choice to a running poll."""
        who = self._phone.known(by) or ME
        return self._change(
            message, lambda draft: draft.add_choice(text, by=who, at=at)
        )

    @checked
    def edit(
        self,
        message: Message | str,
        text: Content,
        *,
        part: int = 0,
        at: When | None = None,
        balloon: Balloon | None = None,
    ) -> Message:
        """Change what a part says, now.

        An `at` before now is a change of which this phone hears late.

        Raises:
            FoundryError: the message is more than 15 minutes old by then.
        """
        return self._change(
            message, lambda draft: draft.edit(text, part=part, at=at, balloon=balloon)
        )

    @checked
    def unsend(
        self,
        message: Message | str,
        part: int | None = None,
        *,
        at: When | None = None,
    ) -> Message:
        """Take one part back, or the whole message, now; `at` as for `edit`.

        Raises:
            FoundryError: the message is more than 2 minutes old by then.
        """
        return self._change(message, lambda draft: draft.unsend(part, at=at))

    @checked
    def delete(
        self,
        message: Message | str,
        *,
        permanent: bool = False,
        parts: tuple[int, ...] = (),
        at: When | None = None,
    ) -> Message:
        """Move a message to Recently Deleted, or with `permanent=True` delete it for
        good; `parts` names some of its parts.

        Raises:
            FoundryError: it was deleted before, and no further.
        """
        return self._change(
            message,
            lambda draft: draft.delete(permanent=permanent, parts=parts, at=at),
        )
