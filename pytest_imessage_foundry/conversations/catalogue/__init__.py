"""The catalogue: one named case for each kind of message and each variant.

Scenario `kinds` has these cases in a few chats. Each case states what a correct reader
must say of it. That reading is written by hand as data and not derived from the
message, so that each can show an error in the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from pytest_imessage_foundry.conversations.catalogue.case_phone import CASES, CasePhone
from pytest_imessage_foundry.errors import FoundryError, meant
from pytest_imessage_foundry.models import Case
from pytest_imessage_foundry.models.filters import without_suffix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.conversations.catalogue.case_phone import CaseEntry
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import CaseReading, Conversation, Persona
    from pytest_imessage_foundry.spec import Spec

_SUGGESTED = 5  # names; those of one kind of message differ in their ends
# In the order in which their cases are listed and dated.
_CHAPTERS = (
    "plain_texts",
    "text_runs",
    "detections",
    "sent_files",
    "tapbacks",
    "stickers",
    "replies_and_edits",
    "effects",
    "app_messages",
    "business",
    "body_forms",
    "groups",
    "addresses",
    "states",
    "categories",
    "lived_in_rows",
    "later_rows",
    "odd_rows",
)


def every_entry() -> list[CaseEntry]:
    """Return all cases, in order."""
    for chapter in _CHAPTERS:
        import_module(f"{__name__}.{chapter}")
    # Somebody may have imported a chapter before.
    return sorted(CASES.values(), key=lambda entry: _CHAPTERS.index(entry.chapter))


def entries(schema: Schema) -> list[CaseEntry]:
    """Return the cases that a release can hold, in order."""
    return [each for each in every_entry() if each.is_held_by(schema.features)]


def conversations(spec: Spec, schema: Schema) -> list[Conversation]:
    """Return the chats that the cases make."""
    return list(_written(spec.seed, schema).conversations)


def people(spec: Spec, schema: Schema) -> tuple[Persona, ...]:
    """Return the people in the chats, the owner first."""
    return _written(spec.seed, schema).people


def cases(spec: Spec, schema: Schema) -> dict[str, Case]:
    """Return the cases by name, each with its message's GUID and its reading."""
    return dict(_written(spec.seed, schema).cases)


def case_names(spec: Spec, schema: Schema) -> dict[str, str]:
    """Return the name of the case that wrote each message, by the message's GUID.

    A case names one message and may have written others that it needs.
    """
    return dict(_written(spec.seed, schema).names)


def listing(schema: Schema) -> dict[str, str]:
    """Return a one-line description of each case, by name."""
    return {entry.name: entry.what for entry in entries(schema)}


def no_case(name: str, schema: Schema, releases: Iterable[Schema]) -> FoundryError:
    """Return the refusal of a name that is of no case on one of all releases."""
    names = list(listing(schema))
    holding = [each.name for each in releases if name in listing(each)]
    hint = "" if holding else meant(name, names, _SUGGESTED)
    elsewhere = f", but on {', '.join(holding)}" if holding else ""
    return FoundryError(
        f"no case {name!r} on {schema.name}{elsewhere}{hint}\n"
        f"looked among its {len(names)} cases\n"
        f"run `imessage-foundry kinds --macos {schema.name}` for their names"
    )


@dataclass(frozen=True)
class _WrittenCases:
    conversations: list[Conversation]
    people: tuple[Persona, ...]
    cases: dict[str, Case]
    names: dict[str, str]


# Room for every release in both layouts.
@lru_cache(maxsize=16)
def _written(seed: int, schema: Schema) -> _WrittenCases:
    phone = CasePhone(schema, seed)
    found: dict[str, Case] = {}
    names: dict[str, str] = {}
    for entry in entries(schema):
        draft, reading = entry.write(phone)
        for chat in phone.author.chats:
            for written in chat.drafts:
                names.setdefault(written.message.guid, entry.name)
        message = draft.message
        who = phone.names.get(without_suffix(message.sender or ""))
        who = "me" if message.is_from_me else who
        found[entry.name] = Case(
            name=entry.name,
            message=message.guid,
            reading=cast("CaseReading", {"sender": who, **reading}),
        )
    return _WrittenCases(
        phone.author.conversations(), tuple(phone.author.people), found, names
    )
