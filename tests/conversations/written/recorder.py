"""Record what Python code writes by hand, as the file that says the same.

The verbs of `Author`, `Chat` and `Draft` are watched while the catalogue writes its
cases. What they were given is put down as a scenario file would state it.
"""

from __future__ import annotations

import functools
import inspect
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.written_chats import (
    CHAT_VERBS,
    DRAFT_VERBS,
)
from pytest_imessage_foundry.models import (
    Attachment,
    Persona,
    Poll,
    Reply,
    Run,
    TextPart,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

WATCHED = {
    Author: ("person", "direct", "group", "note_to_self", "file", "new_guid", "tick"),
    Chat: ("send", "receive", *CHAT_VERBS),
    Draft: ("as_target", *DRAFT_VERBS),
}


class Recorder:
    """What was written, as the tables of a file."""

    def __init__(self) -> None:
        self.people: list[dict[str, Any]] = []
        self.blocks: list[dict[str, Any]] = []
        self.used: set[str] = set()
        self._depth = 0
        # By the id of an object: what a file calls it. The objects are kept alive.
        self._known: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._guids: set[str] = set()
        self._count = 0

    @contextmanager
    def watching(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with monkeypatch.context() as patch:
            for kind, names in WATCHED.items():
                for name in names:
                    patch.setattr(kind, name, self._watched(getattr(kind, name)))
            yield

    def _watched(self, verb: Any) -> Any:
        @functools.wraps(verb)
        def call(of: Any, *arguments: Any, **keywords: Any) -> Any:
            self._depth += 1
            try:
                if self._depth > 1:
                    return verb(of, *arguments, **keywords)
                stated = self._before(of, verb.__name__, arguments, keywords)
                made = verb(of, *arguments, **keywords)
            finally:
                self._depth -= 1
            self._after(of, verb.__name__, stated, made)
            return made

        return call

    def _before(
        self, of: Any, verb: str, arguments: Any, keywords: dict[str, Any]
    ) -> dict[str, Any]:
        if verb in ("new_guid", "as_target") or (verb == "tick"):
            return {"arguments": arguments, **keywords}
        self.used |= {verb, *keywords}
        if verb == "file":
            return {"file": (*arguments, "photo")[0], **self._all(keywords)}
        if verb in ("send", "receive"):
            parts = [self._content(each) for each in arguments]
            return {**({"parts": parts} if parts else {}), **self._all(keywords)}
        if verb in ("person", "direct", "group", "note_to_self"):
            return {"arguments": self._value(list(arguments)), **self._all(keywords)}
        return {**self._called(verb, arguments), **self._all(keywords)}

    def _called(self, verb: str, arguments: Any) -> dict[str, Any]:
        if not arguments:
            return {verb: True}
        owner = Chat if verb in CHAT_VERBS and verb != "set" else Draft
        names = list(inspect.signature(inspect.unwrap(getattr(owner, verb))).parameters)
        if verb == "vote":
            return {verb: self._value(list(arguments))}
        first, *rest = arguments
        further = dict(zip(names[2:], rest, strict=False))
        value = self._content(first) if verb == "edit" else self._value(first)
        return {verb: value, **self._all(further)}

    def _after(self, of: Any, verb: str, stated: dict[str, Any], made: Any) -> None:
        if verb == "new_guid":
            self._guids.add(made)
        elif verb == "tick":
            self._entry(None, {"now": stated["arguments"][0]})
        elif verb == "file":
            self._name(made, stated)
        elif verb == "as_target":
            part = stated.get("part", (*stated["arguments"], 0)[0])
            self._name(made, {"to": self._known[id(of)], "part": part})
        elif verb == "person":
            (name,) = stated.pop("arguments")
            self._name(made, self._new("person"))
            self.people.append({"id": self._known[id(made)], "name": name, **stated})
        elif verb in ("direct", "group", "note_to_self"):
            people = stated.pop("arguments") or ["me"]
            self._name(made, self._new("chat"))
            self.blocks.append(
                {"id": self._known[id(made)], "with": people, **stated, "messages": []}
            )
        elif isinstance(of, Chat):
            said = verb in ("send", "receive")
            if verb == "receive":
                sender = stated.pop("sender", None)
                # In a direct chat it is the other: any name that is not the owner's.
                stated["from"] = sender or self._known[id(of.people[0])]
                if stated.get("nameless"):
                    del stated["from"]
            if verb in ("set", "formerly"):
                self._entry(of, stated)
                if id(made) not in self._known:
                    self._name(made, self._known[id(of)])
                return
            name = self._new("message")
            if verb == "send" and not said:
                raise AssertionError
            self._name(made, name)
            self._entry(of, {"id": name, **stated})
        else:
            entry = {"message": self._known[id(of)], **stated}
            if made is not of:
                entry["id"] = self._new("message")
                self._name(made, entry["id"])
            self._entry(of.chat, entry)

    def _entry(self, chat: Chat | None, entry: dict[str, Any]) -> None:
        """Put an entry into its chat's block: the last one, or a further one."""
        last = self.blocks[-1]
        if chat is not None and last["id"] != (name := self._known[id(chat)]):
            last = {"id": name, "messages": []}
            self.blocks.append(last)
        last["messages"].append(entry)

    def _new(self, what: str) -> str:
        self._count += 1
        return f"{what}-{self._count}"

    def _name(self, made: Any, name: Any) -> None:
        self._known[id(made)] = name
        self._kept.append(made)

    def _all(self, keywords: dict[str, Any]) -> dict[str, Any]:
        return {name: self._value(each) for name, each in keywords.items()}

    def _content(self, value: Any) -> Any:
        if isinstance(value, TextPart):
            return [self._value(each) for each in value.runs] or value.text
        return self._value(value)

    def _value(self, value: Any) -> Any:
        if id(value) in self._known and not isinstance(value, (str, int)):
            return self._known[id(value)]
        if isinstance(value, (list, tuple)):
            return [self._value(each) for each in value]
        if isinstance(value, TextPart):
            return self._content(value)
        if is_dataclass(value):
            return self._model(value)
        if isinstance(value, str) and value in self._guids:
            return {"new_guid": True}
        return self._message(value) if isinstance(value, str) else value

    def _model(self, value: Any) -> Any:
        """State a model: what differs from the default, and its kind."""
        assert not isinstance(value, (Attachment, Persona)), value
        stated = {
            each.name: self._value(held)
            for each in fields(value)
            if (held := getattr(value, each.name)) != _default(each)
            or each.name == "kind"
        }
        if isinstance(value, Poll):
            stated["options"] = [each.text for each in value.options]
        elif stated.get("id") == {"new_guid": True}:
            del stated["id"]
        if isinstance(value, (Run, Reply)):
            stated.pop("kind", None)
        return stated

    def _message(self, text: str) -> Any:
        """Return a text, or the message whose GUID it is."""
        if len(text) == 36:
            for each in self._kept:
                if isinstance(each, Draft) and each.message.guid == text:
                    return {"guid_of": self._known[id(each)]}
        return text


def _default(each: Any) -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return each.default
