"""What public verbs take: checked at the call, stated once, held to the models."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields as fields_of
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import pytest_imessage_foundry
from pytest_imessage_foundry import models
from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.chatdb.live import Live
from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.conversations.authoring import edge, facts
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.fitting import Named, matcher
from pytest_imessage_foundry.conversations.authoring.words import When
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.spec import Spec

BAD_CALLS = Path(__file__).with_name("bad_calls.txt").read_text().splitlines()
NAMES = {
    each: getattr(models, each)
    for each in ("Run", "Link", "Poll", "Schedule", "Persona")
} | {"Author": Author, "ChatDBBuilder": ChatDBBuilder}
# What other modules of ours call, and no test of a user's.
INNER = {
    *("require", "require_before", "new_guid", "turn_back", "tick", "known"),
    *("over", "address_in", "name_of"),
}
VERBS = [
    pytest.param(verb, id=f"{owner.__name__}.{name}")
    for owner in (Author, ChatDBBuilder, Chat, Draft, Live)
    for name, verb in inspect.getmembers(owner, inspect.isfunction)
    if (not name.startswith("_") or name == "__init__")
    and name not in INNER
    and not (name == "__init__" and owner in (Chat, Draft, Live))
    and len(inspect.signature(verb).parameters) > 1
]


@pytest.mark.parametrize("call", BAD_CALLS)
def test_a_bad_call_is_refused_and_writes_nothing(call):
    phone = Author("tahoe")
    alex, bo = phone.person("Alex Doe"), phone.person("Bo Li")
    chat, group = phone.direct(alex), phone.group(alex, bo, name="G")
    real = models.Persona(id="x", name="Jo Ray", identifier="+12125551234")
    known = {"p": phone, "a": alex, "b": bo, "c": chat, "g": group, "PERSON": real}
    before = phone.conversations()

    with pytest.raises(FoundryError) as error:
        eval(call, NAMES | known)

    said = str(error.value)
    assert "\n" in said or "choose from" in said
    assert error.value.__cause__ is None
    after = phone.conversations()
    assert [len(each.messages) for each in after] == [
        # What is refused of a message leaves the message that it was refused of.
        len(each.messages) + (n == 0 and call.count(").") > 0)
        for n, each in enumerate(before)
    ] or after == before


@pytest.mark.parametrize("verb", VERBS)
def test_every_public_verb_is_checked(verb):
    assert hasattr(verb, "__wrapped__"), "decorate it with edge.checked"


@cache
def class_names():
    """Return the names of the package's classes."""
    found = re.compile(r"^class (\w+)", re.MULTILINE)
    files = Path(pytest_imessage_foundry.__file__).parent.rglob("*.py")
    return {name for each in files for name in found.findall(each.read_text("utf-8"))}


@pytest.mark.parametrize("verb", VERBS)
def test_every_hint_is_understood(verb):
    known = class_names()

    hints = edge.Signature(verb.__wrapped__).hints

    assert all(name in known for hint in hints.values() for name in _named(hint))


def _named(hint):
    if isinstance(hint, type) and issubclass(hint, Named):
        yield hint.__name__
    for each in get_args(hint):
        yield from _named(each)


def hints(model, *left_out):
    names = {each.name for each in fields_of(model)} - set(left_out)
    found = get_type_hints(model)
    return {name: found[name] for name in names}


TRAITS = hints(models.Traits)
SAID = hints(models.Message, "guid", "date", "sender", "parts")
# What verbs take in more forms than the models hold, or by another name.
WIDER = {"arrived", "also_in", "reply_to", "date_delivered", "date_read"}
STATED = [
    (facts.TraitFacts, TRAITS, {"rowid_after"}),
    (facts.MessageFacts, TRAITS | SAID, {"rowid_after", "at"}),
    (facts.SentFacts, TRAITS | SAID, {"rowid_after", "at", "twin"}),
    (facts.LiveSentFacts, TRAITS | SAID, {"rowid_after", "at", "twin"}),
    (facts.ChangedFacts, hints(models.Message), set()),
    (facts.ChatFacts, hints(models.ChatProperties), set()),
    (
        facts.FileFacts,
        hints(models.Attachment, "guid", "stub", "variant", "kind"),
        set(),
    ),
    (
        facts.StickerFacts,
        hints(models.Sticker, "guid", "date", "sender", "image"),
        set(),
    ),
    (facts.EventFacts, hints(models.Event, "kind", "who", "was", "copies"), set()),
]


@pytest.mark.parametrize(("stated", "fields", "own"), STATED)
def test_facts_are_the_fields_of_the_models(stated, fields, own):
    found = edge.facts_of(stated)

    assert found.keys() == fields.keys() | own
    for name, hint in fields.items():
        if name not in WIDER:
            assert found[name] == hint, name


def test_a_time_is_a_time_wherever_it_is_given():
    assert edge.facts_of(facts.RareFacts)["arrived"] == When
    assert edge.facts_of(facts.SaidFacts)["at"] == When


def test_readings_of_cases_have_the_types_that_are_stated():
    stated = edge.facts_of(models.CaseReading)
    seen = set()
    for release in schema.ALL:
        spec = Spec(release=release, scenario="kinds")
        for case in catalogue.cases(spec, schema.get(release)).values():
            for name, value in case.reading.items():
                assert matcher(stated[name])(value), (case.name, name, value)
            seen |= case.reading.keys()
    assert seen == stated.keys()


def test_choices_and_near_words_are_named():
    chat = (phone := Author("tahoe")).direct(phone.person("Alex Doe"))

    for call, said in (
        ({"storage": "archiv"}, "unknown storage 'archiv' (choose from both, archive,"),
        ({"service": "WhatsApp"}, "unknown service 'WhatsApp' (choose from iMessage,"),
        ({"subjekt": "x"}, "correct 'subjekt': did you mean 'subject'?"),
        ({"at": "yesterday"}, "'yesterday' is no time"),
        ({"reply_to": "abc"}, "what send() or receive() returns"),
    ):
        with pytest.raises(FoundryError) as error:
            chat.send("x", **call)
        assert said in str(error.value)
