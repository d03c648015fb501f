"""Reactions to a message that is written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, Unpack

from pytest_imessage_foundry.conversations.authoring import (
    coherence,
    contradictions,
    text_reactions,
)
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import StickerFacts
from pytest_imessage_foundry.conversations.authoring.words import (
    ME,
    When,
    address_of,
    stuck,
    unknown,
)
from pytest_imessage_foundry.conversations.authoring.written_message import (
    WrittenMessage,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    Attachment,
    Persona,
    Poll,
    PollChoice,
    PollOption,
    PollVote,
    Removal,
    Replaced,
    Sticker,
    Tapback,
)
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.models import Message, TapbackKind

_CLASSIC = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")


class DraftReactions(WrittenMessage):
    """A message with the verbs that add tapbacks, stickers and votes."""

    @checked
    def tapback(
        self,
        name: TapbackKind | str,
        *,
        by: Persona | str | None = None,
        part: int = 0,
        at: When | None = None,
        image: Attachment | None = None,
        is_bare: bool = False,
    ) -> Self:
        """React to a part: 'loved', 'liked', ... or an emoji itself. Without `by`
        it is the other side of a one-to-one chat, or the owner. `image` is that of a
        'sticker'; `is_bare` names the message without its part.

        It takes the place of the tapback that the same person has on the part: one of
        each person stands. Stickers take the place of nothing.
        """
        self._check_part(part)
        emoji, sticker = None, None
        if name == "sticker":
            self._phone.require("sticker_tapbacks", "a sticker tapback")
            sticker = image or self._phone.file("sticker")
        elif name not in _CLASSIC:
            if name.isascii():
                raise unknown("tapback", name, (*_CLASSIC, "sticker", "an emoji"))
            self._phone.require("emoji_tapbacks", "an emoji tapback")
            emoji, name = name, "emoji"
        sender, date = self._reacting(by, at, 5, 40)
        before = None
        if name != "sticker":
            before = coherence.standing_tapback(self.message, sender, part)
            _check_after_removals(self.message, sender, part, date)
        guid = self._phone.new_guid()
        tapback = Tapback(
            guid=guid,
            date=date,
            sender=sender,
            name=name,  # type: ignore[arg-type]
            part=part,
            emoji=emoji,
            sticker=stuck(sticker, guid) if sticker is not None else None,
            is_bare=is_bare,
            replaced=() if before is None else _replaced(before, date),
        )
        others = [each for each in self.message.tapbacks if each is not before]
        return self._with(tapbacks=(*others, tapback))

    @checked
    def remove_tapback(
        self, *, keeps_added: bool = False, at: When | None = None
    ) -> Self:
        """Remove the last tapback that stands."""
        standing = [each for each in self.message.tapbacks if each.removed is None]
        if not standing:
            raise FoundryError(
                "there is no tapback to take back\n"
                f"looked at message {self.message.guid}\ncall tapback() first"
            )
        last = standing[-1]
        mine = last.sender is None
        date = self._phone.tick(at, 5, 40, mine=mine, after=last.date)
        if date < last.date:
            raise FoundryError(
                "a tapback cannot be taken back before it was there\n"
                f"looked at the last one of message {self.message.guid}\n"
                "give a later `at`"
            )
        self.chat.attendance.check_present(last.sender, date)
        removal = Removal(
            guid=self._phone.new_guid(),
            date=date,
            keeps_added=keeps_added,
        )
        tapbacks = tuple(
            replace(each, removed=removal) if each is last else each
            for each in self.message.tapbacks
        )
        return self._with(tapbacks=tapbacks)

    @checked
    def sticker(
        self,
        *,
        by: Persona | str | None = None,
        at: When | None = None,
        image: Attachment | None = None,
        **facts: Unpack[StickerFacts],
    ) -> Self:
        """Place a sticker on the bubble."""
        self._check_part(facts.get("part", 0))
        sender, date = self._reacting(by, at, 5, 40)
        guid = self._phone.new_guid()
        sticker = Sticker(
            guid=guid,
            date=date,
            sender=sender,
            image=stuck(image or self._phone.file("sticker"), guid),
            **facts,
        )
        return self._with(stickers=(*self.message.stickers, sticker))

    @checked
    def vote(
        self,
        *choices: str,
        by: Persona | str = ME,
        at: When | None = None,
        is_noted: bool = False,
    ) -> Self:
        """Vote in a poll: the voter's complete choice, by the options' texts. With
        `is_noted` the vote states when Apple's server got it."""
        poll = self._poll()
        every = [*poll.options, *(added.option for added in poll.added)]
        ids = {option.text: option.id for option in every}
        for choice in choices:
            if choice not in ids:
                raise unknown("choice", choice, ids)
        voter, date = self._reacting(by, at, 10, 90)
        vote = PollVote(
            guid=self._phone.new_guid(),
            date=date,
            voter=voter,
            options=tuple(ids[choice] for choice in choices),
            server_date=date + SECOND // 2 if is_noted else 0,
        )
        return self._with(balloon=replace(poll, votes=(*poll.votes, vote)))

    @checked
    def add_choice(
        self, text: str, *, by: Persona | str = ME, at: When | None = None
    ) -> Self:
        """Add a choice to a running poll."""
        poll = self._poll()
        creator, date = self._reacting(by, at, 10, 90)
        added = PollChoice(
            guid=self._phone.new_guid(),
            date=date,
            option=PollOption(id=self._phone.new_guid(), text=text, creator=creator),
        )
        return self._with(balloon=replace(poll, added=(*poll.added, added)))

    @checked
    def react_in_text(
        self,
        name: str,
        *,
        by: Persona | None = None,
        language: str = "en",
        removed: bool = False,
        at: When | None = None,
    ) -> Draft:
        """React as SMS and old phones do: by a message of its own, which is given.

        `name` is 'loved', 'liked', ... or an emoji itself. Without `by` it is the
        other side of a one-to-one chat, or the owner.
        """
        text = text_reactions.words(
            self.message, name, language=language, removed=removed
        )
        how: dict[str, Any] = {"service": self.message.service}
        how |= {"at": at} if at is not None else {}
        if self._is_mine(by):
            return self.chat.send(text, **how)
        return self.chat.receive(text, sender=by, **how)

    def _poll(self) -> Poll:
        if not isinstance(self.message.balloon, Poll):
            raise FoundryError(
                "only a poll can be voted in\n"
                f"looked at message {self.message.guid}, which is none\n"
                "send one with balloon=Poll(...)"
            )
        return self.message.balloon

    def _reacting(
        self, by: Persona | str | None, at: When | None, low: int, high: int
    ) -> tuple[str | None, int]:
        """Return who does something to the message, and when. Refuse who cannot do
        it."""
        mine = self._is_mine(by)
        date = self._phone.tick(at, low, high, mine=mine, after=self.message.date)
        contradictions.check_order(self.message, date, "reacted to")
        sender = None if mine else self.chat.founders[0]
        if by is not None:
            sender = self.chat.address_in(by, date)
        self.chat.attendance.check_present(sender, date)
        return sender, date

    def _is_mine(self, by: Persona | str | None) -> bool:
        """Return whether the owner does it: by default in groups, and to what was
        received."""
        if by is not None:
            return address_of(by) is None
        return self.message.sender is not None or self.chat.is_group


def _check_after_removals(
    message: Message, sender: str | None, part: int, date: int
) -> None:
    """Refuse a tapback before the moment when the same person took theirs back."""
    own = [e for e in message.tapbacks if (e.sender, e.part) == (sender, part)]
    for each in own:
        if each.name != "sticker" and each.removed and date < each.removed.date:
            early = (each.removed.date - date) / SECOND
            raise FoundryError(
                "a tapback cannot come before the same person took back the last one\n"
                f"looked at {each.name!r}, which was taken back {early:,.0f} s later\n"
                "give a later `at`"
            )


def _replaced(before: Tapback, date: int) -> tuple[Replaced, ...]:
    """Return what a tapback of `date` takes the place of."""
    if date < before.date:
        early = (before.date - date) / SECOND
        raise FoundryError(
            "a tapback cannot take the place of one that came later\n"
            f"looked at {before.name!r} of the same person, which is {early:,.0f} s "
            "younger\ngive a later `at`"
        )
    return (*before.replaced, Replaced(guid=before.guid, date=before.date))
