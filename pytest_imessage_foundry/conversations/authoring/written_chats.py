"""Chats that a scenario file holds written out, message by message.

A file's chats are written in their order by the verbs that tests use: those of
`author`, `chat` and `draft`. Their names and arguments are the file's keys.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.authoring.author import START, Author
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.stated_values import (
    StatedValues,
    Table,
    facts_of,
)
from pytest_imessage_foundry.conversations.authoring.words import ME, unknown, when
from pytest_imessage_foundry.errors import FoundryError, page
from pytest_imessage_foundry.models import (
    ChatProperties,
    Event,
    Message,
    Persona,
    Sticker,
    Traits,
)
from pytest_imessage_foundry.models.apple_time import to_datetime

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Conversation, Scenario


def _verbs(kind: type, without: tuple[str, ...]) -> tuple[str, ...]:
    """Return the public methods of a class that write something."""
    return tuple(
        name
        for each in kind.__mro__
        for name, member in vars(each).items()
        if inspect.isfunction(member) and name[0] != "_" and name not in without
    )


CHAT_VERBS = _verbs(
    Chat, ("send", "receive", "over", "conversation", "address_in", "name_of")
)
DRAFT_VERBS = _verbs(Draft, ("as_target",))
_OWN = ("guid", "date", "sender", "parts", "traits", "event")
_SAID = {
    **facts_of(Message, Traits, without=(*_OWN, "tapbacks", "stickers", "edits")),
    # Other chats and messages are named by their ids.
    **{"also_in": Chat, "rowid_after": Draft, "at": str | int, "twin": bool},
}
_FACTS: dict[tuple[type, str], Table] = {
    (Chat, "set"): facts_of(ChatProperties),
    (Draft, "set"): facts_of(Message, without=("guid", "traits")),
    (Draft, "trait"): {**facts_of(Traits), "rowid_after": Draft, "also_in": Chat},
    (Draft, "sticker"): facts_of(Sticker, without=("guid", "date", "sender", "image")),
}
_EVENT = {
    **facts_of(Event, without=("kind", "who", "was", "joined_by")),
    **{"copies": int, "at": str | int, "by": Persona | str},
}


@dataclass(frozen=True, slots=True)
class WrittenChats:
    """What a file's chats make on one release."""

    conversations: tuple[Conversation, ...]
    people: tuple[Persona, ...]


def written(scenario: Scenario, seed: int, schema: Schema) -> WrittenChats:
    """Return the chats of a scenario that are written out.

    Raises:
        FoundryError: one of them cannot be; it names chat and message.
    """
    return _written(
        scenario.written, scenario.personas, seed, schema, scenario.written_in
    )


@lru_cache(maxsize=8)
def _written(
    text: str, personas: tuple[Persona, ...], seed: int, schema: Schema, where: str
) -> WrittenChats:
    raw = json.loads(text)
    owner = next((each for each in personas if each.is_self), None)
    with _at(where, "start"):
        start = when(raw.get("start") or START)
    phone = Author(schema.name, seed=seed, schema=schema, owner=owner, start=start)
    script = _Script(phone, where)
    for each in personas:
        script.values.people[each.id] = each
        if not each.is_self:
            phone.people.append(each)
    script.write(raw)
    return WrittenChats(tuple(phone.conversations()), tuple(phone.people))


@contextmanager
def _at(where: str, place: str) -> Iterator[None]:
    """Name a place in a file in the errors of what it holds."""
    try:
        yield
    except FoundryError as error:
        # The class stays the same, because UnsupportedError skips a test.
        raise type(error)(f"{where}: {place}: {error}") from None
    except (TypeError, ValueError, KeyError) as error:
        raise FoundryError(
            f"{where}: {place}: {error}\nlooked at what stands there\n"
            f"{page('written-chats.md')} shows what a chat can have"
        ) from None


