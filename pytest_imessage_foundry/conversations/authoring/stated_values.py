"""Turn the values of a file into arguments for the verbs of `chat` and `draft`.

A file has texts, numbers, lists and tables. The type of a parameter decides what a
value becomes, so no verb and no fact is listed here.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from pytest_imessage_foundry import models
from pytest_imessage_foundry.conversations.authoring import contradictions, words
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.words import unknown, when
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Part, balloons, filters, literals

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.models import Persona

Table = dict[str, Any]
# Fields whose names begin so count nanoseconds.
_MOMENTS = ("date", "arrived")
Named = TypeVar("Named")
# Names that the module of a verb imports for type checkers alone.
_NAMES = {
    **vars(literals),
    **vars(filters),
    **vars(balloons),
    **vars(models),
    **vars(words),
    **{"Chat": Chat, "Draft": Draft, "Part": Part},
}
_CLASSES: dict[str, Any] = {
    next(str(each.default) for each in fields(one) if each.name == "kind"): one
    for one in get_args(balloons.Balloon)
}


class StatedValues:
    """The people, chats and messages of a file by id, and what values stand for."""

    def __init__(self, phone: Author) -> None:
        self.phone = phone
        self.people: dict[str, Persona] = {}
        self.chats: dict[str, Chat] = {}
        self.drafts: dict[str, Draft] = {}

    def person(self, who: Any) -> Any:
        """Return a person by id; 'me' and addresses stand for themselves."""
        if who is None or who == words.ME or (isinstance(who, str) and "+" in who[:1]):
            return who
        return _named("person", who, self.people)

    def _taken_person(self, taken: tuple[Any, ...], value: Any) -> Any:
        """Return a person for a verb that may not take None, or no address."""
        if value is None and types.NoneType in taken:
            return None
        if value == words.ME and str not in taken:
            return self.phone.owner
        found = _named("person", None, self.people) if value is None else value
        found = self.person(found)
        if isinstance(found, str) and str not in taken:
            raise unknown("id of a person", found, self.people)
        return found

    def chat(self, name: Any) -> Chat:
        """Return a chat that stands above, by id."""
        return _named("chat", name, self.chats)

    def name_draft(self, name: str, draft: Draft) -> None:
        """Let `name` stand for a message from now on.

        Raises:
            FoundryError: it stands for another one.
        """
        before = self.drafts.setdefault(name, draft)
        if before.message.guid != draft.message.guid:
            raise FoundryError(
                f"two messages have the id {name!r:.60}\n"
                "looked at what stands above\ngive this one another id"
            )

    def draft(self, name: Any) -> Draft:
        """Return a message that stands above, by id."""
        return _named("message", name, self.drafts)

    def content(self, value: Any) -> Any:
        """Return a part of a body: a text, a file, a run, or a list of runs."""
        if isinstance(value, list):
            return [self._run(each) for each in value]
        if isinstance(value, dict) and "file" in value:
            return self.file(value)
        return self._run(value)

    def _run(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        table = _table("a part of a body", value)
        if table.get("mention") is not None:
            table = {**table, "mention": self._mentioned(table["mention"])}
        return self.model(models.Run, table)

    def _mentioned(self, who: Any) -> str:
        """Return the address that mentions a person, or an address of nobody."""
        if not isinstance(who, str):
            raise unknown("id of a person", who, self.people)
        if who == words.ME:
            return self.phone.owner.identifier
        if who in self.people:
            return self.people[who].identifier
        if not any(who in each.addresses for each in self.people.values()):
            listed = "list the person among [[people]] with real = true"
            contradictions.check_reserved("a mention", who, "US", real=listed)
        return who

    def file(self, value: Table) -> Any:
        """Return the file that a table with `file` states."""
        known = _hints(models.Attachment)
        given = {
            name: self.value(known[_one_of("fact of a file", name, known)], each)
            for name, each in value.items()
            if name != "file"
        }
        return self.phone.file(value["file"], **given)

    def balloon(self, value: Any) -> Any:
        """Return what an app shows; `kind` says which."""
        table = dict(_table("a balloon", value))
        kind = _one_of("kind of balloon", table.get("kind"), _CLASSES)
        if kind == "poll":
            table["options"] = [
                {"text": each} if isinstance(each, str) else each
                for each in table.get("options", [])
            ]
        return self.model(_CLASSES[kind], table)

    def reply(self, value: Any) -> Any:
        """Return what a reply points at: a message by id, or a part of it."""
        if isinstance(value, dict) and "to" in value:
            return self.draft(value["to"]).as_target(part=value.get("part", 0))
        if isinstance(value, dict):
            return self.model(models.Reply, value)
        return self.draft(value)

    def model(self, kind: Any, table: Table) -> Any:
        """Return a model, its fields as its class has them."""
        known = _hints(kind)
        if known.get("id") is str and "id" not in table:
            # A model that needs an id gets one, so that the file need not state it.
            table = {"id": self.phone.new_guid(), **table}
        what = f"fact of {_article(kind.__name__)}"
        given = {
            name: self.value(known[_one_of(what, name, known)], each, name)
            for name, each in table.items()
        }
        try:
            return kind(**given)
        except TypeError:
            needed = [
                each.name
                for each in fields(kind)
                if each.name not in given
                and each.default is MISSING
                and each.default_factory is MISSING
            ]
            raise FoundryError(
                f"{_article(kind.__name__)} lacks {', '.join(needed)}\n"
                f"looked at: {', '.join(given) or 'nothing'}\nstate it, too"
            ) from None

    def value(self, hint: Any, value: Any, name: str = "") -> Any:
        """Return a value of the file as the type that `hint` asks for."""
        taken = _members(hint)
        if isinstance(value, dict) and len(value) == 1:
            if "guid_of" in value:
                return self.draft(value["guid_of"]).message.guid
            if "new_guid" in value:
                return self.phone.new_guid()
        if models.Persona in taken:
            return self._taken_person(taken, value)
        if Chat in taken:
            return self.chat(value)
        if Draft in taken:
            return self.draft(value)
        if hint == words.Content or models.TextPart in taken:
            return self._body(hint, value)
        if _is_balloon(taken):
            return None if value is None else self.balloon(value)
        if isinstance(value, str) and int in taken and name.startswith(_MOMENTS):
            return when(value)
        return self._plain(hint, taken, value, name)

    def _body(self, hint: Any, value: Any) -> Any:
        made = self.content(value)
        return made if hint == words.Content else words.part_of(made)

    def _plain(self, hint: Any, taken: tuple[Any, ...], value: Any, name: str) -> Any:
        if isinstance(value, dict):
            if "file" in value and models.Attachment in taken:
                return self.file(value)
            for each in taken:
                if hasattr(each, "__dataclass_fields__"):
                    return self.model(each, value)
        if isinstance(value, list):
            for each in taken:
                if typing.get_origin(each) is tuple:
                    members = get_args(each)
                    of = (
                        [members[0]] * len(value)
                        if members[-1:] == (...,)
                        else list(members)
                    )
                    if len(of) == len(value):
                        pairs = zip(of, value, strict=True)
                        return tuple(self.value(kind, one, name) for kind, one in pairs)
        return _checked(hint, value, name)

    def called(
        self, verb: Callable[..., Any], value: Any, given: Table, facts: Table
    ) -> Any:
        """Call a verb with its value and further arguments.

        `facts` has the types of what it takes beside its own parameters.
        """
        signature = inspect.signature(verb)
        hints = get_type_hints(verb, localns=_NAMES)
        places = [
            each
            for each in signature.parameters.values()
            if each.kind in (each.POSITIONAL_OR_KEYWORD, each.VAR_POSITIONAL)
        ]
        name = verb.__name__
        arguments: list[Any] = []
        if value is not True and places:
            several = places[0].kind is inspect.Parameter.VAR_POSITIONAL
            values = value if several and isinstance(value, list) else [value]
            hint = hints[places[0].name]
            arguments = [self.value(hint, each, places[0].name) for each in values]
        elif value is not True:
            given = {**_table(f"what {name} takes", value), **given}
        keywords = {
            each.name: hints[each.name]
            for each in signature.parameters.values()
            if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
            and not (arguments and each is places[0])
        }
        known = {**facts, **keywords} if _takes_more(signature) else keywords
        ready = {
            key: self.value(known[_one_of(f"fact of {name}", key, known)], each, key)
            for key, each in given.items()
        }
        try:
            signature.bind(*arguments, **ready)
        except TypeError as error:
            raise FoundryError(
                f"{name}: {error}\nlooked at: {', '.join(ready) or 'nothing beside it'}"
                f"\nit takes {', '.join(known)}"
            ) from None
        return verb(*arguments, **ready)


def facts_of(*kinds: Any, without: tuple[str, ...] = ()) -> Table:
    """Return the fields of models with what each takes."""
    every = {name: hint for kind in kinds for name, hint in _hints(kind).items()}
    return {name: hint for name, hint in every.items() if name not in without}


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _members(hint: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return get_args(hint) if is_union else (hint,)


def _is_balloon(taken: tuple[Any, ...]) -> bool:
    return all(each in taken for each in _CLASSES.values())


def _takes_more(signature: inspect.Signature) -> bool:
    kinds = {each.kind for each in signature.parameters.values()}
    return inspect.Parameter.VAR_KEYWORD in kinds


@cache
def _adapter(hint: Any) -> Any:
    """The checker of a type. Making it takes longer than what it does."""
    from pydantic import ConfigDict, TypeAdapter

    strict = ConfigDict(strict=True, arbitrary_types_allowed=True)
    return TypeAdapter(hint, config=strict)


def _checked(hint: Any, value: Any, name: str) -> Any:
    from pydantic import ValidationError

    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        _table(name, value)
    try:
        return _adapter(hint).validate_python(value)
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        choices = sorted(
            str(word)
            for each in _members(hint)
            if typing.get_origin(each) is typing.Literal
            for word in get_args(each)
        )
        more = f" (choose from {', '.join(choices)})" if choices else ""
        raise FoundryError(
            f"{name or 'a value'}: {value!r:.60} does not fit{more}\n"
            f"looked for: {said}\ncorrect it"
        ) from None


def _named(what: str, name: Any, known: Mapping[str, Named]) -> Named:
    return known[_one_of(f"id of a {what}", name, known)]


def _one_of(what: str, word: Any, known: Mapping[str, Any]) -> str:
    if not isinstance(word, str) or word not in known:
        raise unknown(what, word, known or ("none",))
    return word


def _table(what: str, value: Any) -> Table:
    if not isinstance(value, dict):
        raise FoundryError(
            f"{what} is no table: {value!r:.60}\nlooked for names with values\n"
            "write it as { name = value }"
        )
    return value


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIO" else f"a {name}"
