"""The databases that the readers read, each with the truth of every row in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import permutations
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from pytest_imessage_foundry import foundry, layouts
from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.conversations.catalogue.case_phone import CasePhone
from pytest_imessage_foundry.models import (
    Conversation,
    Message,
    PollChoice,
    PollVote,
    Removal,
    Sticker,
    Tapback,
)
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Scenario

RELEASES = ("sonoma", "sequoia", "tahoe-26.0", "tahoe")
SCENARIOS = ("kinds", "default", "lived-in")
# Some readers take a minute for what a long life holds.
MESSAGES = {"lived-in": 2_000}
Drawn = Tapback | Removal | Sticker | PollVote | PollChoice


@dataclass(frozen=True, eq=False)
class Fact:
    """One row of `message` and what is true of it."""

    world: World = field(repr=False)
    guid: str
    date: int
    sender: str | None
    message: Message
    """The message itself, or the one that this row points at."""
    chat: Conversation = field(repr=False)
    case: str
    chapter: str
    drawn: Drawn | None = None
    """What the row is when it is no message of its own."""
    tapback: Tapback | None = None
    """The tapback that a removal takes back."""
    joins: bool = False
    """The second row of a changed number, which brings the new one in."""

    @property
    def happened(self) -> str | None:
        """The kind of the event that this very row tells of."""
        event = self.message.event
        if event is None:
            return None
        return "removed" if event.was is not None and not self.joins else event.kind

    @property
    def own_name(self) -> str:
        return type(self.drawn).__name__.lower() if self.drawn else "message"

    @property
    def is_mine(self) -> bool:
        return self.sender is None

    @property
    def is_in_recently_deleted(self) -> bool:
        deleted = self.message.traits.deleted
        whole = deleted is not None and not deleted.parts and not deleted.permanent
        return whole and self.drawn is None

    @property
    def is_gone(self) -> bool:
        deleted = self.message.traits.deleted
        return deleted is not None and deleted.permanent and self.drawn is None

    @property
    def is_chatless(self) -> bool:
        return self.message.traits.chatless and self.drawn is None


@dataclass(frozen=True)
class Part:
    """What a world is built from; a Buildable of the foundry."""

    spec: Spec
    scenario: Scenario
    schema: Schema
    conversations: Sequence[Conversation]
    fingerprint: str = "readers"


class World:
    """One database in a home of its own, with Attachments and an AddressBook."""

    def __init__(self, release: str, scenario: str, home: Path) -> None:
        self.release = release
        self.scenario = scenario
        self.home = home
        self.order = foundry.Order(
            Spec(release=release, scenario=scenario, messages=MESSAGES.get(scenario))
        )
        self.conversations = foundry.truth_of(self.order)
        self.owner = self.order.scenario.owner
        self.people = self.order.scenario.personas
        self._cases = _case_names(self.order) if scenario == "kinds" else {}
        self._parts: dict[frozenset[str], Path] = {}
        self._building = Lock()

    @cached_property
    def db(self) -> Path:
        return self.without(frozenset())

    def without(self, left_out: frozenset[str]) -> Path:
        """The database but for the messages with these GUIDs."""
        with self._building:
            if left_out not in self._parts:
                home = f"part-{len(self._parts)}"
                self._parts[left_out] = self._build(self._order(left_out), home)
            return self._parts[left_out]

    def alone(self, guids: frozenset[str], name: str) -> Path:
        """A database of these messages and nothing else."""
        return self._build(self._order(frozenset(self.messages.keys() - guids)), name)

    def _build(self, order: Part, name: str) -> Path:
        home = self.home / name
        shutil.rmtree(home, ignore_errors=True)
        layouts.build(order, home, "home")
        return layouts.database_in(home, "home")

    def _order(self, left_out: frozenset[str]) -> Part:
        kept = tuple(
            replace(
                chat,
                messages=tuple(m for m in chat.messages if m.guid not in left_out),
            )
            for chat in self.conversations
        )
        # A chat may hold nothing but what stands in another one too.
        emptied = {
            was.guid
            for was, now in zip(self.conversations, kept, strict=True)
            if was.messages and not now.messages
        }
        kept = tuple(
            _without_lost_photo(each, left_out)
            for each in kept
            if each.guid not in emptied
        )
        return Part(self.order.spec, self.order.scenario, self.order.schema, kept)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every row, in the order of dates within each chat."""
        return tuple(
            fact
            for chat in self.conversations
            for message in chat.messages
            for fact in self._of(message, chat)
        )

    @cached_property
    def messages(self) -> dict[str, Message]:
        return {m.guid: m for c in self.conversations for m in c.messages}

    @cached_property
    def replies(self) -> dict[str, list[Fact]]:
        """Originator's GUID → the replies of its thread."""
        threads: dict[str, list[Fact]] = {}
        for fact in self.facts:
            reply = fact.message.reply_to
            if fact.drawn is None and reply is not None:
                threads.setdefault(reply.guid, []).append(fact)
        return threads

    @cached_property
    def stems(self) -> dict[str, str]:
        """How imessage-exporter calls its files → chat GUID.

        A group's file has its name and a number, or the addresses of its members in
        some order; a chat's that of its people, by name where the AddressBook has
        them.
        """
        found: dict[str, str] = {}
        for chat in self.conversations:
            stems = [chat.identifier, ", ".join(self._who(chat)), chat.name or ""]
            if chat.is_group and not chat.name:
                stems += map(", ".join, permutations(chat.participants))
            for stem in stems:
                found.setdefault(re.sub(r'[/\\:*?"<>|]', "_", stem), chat.guid)
        return found

    def with_same_people(self, chat: Conversation) -> list[str]:
        """The GUIDs of the one-to-one chats with somebody, at whatever address."""
        if chat.is_group:
            return []
        who = self._who(chat)
        return [c.guid for c in self.conversations if self._who(c) == who]

    def _who(self, chat: Conversation) -> list[str]:
        return [self.person(address) or address for address in chat.participants]

    def person(self, name: str | None) -> str | None:
        """Who an address or a full name stands for: the name, or "me".

        A filter that puts a sender aside writes a suffix to the address (§26.1).
        """
        known = self._people.get(name or "")
        return known or self._people.get(re.sub(r"\(\w+\)$", "", name or ""), name)

    @cached_property
    def _people(self) -> dict[str, str]:
        found = {"me": "me", "Me": "me"}
        for persona in self.people:
            known = "me" if persona.is_self else persona.name
            found |= dict.fromkeys((*persona.addresses, persona.name), known)
        return found

    def _of(self, message: Message, chat: Conversation) -> Iterator[Fact]:
        # Without a catalogue each message is a case of its kind.
        case, chapter = self._cases.get(message.guid) or (message.guid, _kind(message))

        def fact(drawn: Drawn, sender: str | None, of: Tapback | None = None) -> Fact:
            return Fact(
                *(self, drawn.guid, drawn.date, sender, message, chat, case, chapter),
                drawn=drawn,
                tapback=of,
            )

        for guid, joins in _rows_of(message):
            new = message.event.who if joins and message.event else message.sender
            yield Fact(
                *(self, guid, message.date, new, message, chat, case, chapter),
                joins=joins,
            )
        for tapback in message.tapbacks:
            if tapback.removed is None or tapback.removed.keeps_added:
                yield fact(tapback, tapback.sender)
            if tapback.removed is not None:
                yield fact(tapback.removed, tapback.sender, tapback)
        for sticker in message.stickers:
            yield fact(sticker, sticker.sender)
        if message.balloon is not None and message.balloon.kind == "poll":
            for vote in message.balloon.votes:
                yield fact(vote, vote.voter)
            for choice in message.balloon.added:
                yield fact(choice, choice.option.creator)


