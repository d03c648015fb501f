"""What `imessage-exporter -d` says of a file, and what it should say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models.filters import without_suffix
from pytest_imessage_foundry.models.message_files import files_of

from .exporter import Export, imessage_exporter_diagnostics

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.foundry import ChatDB

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


def said(db: Path) -> dict[str, int]:
    """Its counts by label; a label that it leaves out is a 0."""
    told = imessage_exporter_diagnostics(db, Export(home=db.parents[2]))
    return {
        label: int(told.get(heading, {}).get(label, "0").replace(",", ""))
        for heading, label in COUNTED
    }


def expected(built: ChatDB) -> dict[str, int]:
    """The same out of the truth."""
    chats = [each for each in built.true_lines if each["kind"] == "chat"]
    rows = [e for e in built.true_lines if e["kind"] not in ("chat", "gone")]
    handles = _handles(rows, chats) | _left_behind(built)
    people = built._order.scenario.personas
    owners = {each: who.id for who in people for each in who.addresses}
    persons = Counter(
        owners.get(without_suffix(address), address) for address, _ in handles
    )
    states = _file_states(built)
    deleted = sum(each.get("is_deleted", False) for each in rows)
    return {
        "Total handles": len(handles),
        "Participants with more than one handle": sum(
            count > 1 for count in persons.values()
        ),
        "Total messages": len(rows),
        "Messages not associated with a chat": deleted
        + sum("chat" not in each for each in rows),
        "Recoverable messages": deleted,
        "Total attachments": len(states),
        "No path provided": states.count("not-downloaded"),
        "No file located": states.count("missing") + states.count("waiting"),
        "Total chats": len(chats),
    }


def _handles(
    rows: list[dict[str, Any]], chats: list[dict[str, Any]]
) -> set[tuple[str, str]]:
    """(address, service) of everybody who is in a chat, wrote or was named."""
    services = {chat["guid"]: chat for chat in chats}
    found = {
        (who, chat.get("service", "iMessage"))
        for chat in chats
        for who in chat.get("participants", ())
    }
    for row in rows:
        who = {row.get("sender"), row.get("who")}
        chat = services.get(row.get("chat"), {})
        elsewhere = "other-device" in row["shows"]
        if row.get("from_me") and not chat.get("is_group") and not elsewhere:
            who |= set(chat.get("participants", ()))
        # Where a row names no service, its people are of iMessage.
        service = row.get("service") or "iMessage"
        found |= {(address, service) for address in who if address}
    return found


def _left_behind(built: ChatDB) -> set[tuple[str, str]]:
    """Who is in rows of chats that are left empty: the members of the beginning."""
    return {
        (who, row.service)
        for chat in built.conversations
        for row in chat.former
        for who in chat.founders
    }


def _file_states(built: ChatDB) -> list[str]:
    files = {
        file.guid: file
        for chat in built.conversations
        for message in chat.messages
        if message.traits.deleted is None or not message.traits.deleted.permanent
        for file in files_of(message)
    }
    return [file.state for file in files.values()]
