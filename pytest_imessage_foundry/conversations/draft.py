"""One message that is written by hand, and what still happens to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.apple_time import (
    MINUTE,
    SECOND,
    from_datetime,
    from_iso,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    ORDINARY,
    Attachment,
    Deletion,
    Edit,
    Message,
    Persona,
    Poll,
    PollChoice,
    PollOption,
    PollVote,
    Removal,
    Reply,
    Run,
    Sticker,
    Tapback,
    TextPart,
    Unsent,
    part_range,
    utf16_length,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.chat import Chat
    from pytest_imessage_foundry.models import Balloon, Part, TapbackKind

When = datetime | str | int
Content = str | Run | TextPart | Attachment | Sequence[Run | str]

ME = "me"
# Apple's own limits (SEMANTICS §8).
EDIT_WITHIN = 15 * MINUTE
UNSEND_WITHIN = 2 * MINUTE
_CLASSIC = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")


class Draft:
    """A message that things can still happen to; each step gives it back."""

    def __init__(self, chat: Chat, message: Message) -> None:
        self._chat = chat
        self._phone = chat.phone
        self.message = message

    def tapback(
        self,
        name: TapbackKind | str,
        *,
        by: Persona | str | None = None,
        part: int = 0,
        at: When | None = None,
    ) -> Draft:
        """React to a part: 'loved', 'liked', ... or an emoji itself. Without `by`
        it is the other side of a one-to-one chat, or the owner."""
        emoji, sticker = None, None
        if name == "sticker":
            self._phone.require("sticker_tapbacks", "a sticker tapback")
            sticker = self._phone.file("sticker")
        elif name not in _CLASSIC:
            self._phone.require("emoji_tapbacks", "an emoji tapback")
            emoji, name = name, "emoji"
        sender = self._other_side(by)
        tapback = Tapback(
            guid=self._phone.new_guid(),
            date=self._phone.tick(at, 5, 40, mine=sender is None),
            sender=sender,
            name=name,  # type: ignore[arg-type]
            part=part,
            emoji=emoji,
            sticker=sticker,
        )
        return self._with(tapbacks=(*self.message.tapbacks, tapback))

    def remove_tapback(
        self, *, keeps_added: bool = False, at: When | None = None
    ) -> Draft:
        """Take the last tapback back."""
        if not self.message.tapbacks:
            raise FoundryError(
                "there is no tapback to take back\n"
                f"looked at message {self.message.guid}\ncall tapback() first"
            )
        *others, last = self.message.tapbacks
        removal = Removal(
            guid=self._phone.new_guid(),
            date=self._phone.tick(at, 5, 40, mine=last.sender is None),
            keeps_added=keeps_added,
        )
        return self._with(tapbacks=(*others, replace(last, removed=removal)))

    def sticker(
        self, *, by: Persona | str | None = None, at: When | None = None, **facts: Any
    ) -> Draft:
        """Place a sticker on the bubble."""
        sender = self._other_side(by)
        sticker = Sticker(
            guid=self._phone.new_guid(),
            date=self._phone.tick(at, 5, 40, mine=sender is None),
            sender=sender,
            image=self._phone.file("sticker"),
            **facts,
        )
        return self._with(stickers=(*self.message.stickers, sticker))

    def edit(
        self,
        text: Content,
        *,
        part: int = 0,
        at: When | None = None,
        balloon: Balloon | None = None,
    ) -> Draft:
        """Change what a part says; the history keeps what it said."""
        before = self.message.parts[part]
        after = part_of(text)
        if not isinstance(before, TextPart) or not isinstance(after, TextPart):
            raise FoundryError(
                "only text can be edited\n"
                f"part {part} is {before.kind}\nname another part"
            )
        edit = Edit(
            date=self._within(at, EDIT_WITHIN, "edited within 15 minutes"),
            before=before,
            part=part,
        )
        parts = list(self.message.parts)
        parts[part] = after
        return self._with(
            parts=tuple(parts),
            edits=(*self.message.edits, edit),
            balloon=balloon if balloon is not None else self.message.balloon,
        )

    def unsend(self, part: int | None = None, *, at: When | None = None) -> Draft:
        """Take one part back, or the whole message."""
        date = self._within(at, UNSEND_WITHIN, "unsent within 2 minutes")
        parts = tuple(
            _gone(each, date) if part in (None, number) else each
            for number, each in enumerate(self.message.parts)
        )
        return self._with(parts=parts, balloon=None)

    def vote(
        self, *choices: str, by: Persona | str = ME, at: When | None = None
    ) -> Draft:
        """Vote in a poll: the voter's complete choice, by the options' texts."""
        poll = self._poll()
        every = [*poll.options, *(added.option for added in poll.added)]
        ids = {option.text: option.id for option in every}
        voter = address_of(by)
        vote = PollVote(
            guid=self._phone.new_guid(),
            date=self._phone.tick(at, 10, 90, mine=voter is None),
            voter=voter,
            options=tuple(ids[choice] for choice in choices),
        )
        return self._with(balloon=replace(poll, votes=(*poll.votes, vote)))

    def add_choice(
        self, text: str, *, by: Persona | str = ME, at: When | None = None
    ) -> Draft:
        """Add a choice to a running poll."""
        poll = self._poll()
        creator = address_of(by)
        added = PollChoice(
            guid=self._phone.new_guid(),
            date=self._phone.tick(at, 10, 90, mine=creator is None),
            option=PollOption(id=self._phone.new_guid(), text=text, creator=creator),
        )
        return self._with(balloon=replace(poll, added=(*poll.added, added)))

    def delete(
        self,
        *,
        permanent: bool = False,
        parts: tuple[int, ...] = (),
        at: When | None = None,
    ) -> Draft:
        """Delete it on this phone: into Recently Deleted, or for good."""
        date = self._phone.tick(at, 10, 60)
        return self.trait(deleted=Deletion(date=date, parts=parts, permanent=permanent))

    def trait(self, **traits: Any) -> Draft:
        """Set fields of `models.Traits`."""
        changed = replace(self.message.traits, **traits)
        return self._with(traits=ORDINARY if changed == ORDINARY else changed)

    def set(self, **facts: Any) -> Draft:
        """Set fields of `models.Message`."""
        return self._with(**facts)

    def as_target(self, part: int = 0) -> Reply:
        """What a reply to a part of this message points at.

        All replies of a thread point at its first message (SEMANTICS §7).
        """
        if self.message.reply_to is not None:
            return self.message.reply_to
        location, length = part_range(self.message, part)
        return Reply(
            guid=self.message.guid, part=part, location=location, length=length
        )

    def _poll(self) -> Poll:
        if not isinstance(self.message.balloon, Poll):
            raise FoundryError(
                "only a poll can be voted in\n"
                f"looked at message {self.message.guid}, which is none\n"
                "send one with balloon=Poll(...)"
            )
        return self.message.balloon

    def _with(self, **changes: Any) -> Draft:
        self.message = replace(self.message, **changes)
        return self

    def _within(self, at: When | None, limit: int, rule: str) -> int:
        """A time for a change that Apple allows for a while only."""
        done = [edit.date for edit in self.message.edits]
        last = max([self.message.date, *done])
        if at is None:
            return min(last + 20 * SECOND, self.message.date + limit)
        moment = when(at)
        if not last <= moment <= self.message.date + limit:
            raise FoundryError(
                f"a message can only be {rule}\n"
                f"the time given is {(moment - self.message.date) // SECOND} s after "
                "it was sent\nleave `at` out, or give an earlier time"
            )
        return moment

    def _other_side(self, by: Persona | str | None) -> str | None:
        if by is not None:
            return address_of(by)
        if self.message.sender is not None or self._chat.is_group:
            return None
        return self._chat.people[0].identifier


def when(moment: When) -> int:
    """Nanoseconds since 2001 of a datetime, an ISO 8601 text, or themselves."""
    if isinstance(moment, int):
        return moment
    return from_iso(moment) if isinstance(moment, str) else from_datetime(moment)


def address_of(who: Persona | str | None) -> str | None:
    if who is None or who == ME:
        return None
    if isinstance(who, str):
        return who
    return None if who.is_self else who.identifier


def part_of(content: Content | Part) -> Part:
    if isinstance(content, str):
        return TextPart(content)
    if isinstance(content, Run):
        return TextPart.of(content)
    if isinstance(content, (TextPart, Attachment, Unsent)):
        return content
    return TextPart.of(*content)


def _gone(part: Part, date: int) -> Unsent:
    if isinstance(part, Unsent):
        return part
    length = utf16_length(part.text) if isinstance(part, TextPart) else 1
    return Unsent(date=date, length=length)
