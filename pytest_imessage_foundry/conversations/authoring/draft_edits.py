"""Edits, unsends and deletions of a message that is written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pytest_imessage_foundry.conversations.authoring import contradictions
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.words import (
    Content,
    When,
    part_of,
    when,
)
from pytest_imessage_foundry.conversations.authoring.written_message import (
    WrittenMessage,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    Deletion,
    Edit,
    TextPart,
    Unsent,
    utf16_length,
)
from pytest_imessage_foundry.models.apple_time import EDIT_WITHIN, SECOND, UNSEND_WITHIN

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Balloon, Part

EDITS = 5  # Apple's own limit (SEMANTICS §8)


class DraftEdits(WrittenMessage):
    """A message with the verbs that edit, unsend and delete it."""

    @checked
    def edit(
        self,
        text: Content,
        *,
        part: int = 0,
        at: When | None = None,
        balloon: Balloon | None = None,
    ) -> Self:
        """Change what a part says; the history keeps what it said.

        Raises:
            FoundryError: it is none of text, or more than 15 minutes old then.
        """
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
    def unsend(self, part: int | None = None, *, at: When | None = None) -> Self:
        """Take one part back, or the whole message.

        Raises:
            FoundryError: there is no such part, or it is more than 2 minutes old then.
        """
        if part is not None or self.message.event is not None:
            self._check_part(part or 0)
        numbers = range(len(self.message.parts)) if part is None else (part,)
        contradictions.check_can_be_unsent(self.message, numbers)
        date = self._within(at, UNSEND_WITHIN, "unsent within 2 minutes")
        parts = tuple(
            _gone(each, date) if part in (None, number) else each
            for number, each in enumerate(self.message.parts)
        )
        # An app's balloon is a part too, but the truth has no part for it.
        return self._with(parts=parts or (Unsent(date=date, length=1),), balloon=None)

    @checked
    def delete(
        self,
        *,
        permanent: bool = False,
        parts: tuple[int, ...] = (),
        at: When | None = None,
    ) -> Self:
        """Delete it on this phone: into Recently Deleted, or for good.

        Raises:
            FoundryError: it was deleted before, and no further.
        """
        contradictions.check_not_deleted(self.message, permanent=permanent)
        date = self._phone.tick(at, 10, 60, after=self.message.date)
        contradictions.check_order(self.message, date, "deleted")
        return self.trait(deleted=Deletion(date=date, parts=parts, permanent=permanent))

    def _kept_balloon(self, after: TextPart) -> Balloon | None:
        """Return the balloon that an edit leaves: a preview goes with its URL."""
        balloon = self.message.balloon
        url = getattr(balloon, "url", None)
        return None if url is not None and url not in after.text else balloon

    def _within(self, at: When | None, limit: int, rule: str) -> int:
        """Return a time for a change that Apple allows only for a while."""
        message = self.message
        done = [edit.date for edit in message.edits]
        done += [part.date for part in message.parts if isinstance(part, Unsent)]
        first, end = max([message.date, *done]), message.date + limit
        if at is None:
            # After the reactions to it, if there is time for that.
            said = [each.date for each in message.tapbacks if each.date < end]
            moment = min(max([first, *said]) + 20 * SECOND, max(first, end))
            moment = self._phone._time_of_change(moment)
        else:
            moment = when(at)
        if not first <= moment <= end:
            raise FoundryError(
                f"a message can only be {rule}, and after its last change\n"
                f"this would be {(moment - message.date) // SECOND:,} s after it was "
                f"sent, its last change {(first - message.date) // SECOND:,} s\n"
                f"{self._phone._advice_in_time}"
            )
        return moment


def _gone(part: Part, date: int) -> Unsent:
    if isinstance(part, Unsent):
        return part
    if isinstance(part, TextPart):
        return Unsent(date=date, length=utf16_length(part.text))
    return Unsent(date=date, length=1, was_attachment=True)
