"""What `imessage-exporter -d` says of a file, and what it should say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models.filters import without_suffix
from pytest_imessage_foundry.models.message_files import files_of

from . import programs
from .programs import Export

if TYPE_CHECKING:
    from .worlds import World

COUNTED = (
    ("Handle", "Total handles"),
    ("Handle", "Participants with more than one handle"),
    ("Message", "Total messages"),
    ("Message", "Messages not associated with a chat"),
    ("Message", "Recoverable messages"),
    ("Attachment", "Total attachments"),
    ("Attachment", "No path provided"),
    ("Attachment", "No file located"),
    ("Thread", "Total chats"),
)


def said(world: World) -> dict[str, int]:
    """Its counts by label; a label that it leaves out is a 0."""
    told = programs.imessage_exporter_diagnostics(world.db, _home(world))
    return {
        label: int(told.get(heading, {}).get(label, "0").replace(",", ""))
        for heading, label in COUNTED
    }


def expected(world: World) -> dict[str, int]:
    """The same out of the truth."""
    rows = [fact for fact in world.facts if not fact.is_gone]
    handles = _handles(world)
    owners = {each: who.id for who in world.people for each in who.addresses}
    people = Counter(
        owners.get(without_suffix(address), address) for address, _ in handles
    )
    files = {
        file.guid: file
        for fact in rows
        if fact.drawn is None
        for file in files_of(fact.message)
    }
    states = [file.state for file in files.values()]
    return {
        "Total handles": len(handles),
        "Participants with more than one handle": sum(
            count > 1 for count in people.values()
        ),
        "Total messages": len(rows),
        "Messages not associated with a chat": sum(
            fact.is_chatless or fact.is_in_recently_deleted for fact in rows
        ),
        "Recoverable messages": sum(fact.is_in_recently_deleted for fact in rows),
        "Total attachments": len(files),
        "No path provided": states.count("not-downloaded"),
        "No file located": states.count("missing") + states.count("waiting"),
        "Total chats": sum(1 + len(chat.former) for chat in world.conversations),
    }


def _handles(world: World) -> set[tuple[str, str]]:
    """(address, service) of everybody who is in a chat, wrote or was named."""
    found = set()
    for chat in world.conversations:
        found |= {(who, chat.service) for who in chat.participants}
        # A row that is left empty keeps the members that the chat began with.
        services = {each.service for each in chat.former}
        found |= {(who, service) for who in chat.founders for service in services}
    for fact in world.facts:
        message = fact.message
        who = {fact.sender, message.event.who if message.event else None}
        elsewhere = message.traits.from_other_device
        if fact.sender is None and not fact.chat.is_group and not elsewhere:
            who.add(fact.chat.participants[0])
        found |= {(address, message.service) for address in who if address}
    return found


def _home(world: World) -> Export:
    return Export(home=world.db.parents[2])