def _rows_of(message: Message) -> Iterator[tuple[str, bool]]:
    """(GUID, whether it brings a new number in) of each row of a message.

    A changed number has two rows, and what was synced may stand there several times.
    """
    event = message.event
    yield message.guid, False
    second = event is not None and event.joined_by is not None
    if event is not None and event.joined_by is not None:
        yield event.joined_by, True
    for number, guid in enumerate(event.copies if event else ()):
        yield guid, second and number % 2 == 1


def _without_lost_photo(chat: Conversation, left_out: frozenset[str]) -> Conversation:
    """A group's photo needs the event that brings it."""
    photo = chat.properties.group_photo
    brought = (m.event.photo.guid for m in chat.messages if m.event and m.event.photo)
    if not left_out or photo is None or photo.guid in brought:
        return chat
    return replace(chat, properties=replace(chat.properties, group_photo=None))


def _case_names(order: foundry.Order) -> dict[str, tuple[str, str]]:
    """GUID → (case, chapter), for each message that a case wrote.

    A case names one message; the others that it needs, such as the question that
    it answers, are found by playing it again.
    """
    stage = CasePhone(order.schema, order.spec.seed)
    names: dict[str, tuple[str, str]] = {}
    for entry in catalogue.entries(order.schema):
        entry.write(stage)
        write: Callable[..., object] = getattr(entry.write, "func", entry.write)
        chapter = write.__module__.rpartition(".")[2]
        for chat in stage.author.chats:
            for draft in chat.drafts:
                names.setdefault(draft.message.guid, (entry.name, chapter))
    return names


def _kind(message: Message) -> str:
    """What a message of a scenario without cases is, in one or two words."""
    if message.event is not None:
        return f"event {message.event.kind}"
    if message.balloon is not None:
        return f"balloon {message.balloon.kind}"
    if any(part.kind == "unsent" for part in message.parts):
        return "unsent"
    if message.edits:
        return "edit"
    if message.traits.audio is not None:
        return "audio"
    if message.attachments:
        return "attachment"
    if message.effect is not None:
        return "effect"
    if message.reply_to is not None:
        return "reply"
    return "tapback" if message.tapbacks else "text"