class _Script:
    """A file's chats while they are written."""

    def __init__(self, phone: Author, where: str) -> None:
        self.values = StatedValues(phone)
        self._phone = phone
        self._where = where

    def write(self, raw: Table) -> None:
        """Write all people, then all chats in their order."""
        for number, person in enumerate(raw.get("people", ())):
            with _at(self._where, f"people[{number}]"):
                self._person(dict(person))
        for number, block in enumerate(raw.get("chat", ())):
            place = f"chat[{number}]"
            if isinstance(block, dict) and (name := block.get("id")):
                place += f" {name!r}"
            with _at(self._where, place):
                chat, entries = self._chat(dict(block))
            for count, entry in enumerate(entries):
                with _at(self._where, f"{place}, messages[{count}]"):
                    self._entry(chat, dict(entry))

    def _person(self, given: Table) -> None:
        called = given.pop("name", None)
        name = given.pop("id", called)
        if not isinstance(name, str) or name in self.values.people:
            raise FoundryError(
                f"id is no text, or somebody else's: {name!r:.60}\n"
                f"looked among {', '.join(self.values.people) or 'nobody'}\n"
                "give each of [[people]] an id of their own"
            )
        person = self.values.called(self._phone.person, called, given, {})
        self.values.people[name] = person

    def _chat(self, block: Table) -> tuple[Chat, list[Table]]:
        entries = block.pop("messages", [])
        name = block.pop("id", None)
        if not isinstance(entries, list) or not isinstance(name, str | None):
            raise FoundryError(
                "messages is a list of tables, and id a text\n"
                f"looked at: {entries!r:.60} and {name!r:.60}\n"
                "write [[chat.messages]] above each message"
            )
        if name in self.values.chats and not block:
            return self.values.chats[name], entries
        chat = self._opened(block)
        if name is not None:
            self.values.chats[name] = chat
        return chat, entries

    def _opened(self, block: Table) -> Chat:
        """Open the chat with those in `with`: of several, or with a name, a group."""
        phone, called = self._phone, self.values.called
        people = block.pop("with", [])
        if not isinstance(people, list) or not people:
            raise FoundryError(
                f"with names nobody: {people!r:.60}\nlooked for a list of ids\n"
                'name somebody, as in with = ["nina"]'
            )
        is_group = self.values.value(
            bool, block.pop("group", len(people) > 1 or "name" in block), "group"
        )
        if people == [ME]:
            opened = called(phone.note_to_self, True, block, {})
        elif is_group:
            opened = called(phone.group, people, block, {})
        else:
            opened = called(phone.direct, people[0], block, {})
        assert isinstance(opened, Chat)
        return opened

    def _entry(self, chat: Chat, entry: Table) -> None:
        """Write one entry: a message, what happens to one above or to the chat."""
        name = entry.pop("id", None)
        if not isinstance(name, str | None):
            raise FoundryError(
                f"id is no text: {name!r:.60}\nlooked for a word\nname it otherwise"
            )
        if "now" in entry:
            self._move_clock(entry.pop("now"))
            if entry:
                raise FoundryError(
                    "now stands alone in its entry\n"
                    f"looked at what is beside it: {', '.join(entry)}\n"
                    "write that as an entry of its own"
                )
            return
        if "message" in entry:
            about = self.values.draft(entry.pop("message"))
            made = self._verb(about, DRAFT_VERBS, entry)
        elif any(each in entry for each in CHAT_VERBS):
            made = self._verb(chat, CHAT_VERBS, entry)
        else:
            made = self._said(chat, entry, name)
        if name is not None and isinstance(made, Draft):
            self.values.name_draft(name, made)

    def _move_clock(self, value: Any) -> None:
        moment = when(self.values.value(str | int, value, "now"))
        if moment < self._phone.moment:
            clock = to_datetime(self._phone.moment).isoformat().replace("+00:00", "Z")
            raise FoundryError(
                f"now is {value!r:.60}, and the clock of the file moves only forward\n"
                f"looked at the clock: it is {clock}, by `start` or what is above\n"
                "give a later `now`, an earlier `start`, or `at` to the message"
            )
        self._phone.tick(moment, 0, 0)

    def _said(self, chat: Chat, entry: Table, name: str | None) -> Draft:
        """Write a message, then what `then` says happens to it."""
        steps = entry.pop("then", [])
        who = self.values.person(entry.pop("from", ME))
        parts = entry.pop("parts", None)
        if parts is None:
            parts = [entry.pop("text")] if "text" in entry else []
        if not isinstance(parts, list) or not isinstance(steps, list):
            raise FoundryError(
                "parts and then are lists\n"
                f"looked at: {parts!r:.60} and {steps!r:.60}\n"
                'write parts = ["a text"] and then = [{ tapback = "loved" }]'
            )
        body = [self.values.content(each) for each in parts]
        if "reply_to" in entry:
            entry["reply_to"] = self.values.reply(entry["reply_to"])
        is_mine = who == ME or getattr(who, "is_self", False) is True
        draft = self._spoken(chat, body, entry, None if is_mine else who)
        if name is not None:
            self.values.name_draft(name, draft)
        for step in steps:
            step = dict(step)
            own = step.pop("id", None)
            made = self._verb(draft, DRAFT_VERBS, step)
            if own is not None:
                self.values.name_draft(own, made)
        return draft

    def _spoken(self, chat: Chat, body: list[Any], entry: Table, who: Any) -> Draft:
        given: Table = {}
        known = {**_SAID, "nameless": bool}
        for key, value in entry.items():
            if key not in known:
                choices = ("id", "from", "text", "parts", "then", *known)
                raise unknown("fact of a message", key, (*choices, *CHAT_VERBS))
            ready = key == "reply_to"
            given[key] = value if ready else self.values.value(known[key], value, key)
        is_received = who is not None or given.get("nameless")
        if not is_received:
            return chat.send(*body, **given)
        if who is not None and chat.is_group:
            given["sender"] = who
        return chat.receive(*body, **given)

    def _verb(self, of: Chat | Draft, verbs: tuple[str, ...], entry: Table) -> Any:
        found = [name for name in verbs if name in entry]
        # `also_in` and others are facts of a message too; one verb is meant.
        if len(found) != 1:
            if not entry:
                raise FoundryError(
                    "nothing happens: there is no verb\n"
                    f"looked for one of {', '.join(verbs)}\n"
                    "write one of them, or leave the entry out"
                )
            raise unknown("verb", ", ".join(found or entry), verbs)
        verb: Callable[..., Any] = getattr(of, found[0])
        value = entry.pop(found[0])
        facts = _FACTS.get((type(of), found[0]), _EVENT)
        return self.values.called(verb, value, entry, facts)
