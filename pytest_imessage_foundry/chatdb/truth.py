"""The truth as one JSON document, for readers written in any language.

`document()` is what `imessage-foundry build --truth FILE` writes; its shape is
that of the models, and `json_schema()` states it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.rows.chats import ChatEnd
from pytest_imessage_foundry.models import (
    Case,
    Conversation,
    Membership,
    Message,
    Persona,
    Roll,
)
from pytest_imessage_foundry.scorecard import reading_lines
from pytest_imessage_foundry.scorecard import readings as contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from pytest_imessage_foundry.chatdb.handle import ChatDB

FORMAT = 1
BATCH = 1_000  # messages after which is said how far it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole file.

    Dates are nanoseconds since 2001-01-01T00:00:00Z and 0 for "never": read them
    as 64-bit integers, they exceed what a double holds exactly. A sender of null
    is the owner of the phone, and one of "" somebody whom the row does not name
    (handle_id 0). Fields that hold their default are left out.
    """

    format: int
    release: str
    scenario: str
    seed: int
    owner: Persona
    personas: tuple[Persona, ...]
    cases: tuple[Case, ...]
    readings_version: int
    readings: tuple[contract.Reading, ...]
    conversations: tuple[Conversation, ...]


def document(db: ChatDB) -> dict[str, Any]:
    """Return the truth of a database as plain data."""
    return {
        **_head(db),
        "readings": [reading_lines.plain_data(each) for each in db.readings()],
        "conversations": [plain(each) for each in db.conversations],
    }


def write(
    db: ChatDB,
    file: IO[str],
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write the document, one reading or message a line, without holding it all.

    `progress` is called with the number of messages written so far.
    """
    done = 0
    head = json.dumps(_head(db), ensure_ascii=False, indent=1)
    file.write(head.removesuffix("\n}") + ',\n "readings": [')
    for number, reading in enumerate(db.readings()):
        file.write(f"{',' if number else ''}\n  {reading_lines.line(reading)}")
    file.write('\n ],\n "conversations": [')
    for number, conversation in enumerate(db.stream()):
        file.write(",\n" if number else "\n")
        facts = dict(_fields(conversation, ("messages",)))
        opening = json.dumps(facts, ensure_ascii=False).removesuffix("}")
        file.write(f'  {opening}, "messages": [')
        end = ChatEnd(Roll(conversation.founders))
        for count, message in enumerate(conversation.messages):
            end.tell(message)
            line = json.dumps(plain(message), ensure_ascii=False)
            file.write(f"{',' if count else ''}\n   {line}")
            done += 1
            if progress is not None and done % BATCH == 0:
                progress(done)
        closing = json.dumps(_derived(end), ensure_ascii=False).removeprefix("{")
        file.write(f"\n  ], {closing}")
    file.write("\n ]\n}\n")


def plain(value: Any, leave_out: tuple[str, ...] = ()) -> Any:
    """Models as dicts and lists; fields that hold their default are left out.

    A message gains `text`, what a reader shows as its text, and a conversation what
    follows from its messages.
    """
    if is_dataclass(value):
        row = dict(_fields(value, leave_out))
        if isinstance(value, Message):
            row["text"] = value.text
        if isinstance(value, Conversation):
            row |= _derived(ChatEnd.of(value))
        return row
    if isinstance(value, (str, bytes)) or value is None:
        return value
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if hasattr(value, "__iter__"):
        return [plain(each) for each in value]
    return value


def _fields(value: Any, leave_out: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for each in fields(value):
        content = getattr(value, each.name)
        # `kind` tells the parts and balloons apart, a sender of null is the owner.
        needed = each.name in ("kind", "sender")
        if each.name not in leave_out and (needed or content != each.default):
            yield each.name, plain(content)


def _derived(end: ChatEnd) -> dict[str, Any]:
    """Return what a conversation's messages make of it."""
    return {
        "participants": list(end.roll.present),
        "members": [
            {"address": each.address} | plain(each) for each in end.roll.members
        ],
        "last_read": end.read,
    }


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document, out of the models."""
    from inspect import cleandoc

    from pydantic import TypeAdapter

    schema = TypeAdapter(Document).json_schema()
    # Older releases of pydantic leave out the docstrings of dataclasses.
    schema["description"] = cleandoc(Document.__doc__ or "")
    stays = TypeAdapter(Membership).json_schema()
    defs = schema["$defs"]
    defs["Message"]["properties"]["text"] = {
        "type": "string",
        "description": "what a reader shows as the text, attachments as U+FFFC; "
        "'' where the row holds neither text nor body",
    }
    defs["Membership"] = stays
    defs["Conversation"]["properties"] |= {
        "participants": {
            "type": "array",
            "items": {"type": "string"},
            "description": "the addresses of those who are in it now, but the owner's",
        },
        "members": {
            "type": "array",
            "items": {"$ref": "#/$defs/Membership"},
            "description": "everybody's stays; an address of null is the owner",
        },
        "last_read": {
            "type": "integer",
            "description": "date of the newest message received and read; 0: none",
        },
    }
    return schema


def _head(db: ChatDB) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "release": db.version,
        "scenario": db.spec.scenario,
        "seed": db.seed,
        "owner": plain(db.owner),
        "personas": plain(db.personas),
        "cases": [plain(case) for case in db.cases.values()],
        "readings_version": contract.VERSION,
    }
