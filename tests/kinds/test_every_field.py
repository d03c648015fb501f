"""No field of a balloon is left out: changing any of them changes a row.

The catalogue gives the balloons. Each field of each, and of what they hold, is given
another value; the rows of the message must then be others than before.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db.rows import reactions
from pytest_imessage_foundry.db.rows.attachment import attachment_row
from pytest_imessage_foundry.db.rows.chats import Accounts, ChatContext
from pytest_imessage_foundry.db.rows.message import changes
from pytest_imessage_foundry.models import Attachment, Balloon
from pytest_imessage_foundry.models.message_files import own_files

RELEASE = "tahoe"  # the first that has every class
TEXT = "6A3E04D1-E0E9-40DB-9D33-E012A1B7A7FD"  # some texts are UUIDs
PHONE = Author(RELEASE)
PICTURE = PHONE.file("link-image")


def dataclasses_in(annotation: Any) -> list[type]:
    """Return the models that a field can hold."""
    if is_dataclass(annotation):
        return [annotation]
    return [each for one in get_args(annotation) for each in dataclasses_in(one)]


def paths(model: type, before: str = "") -> list[str]:
    """Return each field of a model, and of the models in it."""
    found = []
    hints = get_type_hints(model)
    for field in fields(model):
        if field.name == "kind":
            continue
        path = f"{before}{field.name}"
        if not is_dataclass(hints[field.name]):
            found.append(path)
        for inner in dataclasses_in(hints[field.name]):
            if inner is not Attachment:  # has its own rows and its own tests
                found += paths(inner, f"{path}.")
    return found


EVERY = [
    pytest.param(model, path, id=f"{model.__name__}.{path}")
    for model in get_args(Balloon)
    for path in paths(model)
]


def others(annotation: Any, value: Any) -> list[Any]:
    """Return values that a field could have instead of `value`."""
    if get_origin(annotation) is Literal:
        return [each for each in get_args(annotation) if each != value]
    if get_origin(annotation) is tuple:
        return [value[:-1], (*value, value[-1])] if value else instances(annotation)
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, str):
        return [value[:-1] + ("0" if value[-1:] != "0" else "1")]
    if isinstance(value, (int, float)):
        return [value + 1]
    return instances(annotation) if value is None else [None]


def instances(annotation: Any) -> list[Any]:
    """Return a value of each of the types that a field that is empty can have."""
    samples = {str: [TEXT], int: [7], Attachment: [PICTURE]}
    if annotation in samples:
        return samples[annotation]
    if is_dataclass(annotation):
        return []
    if get_origin(annotation) is tuple:
        return [(each,) for each in instances(get_args(annotation)[0])]
    kinds = [each for each in get_args(annotation) if each is not NoneType]
    return [value for kind in kinds for value in instances(kind)]


def changed(model: Any, path: str) -> list[Any]:
    """Return the model with one field, or that of a model in it, changed."""
    name, _, rest = path.partition(".")
    value = getattr(model, name)
    if not rest:
        hint = get_type_hints(type(model))[name]
        return [replace(model, **{name: each}) for each in others(hint, value)]
    if isinstance(value, tuple):
        return [
            replace(model, **{name: (*value[:at], each, *value[at + 1 :])})
            for at in range(len(value))
            for each in changed(value[at], rest)
        ]
    inner = changed(value, rest) if value is not None else []
    return [replace(model, **{name: each}) for each in inner]


def rows_of(message: Any, conversation: Any) -> list[Any]:
    """Return all rows that a message makes."""
    place = ChatContext.of(conversation, 1, Accounts(PHONE.owner, 0))
    found: list[Any] = [changes(message, place, None)]
    found += [(row, sticker) for _, row, _, sticker in reactions.rows(message, place)]
    for file in own_files(message):
        found.append(attachment_row(file, 0, outgoing=False, root="~"))
    return found


@pytest.fixture(scope="module")
def messages(kinds):
    return [
        (message, conversation)
        for conversation in kinds(RELEASE).conversations
        for message in conversation.messages
        if message.balloon is not None
    ]


@pytest.mark.parametrize(("model", "path"), EVERY)
def test_every_field_of_a_balloon_reaches_a_row(messages, model, path):
    tried = 0
    for message, conversation in messages:
        if type(message.balloon) is not model:
            continue
        before = rows_of(message, conversation)
        for balloon in changed(message.balloon, path):
            tried += 1
            if rows_of(replace(message, balloon=balloon), conversation) != before:
                return
    pytest.fail(
        f"{model.__name__}.{path} was changed {tried} times, and no row was another"
    )
