"""One message that is written by hand, and what still happens to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from pytest_imessage_foundry.db.rows.columns import FILTER_SUB_ACTIONS
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    ORDINARY,
    Attachment,
    Deletion,
    Edit,
    FilterCategory,
    Message,
    Persona,
    Poll,
    PollChoice,
    PollOption,
    PollVote,
    Removal,
    Reply,
    Run,
    SendEffect,
    Sticker,
    Tapback,
    TextPart,
    Unsent,
    part_range,
    utf16_length,
)
from pytest_imessage_foundry.models.apple_time import (
    MINUTE,
    SECOND,
    from_datetime,
    from_iso,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.models import Balloon, Part, TapbackKind

When = datetime | str | int
Content = str | Run | TextPart | Attachment | Sequence[Run | str]

ME = "me"
# Apple's own limits (SEMANTICS §8).
EDITS = 5
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
        self._check_part(part)
        emoji, sticker = None, None
        if name == "sticker":
            self._phone.require("sticker_tapbacks", "a sticker tapback")
            sticker = self._phone.file("sticker")
        elif name not in _CLASSIC:
            if name.isascii():
                raise unknown("tapback", name, (*_CLASSIC, "sticker", "an emoji"))
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
        self, *, by: Persona | str | None = None, at: When | None = None, **fields: Any
    ) -> Draft:
        """Place a sticker on the bubble."""
        self._check_part(fields.get("part", 0))
        sender = self._other_side(by)
        sticker = Sticker(
            guid=self._phone.new_guid(),
            date=self._phone.tick(at, 5, 40, mine=sender is None),
            sender=sender,
            image=self._phone.file("sticker"),
            **fields,
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
        self._check_part(part)
        if len([each for each in self.message.edits if each.part == part]) == EDITS:
            raise FoundryError(
                f"a message can only be edited {EDITS} times\n"
                f"looked at message {self.message.guid}, which was\n"
                "leave this edit out"
            )
        if not self.message.parts:
            raise FoundryError(
                "only text can be edited\n"
                f"message {self.message.guid} has none\nsend it with a text"
            )
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
            balloon=balloon or self._kept_balloon(after),
        )

    def unsend(self, part: int | None = None, *, at: When | None = None) -> Draft:
        """Take one part back, or the whole message."""
        if part is not None or self.message.event is not None:
            self._check_part(part or 0)
        date = self._within(at, UNSEND_WITHIN, "unsent within 2 minutes")
        parts = tuple(
            _gone(each, date) if part in (None, number) else each
            for number, each in enumerate(self.message.parts)
        )
        # An app's balloon is a part, too, though the truth has none for it.
        return self._with(parts=parts or (Unsent(date=date, length=1),), balloon=None)

    def vote(
        self, *choices: str, by: Persona | str = ME, at: When | None = None
    ) -> Draft:
        """Vote in a poll: the voter's complete choice, by the options' texts."""
        poll = self._poll()
        every = [*poll.options, *(added.option for added in poll.added)]
        ids = {option.text: option.id for option in every}
        for choice in choices:
            if choice not in ids:
                raise unknown("choice", choice, ids)
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

    def set(self, **fields: Any) -> Draft:
        """Set fields of `models.Message`."""
        return self._with(**fields)

    def as_target(self, part: int = 0) -> Reply:
        """What a reply to a part of this message points at.

        All replies of a thread point at its first message (SEMANTICS §7).
        """
        if self.message.reply_to is not None:
            return self.message.reply_to
        self._check_part(part)
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

    def _check_part(self, part: int) -> None:
        """Refuse to do something to a part that is not there."""
        message = self.message
        parts = list(range(len(message.parts) or int(message.event is None)))
        left = [n for n in parts if not isinstance(_at(message.parts, n), Unsent)]
        if part not in left:
            numbers = ", ".join(map(str, left)) or "none"
            raise FoundryError(
                f"there is no part {part}, or it was unsent\n"
                f"looked at message {message.guid}, which has {numbers}\n"
                "name one of those"
            )

    def _kept_balloon(self, after: TextPart) -> Balloon | None:
        """The balloon that an edit leaves: a preview goes with its URL."""
        balloon = self.message.balloon
        url = getattr(balloon, "url", None)
        return None if url is not None and url not in after.text else balloon

    def _with(self, **changes: Any) -> Draft:
        changed = replace(self.message, **changes)
        check(self._phone, changed)
        self.message = changed
        return self

    def _within(self, at: When | None, limit: int, rule: str) -> int:
        """A time for a change that Apple allows for a while only."""
        message = self.message
        done = [edit.date for edit in message.edits]
        done += [part.date for part in message.parts if isinstance(part, Unsent)]
        first, end = max([message.date, *done]), message.date + limit
        if at is None:
            # After what was said of it before, where there is time for that.
            said = [each.date for each in message.tapbacks if each.date < end]
            moment = min(max([first, *said]) + 20 * SECOND, max(first, end))
        else:
            moment = when(at)
        if not first <= moment <= end:
            raise FoundryError(
                f"a message can only be {rule}, and after its last change\n"
                f"this would be {(moment - message.date) // SECOND} s after it was "
                f"sent, its last change {(first - message.date) // SECOND} s\n"
                "give `at` between the two, or change it earlier before"
            )
        return moment

    def _other_side(self, by: Persona | str | None) -> str | None:
        if by is not None:
            return address_of(by)
        if self.message.sender is not None or self._chat.is_group:
            return None
        return self._chat.people[0].identifier


def when(moment: When) -> int:
    """Nanoseconds since 2001 of a datetime, an ISO 8601 text, or themselves.

    Times without an offset are UTC.
    """
    if isinstance(moment, int):
        return moment
    if isinstance(moment, str):
        return from_iso(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return from_datetime(moment)


def unknown(what: str, word: str, choice: Iterable[str]) -> FoundryError:
    """The error for a word that is none of `choice`."""
    return FoundryError(f"unknown {what} {word!r} (choose from {', '.join(choice)})")


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


def _at(parts: Sequence[Part], number: int) -> Part | None:
    return parts[number] if number < len(parts) else None


def _gone(part: Part, date: int) -> Unsent:
    if isinstance(part, Unsent):
        return part
    if isinstance(part, TextPart):
        return Unsent(date=date, length=utf16_length(part.text))
    return Unsent(date=date, length=1, was_attachment=True)


def check(phone: Author, message: Message) -> None:
    """Refuse kinds of message that the release, or nobody, knows."""
    if message.effect is not None and message.effect not in get_args(SendEffect):
        raise unknown("effect", message.effect, get_args(SendEffect))
    runs = [r for p in message.parts if isinstance(p, TextPart) for r in p.runs]
    if any(run.effect for run in runs):
        phone.require("text_effects", "a text effect")
    if any(r.bold or r.italic or r.underline or r.strikethrough for r in runs):
        phone.require("text_styles", "styled text")
    if any(file.genmoji is not None for file in message.attachments):
        phone.require("genmoji", "a genmoji")
    if message.balloon is not None and message.balloon.kind == "poll":
        phone.require("polls", "a poll")
    if message.traits.schedule is not None:
        phone.require("send_later", "a Send Later message")
    if message.traits.translation is not None:
        phone.require("translation", "a message translation")
    if message.traits.filtered is not None:
        phone.require("filter_actions", "a message in a filter's category")
        _check_category(message, message.traits.filtered)
    if message.service == "RCS":
        phone.require("rcs", "an RCS message")
    if message.service == "iMessageLite":
        phone.require("satellite", "a satellite message")


def _check_category(message: Message, category: FilterCategory) -> None:
    """Only what was said has a category, and sub-actions belong to two actions."""
    if message.event is not None and message.event.kind != "audio-kept":
        raise FoundryError(
            "a row that announces something has no filter category\n"
            f"looked at message {message.guid}, which is {message.event.kind!r}\n"
            "give the category to a message"
        )
    known = [sub for action, sub in FILTER_SUB_ACTIONS if action == category.action]
    if category.sub_action not in ("none", *known):
        raise unknown(
            f"sub-action of {category.action!r}",
            category.sub_action,
            ("none", *known),
        )
