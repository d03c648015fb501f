"""Events of a chat that is written by hand: each is a row of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack, get_args

from pytest_imessage_foundry.conversations.authoring import contradictions
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    DoneFacts,
    EventFacts,
    HappeningFacts,
)
from pytest_imessage_foundry.conversations.authoring.opened_chat import OpenedChat
from pytest_imessage_foundry.conversations.authoring.words import (
    ME,
    When,
    address_of,
    unknown,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    Background,
    Event,
    EventKind,
    Message,
    Persona,
)

if TYPE_CHECKING:
    pass


class ChatEvents(OpenedChat):
    """A chat with the verbs that announce members, names, photos, backgrounds."""

    @checked
    def event(
        self,
        kind: EventKind,
        *,
        by: Persona | str = ME,
        who: Persona | str | None = None,
        was: Persona | str | None = None,
        at: When | None = None,
        copies: int = 0,
        real: bool = False,
        **facts: Unpack[EventFacts],
    ) -> Draft:
        """Announce something by a row of its own: 'renamed', 'added', 'left', ...

        `copies` is how many more rows say the same. An address that may be somebody's
        is refused unless it is `real`.
        """
        if kind not in get_args(EventKind):
            raise unknown("event", kind, get_args(EventKind))
        contradictions.check_event(self, kind)
        if kind.startswith("background"):
            self.phone.require("backgrounds", "a chat background")
        if kind in ("added", "removed", "number-changed") and who is None:
            raise FoundryError(
                f"nobody is named who was {kind}\n"
                "looked at `who`, which was left out\n"
                "pass a person, an address, or 'me' for the owner"
            )
        if not real:
            contradictions.check_newcomer(self, who)
        mine = address_of(by) is None
        date = self.phone.tick(at, 30, 300, mine=mine)
        event = Event(
            kind=kind,
            who=self.address_in(who, date),
            was=self.address_in(was, date),
            **facts,
        )
        if event.joined_by is not None:
            contradictions.check_new_number(self, event.was, event.who)
        rows = 1 if event.joined_by is None else 2
        guids = tuple(self.phone.new_guid() for _ in range(copies * rows))
        draft = self._append(
            Message(
                guid=self.phone.new_guid(),
                date=date,
                sender=self.address_in(by, date),
                service=self.service,
                event=replace(event, copies=guids),
            )
        )
        self._take_on(event)
        return draft

    def _take_on(self, event: Event) -> None:
        """Give the chat the name or the photo that an event says it has since."""
        if event.kind == "renamed":
            self.name = event.title
        elif event.kind in ("photo-set", "photo-removed"):
            self.properties = replace(self.properties, group_photo=event.photo)

    @checked
    def added(
        self,
        who: Persona | str,
        *,
        by: Persona | str = ME,
        real: bool = False,
        **facts: Unpack[HappeningFacts],
    ) -> Draft:
        """Let somebody into the group, for the first time or again; 'me' is the
        owner."""
        return self.event("added", by=by, who=who, real=real, **facts)

    @checked
    def removed(
        self,
        who: Persona | str,
        *,
        by: Persona | str = ME,
        **facts: Unpack[HappeningFacts],
    ) -> Draft:
        """Let somebody take another out of the group; 'me' is the owner, who
        then gets nothing of it until somebody adds them again."""
        return self.event("removed", by=by, who=who, **facts)

    @checked
    def left(self, who: Persona | str = ME, **facts: Unpack[HappeningFacts]) -> Draft:
        """Let somebody leave the group, the owner if nobody is named."""
        return self.event("left", by=who, **facts)

    @checked
    def number_changed(
        self,
        old: Persona | str,
        new: str,
        *,
        real: bool = False,
        **facts: Unpack[HappeningFacts],
    ) -> Draft:
        """Give somebody a new number: the old one leaves and the new one joins.

        `copies=2` has the pair three times, as it was seen after iCloud synced it. A
        number that may be somebody's is refused unless it is `real`.
        """
        if not real:
            contradictions.check_reserved("a member", new, "US")
        joined_by = self.phone.new_guid()
        return self.event(
            "number-changed",
            by=old,
            who=new,
            was=old,
            joined_by=joined_by,
            real=real,
            **facts,
        )

    @checked
    def rename(self, name: str | None, **facts: Unpack[DoneFacts]) -> Draft:
        """Give the group a name, or take it away with None."""
        return self.event("renamed", title=name, **facts)

    @checked
    def set_photo(self, **facts: Unpack[DoneFacts]) -> Draft:
        """Give the group a photo."""
        photo = self.phone.file("group-photo")
        return self.event("photo-set", photo=photo, **facts)

    @checked
    def set_background(self, **facts: Unpack[DoneFacts]) -> Draft:
        """Give the chat a background (macOS 26); who does it is `by`."""
        draft = self.event("background-set", **facts)
        background = Background(
            url="https://content.example.com/background",
            channel=self.phone.new_guid(),
            refreshed=draft.message.date,
        )
        self.set(background=background)
        return draft

    @checked
    def remove_background(self, **facts: Unpack[DoneFacts]) -> Draft:
        """Remove the background. The count of its changes stays."""
        draft = self.event("background-removed", **facts)
        before = self._whole.properties.background or Background()
        after = replace(before, version=before.version + 1, is_removed=True)
        self.set(background=after)
        return draft
