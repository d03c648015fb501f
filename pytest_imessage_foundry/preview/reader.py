"""Read a chat.db of any release into a `ShownPhone`, without changing the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from sqlite3 import Row

from pytest_imessage_foundry.preview.attachment_files import files
from pytest_imessage_foundry.preview.balloon_cards import bundle, card
from pytest_imessage_foundry.preview.database import (
    Tables,
    blob,
    date,
    open_tables,
    whole,
    words,
)
from pytest_imessage_foundry.preview.message_parts import (
    body,
    deleted_part,
    translation,
)
from pytest_imessage_foundry.preview.phone import (
    ShownChat,
    ShownFile,
    ShownMessage,
    ShownPart,
    ShownPhone,
    ShownQuote,
)
from pytest_imessage_foundry.preview.plist_reader import property_list
from pytest_imessage_foundry.preview.reaction_rows import Reactions
from pytest_imessage_foundry.preview.sentences import effect, event, marks, schedule

Progress = Callable[[int, int], None]
BATCH = 1_000  # rows between two calls of `progress`
_GROUP_STYLE = 43
_MESSAGE = (
    *("guid", "text", "attributedBody", "subject", "service", "handle_id"),
    *("date", "date_read", "date_delivered", "date_edited", "date_retracted"),
    *("is_from_me", "is_sent", "is_delivered", "is_read", "is_empty", "error"),
    *("was_downgraded", "is_spam", "was_delivered_quietly", "did_notify_recipient"),
    *("is_critical", "is_time_sensitive", "sent_or_received_off_grid"),
    *("has_unseen_mention", "is_audio_message", "is_played", "expire_state"),
    *("item_type", "group_action_type", "group_title", "other_handle"),
    *("share_status", "share_direction", "associated_message_type"),
    *("balloon_bundle_id", "payload_data", "message_summary_info"),
    *("expressive_send_style_id", "thread_originator_guid"),
    *("thread_originator_part", "part_count", "schedule_type", "schedule_state"),
)
_CHAT = (
    *("guid", "style", "chat_identifier", "service_name", "display_name"),
    *("is_archived", "is_filtered", "is_blackholed", "is_pending_review"),
)
_CHAT_MARKS = (
    ("is_archived", "Archived"),
    ("is_filtered", "Unknown Sender"),
    ("is_blackholed", "Blocked"),
    ("is_pending_review", "Pending Review"),
)


def read(path: str | Path, progress: Progress | None = None) -> ShownPhone:
    """Return all that the database at `path` holds for a reader.

    `progress` is called with the number of message rows read, and of all.

    Raises:
        UnreadableFileError: it is missing, damaged, locked or something else.
    """
    file = Path(path)
    with open_tables(file) as tables:
        return ShownPhone(
            path=file, chats=_Reading(tables, file.parent, progress).chats()
        )


class _Reading:
    def __init__(
        self, tables: Tables, folder: Path, progress: Progress | None = None
    ) -> None:
        self._tables = tables
        self._progress = progress
        handles = tables.rows("handle", "id")
        self._handles = {whole(row[0]): words(row[1]) for row in handles}
        self._files = self._read_files(folder)
        self._homes = self._read_homes()
        self._deleted = self._read_deleted()
        self._deleted_parts = self._read_deleted_parts()
        self._reactions = Reactions(tables, self._sender, self._files_of)

    def chats(self) -> tuple[ShownChat, ...]:
        """Return the chats, the one with the latest message first."""
        messages = self._messages()
        members = self._members()
        found = [
            self._chat(row, members[whole(row["id"])], messages.pop(row["id"], []))
            for row in self._tables.rows("chat", *_CHAT)
        ]
        stray = [message for left in messages.values() for message in left]
        if stray:
            found.append(
                ShownChat(
                    id=0,
                    guid="",
                    identifier="",
                    name="In no chat",
                    messages=_in_order(stray),
                )
            )
        return tuple(sorted(found, key=_latest, reverse=True))

    def _chat(
        self, row: Row, members: list[str], messages: list[ShownMessage]
    ) -> ShownChat:
        guid, style = words(row["guid"]), whole(row["style"])
        return ShownChat(
            id=whole(row["id"]),
            guid=guid,
            identifier=words(row["chat_identifier"]),
            name=words(row["display_name"]),
            participants=tuple(members),
            service=words(row["service_name"]),
            is_group=style == _GROUP_STYLE or ";+;" in guid,
            marks=tuple(mark for name, mark in _CHAT_MARKS if whole(row[name])),
            messages=_in_order(messages),
        )

    def _members(self) -> defaultdict[int, list[str]]:
        members: defaultdict[int, list[str]] = defaultdict(list)
        for row in self._tables.rows("chat_handle_join", "chat_id", "handle_id"):
            address = self._handles.get(whole(row["handle_id"]))
            members[whole(row["chat_id"])].append(address or "unknown")
        return members

    def _messages(self) -> dict[int, list[ShownMessage]]:
        """Return the visible messages by chat id, with 0 for those in no chat."""
        found: defaultdict[int, list[ShownMessage]] = defaultdict(list)
        by_guid: dict[str, tuple[ShownMessage, Row]] = {}
        homes: dict[str, Iterable[int]] = {}
        for row in self._each_message():
            number = whole(row["id"])
            if number in self._reactions.hidden:
                continue
            message = self._message(row)
            # A damaged file may have a GUID twice; both rows are shown then.
            key = message.guid if message.guid not in by_guid else f"\0{number}"
            by_guid[key] = message, row
            deleted_from, _ = self._deleted.get(number, (0, 0))
            homes[key] = self._homes.get(number, (deleted_from,))
        for key, (message, row) in by_guid.items():
            shown = _with_reply(message, row, by_guid)
            for home in homes[key]:
                found[home].append(shown)
        return found

    def _each_message(self) -> Iterator[Row]:
        total = self._tables.count("message") if self._progress else 0
        for done, row in enumerate(self._tables.rows("message", *_MESSAGE)):
            if self._progress is not None and done % BATCH == 0:
                self._progress(done, total)
            yield row

    def _message(self, row: Row) -> ShownMessage:
        number, guid = whole(row["id"]), words(row["guid"])
        sender, attached = self._sender(row), self._files_of(number)
        summary = property_list(blob(row["message_summary_info"])) or {}
        shown = card(row, attached)
        parts, troubles = body(row, attached, summary, is_app=bool(bundle(row)))
        parts = self._with_deleted(number, parts)
        poll = self._reactions.polls.get(guid)
        other = self._handles.get(whole(row["other_handle"]), "")
        return ShownMessage(
            id=number,
            guid=guid,
            date=date(row["date"]),
            sender=sender,
            service=words(row["service"]),
            parts=parts,
            subject=words(row["subject"]),
            card=None if poll else shown,
            poll=poll.choices() if poll else (),
            event=event(row, sender, other) if whole(row["item_type"]) else "",
            tapbacks=tuple(self._reactions.tapbacks.get(guid, ())),
            effect=effect(words(row["expressive_send_style_id"])),
            is_audio=bool(whole(row["is_audio_message"])),
            is_edited=any(part.history for part in parts),
            is_unsent=_is_unsent(row, parts),
            date_delivered=date(row["date_delivered"]),
            date_read=date(row["date_read"]),
            is_delivered=bool(whole(row["is_delivered"])),
            is_read=bool(whole(row["is_read"])),
            schedule=schedule(row),
            deleted=self._deleted.get(number, (0, 0))[1],
            translation=translation(summary),
            marks=tuple(marks(row)),
            troubles=troubles,
        )

    def _with_deleted(
        self, number: int, parts: tuple[ShownPart, ...]
    ) -> tuple[ShownPart, ...]:
        """Put deleted parts in their places, whether or not the body has them."""
        lost = {part.number: part for part in self._deleted_parts.get(number, ())}
        if not lost:
            return parts
        kept = [
            replace(part, deleted=lost[part.number].deleted)
            if part.number in lost
            else part
            for part in parts
        ]
        present = {part.number for part in parts}
        extra = [part for part in lost.values() if part.number not in present]
        return tuple(sorted((*kept, *extra), key=lambda part: part.number))

    def _sender(self, row: Row) -> str | None:
        handle = whole(row["handle_id"])
        if whole(row["is_from_me"]):
            return None
        return self._handles.get(handle, "unknown")

    def _files_of(self, number: int) -> list[ShownFile]:
        return self._files.get(number, [])

    def _read_files(self, folder: Path) -> dict[int, list[ShownFile]]:
        known = dict(files(self._tables, folder))
        joined: dict[int, list[ShownFile]] = {}
        columns = "message_id", "attachment_id"
        for row in self._tables.rows("message_attachment_join", *columns):
            file = known.get(whole(row["attachment_id"]))
            if file is not None:
                joined.setdefault(whole(row["message_id"]), []).append(file)
        return joined

    def _read_homes(self) -> dict[int, list[int]]:
        homes: dict[int, list[int]] = {}
        for row in self._tables.rows("chat_message_join", "chat_id", "message_id"):
            homes.setdefault(whole(row["message_id"]), []).append(whole(row["chat_id"]))
        return homes

    def _read_deleted(self) -> dict[int, tuple[int, int]]:
        """Return, by message id, the chat it was deleted from and the date."""
        columns = "chat_id", "message_id", "delete_date"
        return {
            whole(row["message_id"]): (whole(row["chat_id"]), date(row["delete_date"]))
            for row in self._tables.rows("chat_recoverable_message_join", *columns)
        }

    def _read_deleted_parts(self) -> dict[int, list[ShownPart]]:
        found: dict[int, list[ShownPart]] = {}
        columns = "message_id", "part_index", "part_text", "delete_date"
        for row in self._tables.rows("recoverable_message_part", *columns):
            found.setdefault(whole(row["message_id"]), []).append(deleted_part(row))
        return found


def _is_unsent(row: Row, parts: tuple[ShownPart, ...]) -> bool:
    if parts:
        return all(part.is_unsent for part in parts)
    emptied = whole(row["is_empty"]) and row["part_count"] == 0
    edited = whole(row["date_edited"]) or whole(row["date_retracted"])
    return bool(emptied and edited)


def _with_reply(
    message: ShownMessage, row: Row, known: dict[str, tuple[ShownMessage, Row]]
) -> ShownMessage:
    guid = words(row["thread_originator_guid"])
    if not guid:
        return message
    number = words(row["thread_originator_part"]).partition(":")[0]
    part = int(number) if number.isdecimal() and len(number) < 9 else 0
    if guid not in known:
        return replace(message, reply=ShownQuote(guid=guid, part=part, is_found=False))
    origin = known[guid][0]
    quote = ShownQuote(
        guid=guid,
        part=part,
        is_found=True,
        sender=origin.sender,
        text=_excerpt(origin, part),
    )
    return replace(message, reply=quote)


def _excerpt(origin: ShownMessage, number: int) -> str:
    parts = [part for part in origin.parts if part.number == number] or origin.parts
    for part in parts:
        if part.text:
            return part.text[:200]
        if part.file is not None:
            return part.file.name
    if origin.card is not None:
        return origin.card.title
    return "a poll" if origin.poll else "a message"


def _in_order(messages: list[ShownMessage]) -> tuple[ShownMessage, ...]:
    return tuple(sorted(messages, key=lambda message: (message.date, message.id)))


def _latest(chat: ShownChat) -> tuple[int, int]:
    return (chat.messages[-1].date if chat.messages else -(2**63), -chat.id)
