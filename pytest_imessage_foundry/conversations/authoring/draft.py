"""One message that is written by hand, and what still happens to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from pytest_imessage_foundry.attachments.sending import in_state
from pytest_imessage_foundry.conversations.authoring import (
    coherence,
    contradictions,
    rare_facts,
    text_reactions,
)
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    ChangedFacts,
    StickerFacts,
    TraitFacts,
)
from pytest_imessage_foundry.conversations.authoring.held import check
from pytest_imessage_foundry.conversations.authoring.words import (
    ME,
    Content,
    When,
    address_of,
    part_of,
    stuck,
    unknown,
    when,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
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
    Sticker,
    Tapback,
    TextPart,
    Unsent,
    part_range,
    utf16_length,
)
from pytest_imessage_foundry.models.apple_time import (
    EDIT_WITHIN,
    SECOND,
    UNSEND_WITHIN,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.models import (
        Attachment,
        Balloon,
        FileState,
        Part,
        TapbackKind,
    )

EDITS = 5  # at most, as Apple's own limits have it (SEMANTICS §8)
_CLASSIC = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")


class Draft:
    """A message that things can still happen to; each step gives it back.

    Attributes:
        chat: the chat that it is in.
        message: how it is now.
    """

    def __init__(self, chat: Chat, message: Message) -> None:
        self.chat = chat
        self._phone = chat.phone
        self.message = message

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
    ) -> Draft:
        """React to a part: 'loved', 'liked', ... or an emoji itself. Without `by`
        it is the other side of a one-to-one chat, or the owner. `image` is that of a
        'sticker'; `is_bare` names the message without its part."""
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
        )
        return self._with(tapbacks=(*self.message.tapbacks, tapback))

    @checked
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
        return self._with(tapbacks=(*others, replace(last, removed=removal)))

    @checked
    def sticker(
        self,
        *,
        by: Persona | str | None = None,
        at: When | None = None,
        image: Attachment | None = None,
        **facts: Unpack[StickerFacts],
    ) -> Draft:
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

    @checked
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

    @checked
    def vote(
        self,
        *choices: str,
        by: Persona | str = ME,
        at: When | None = None,
        is_noted: bool = False,
    ) -> Draft:
        """Vote in a poll: the voter's complete choice, by the options' texts. One that
        `is_noted` states when Apple's server got it."""
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
    ) -> Draft:
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
    def delete(
        self,
        *,
        permanent: bool = False,
        parts: tuple[int, ...] = (),
        at: When | None = None,
    ) -> Draft:
        """Delete it on this phone: into Recently Deleted, or for good.

        Raises:
            FoundryError: it was deleted before, and no further.
        """
        contradictions.check_not_deleted(self.message, permanent=permanent)
        date = self._phone.tick(at, 10, 60, after=self.message.date)
        contradictions.check_order(self.message, date, "deleted")
        return self.trait(deleted=Deletion(date=date, parts=parts, permanent=permanent))

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

    @checked
    def trait(self, **traits: Unpack[TraitFacts]) -> Draft:
        """Set fields of `models.Traits`."""
        return self._with(traits=rare_facts.add(self.chat, self.message, {**traits}))

    @checked
    def set(self, **facts: Unpack[ChangedFacts]) -> Draft:
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
        left = coherence.standing(message)
        if part not in left:
            numbers = ", ".join(map(str, left)) or "none"
            raise FoundryError(
                f"there is no part {part}, or it is empty, or was unsent\n"
                f"looked at message {message.guid}, which has {numbers}\n"
                "name one of those"
            )

    def _kept_balloon(self, after: TextPart) -> Balloon | None:
        """Return the balloon that an edit leaves: a preview goes with its URL."""
        balloon = self.message.balloon
        url = getattr(balloon, "url", None)
        return None if url is not None and url not in after.text else balloon

    def _with(self, **changes: Any) -> Draft:
        changed = replace(self.message, **changes)
        check(self._phone, changed)
        contradictions.check_photo_stays(self.chat, changed)
        if changed.parts != self.message.parts:
            contradictions.check_files_agree(self, changed)
        self.message = changed
        return self

    def _within(self, at: When | None, limit: int, rule: str) -> int:
        """Return a time for a change that Apple allows only for a while."""
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

    def _reacting(
        self, by: Persona | str | None, at: When | None, low: int, high: int
    ) -> tuple[str | None, int]:
        """Who does something to the message, and when; both as they can be."""
        mine = self._is_mine(by)
        date = self._phone.tick(at, low, high, mine=mine, after=self.message.date)
        contradictions.check_order(self.message, date, "reacted to")
        sender = None if mine else self.chat.founders[0]
        if by is not None:
            sender = self.chat.address_in(by, date)
        self.chat.attendance.check_present(sender, date)
        return sender, date

    def _is_mine(self, by: Persona | str | None) -> bool:
        """Whether the owner does it: who is named, or else the other side."""
        if by is not None:
            return address_of(by) is None
        return self.message.sender is not None or self.chat.is_group


def _gone(part: Part, date: int) -> Unsent:
    if isinstance(part, Unsent):
        return part
    if isinstance(part, TextPart):
        return Unsent(date=date, length=utf16_length(part.text))
    return Unsent(date=date, length=1, was_attachment=True)
