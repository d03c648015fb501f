"""Rows of table chat, and who is in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pytest_imessage_foundry.preview.database import Row, Tables, blob, whole, words
from pytest_imessage_foundry.preview.phone import ShownChat
from pytest_imessage_foundry.preview.plist_reader import property_list

_GROUP_STYLE = 43
_CHAT = (
    *("guid", "style", "chat_identifier", "service_name", "display_name"),
    *("is_archived", "is_filtered", "is_blackholed", "is_pending_review"),
    "properties",
)
_CHAT_MARKS = (
    ("is_archived", "Archived"),
    ("is_blackholed", "Blocked"),
    ("is_pending_review", "Pending Review"),
)
# chat.is_filtered, SEMANTICS §26.1.
_FILTERS = {
    1: "Unknown Sender",
    2: "Junk",
    3: "Promotions",
    **dict.fromkeys((4, 36, 52, 68), "Transactions"),
}


def chats(tables: Tables, handles: Mapping[int, str]) -> Iterator[ShownChat]:
    """Yield each chat, still without its messages; `handles` are the addresses."""
    members = _members(tables, handles)
    for row in tables.rows("chat", *_CHAT):
        yield _chat(row, members[row["id"]])


def _members(tables: Tables, handles: Mapping[int, str]) -> defaultdict[int, list[str]]:
    members: defaultdict[int, list[str]] = defaultdict(list)
    for _, chat, handle in tables.tuples("chat_handle_join", "chat_id", "handle_id"):
        members[whole(chat)].append(handles.get(whole(handle)) or "unknown")
    return members


def _chat(row: Row, members: list[str]) -> ShownChat:
    guid, style = words(row["guid"]), whole(row["style"])
    return ShownChat(
        id=row["id"],
        guid=guid,
        identifier=words(row["chat_identifier"]),
        name=words(row["display_name"]),
        participants=tuple(members),
        service=words(row["service_name"]),
        is_group=style == _GROUP_STYLE or ";+;" in guid,
        marks=tuple(_chat_marks(row)),
    )


def _chat_marks(row: Row) -> Iterator[str]:
    filtered = whole(row["is_filtered"])
    if filtered:
        yield _FILTERS.get(filtered, f"Filtered ({filtered})")
    for name, mark in _CHAT_MARKS:
        if whole(row[name]):
            yield mark
    properties = property_list(blob(row["properties"])) or {}
    if properties.get("ignoreAlertsFlag") is True:
        yield "Muted"
