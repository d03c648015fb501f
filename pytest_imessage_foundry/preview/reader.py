"""Read a chat.db of any release into a `ShownPhone`, without changing the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.preview.attachment_files import files
from pytest_imessage_foundry.preview.balloon_cards import bundle, card
from pytest_imessage_foundry.preview.chat_rows import chats
from pytest_imessage_foundry.preview.database import (
    TOGETHER,
    Row,
    Tables,
    blob,
    date,
    open_tables,
    whole,
    words,
)
from pytest_imessage_foundry.preview.message_index import STRAY, MessageIndex
from pytest_imessage_foundry.preview.message_parts import (
    body,
    deleted_part,
    translation,
)
from pytest_imessage_foundry.preview.phone import (
    Drawable,
    PlainMessage,
    ShownChat,
    ShownFile,
    ShownMessage,
    ShownPart,
    ShownPhone,
)
from pytest_imessage_foundry.preview.plist_reader import property_list
from pytest_imessage_foundry.preview.reaction_rows import Reactions
from pytest_imessage_foundry.preview.reply_quotes import replying
from pytest_imessage_foundry.preview.row_details import MOST_ROWS, details
from pytest_imessage_foundry.preview.sentences import effect, event, marks, schedule
from pytest_imessage_foundry.reading.body_reader import BodyReader

Progress = Callable[[int, int], None]
_USUAL = (
    *("guid", "text", "attributedBody", "service", "handle_id", "date", "date_read"),
    *("date_delivered", "is_from_me", "is_sent", "is_delivered", "is_read"),
    *("message_summary_info", "thread_originator_guid", "thread_originator_part"),
)
# Few messages have something in one of these,
_RARE = (
    *("subject", "date_edited", "date_retracted", "is_empty", "error", "item_type"),
    *("was_downgraded", "is_spam", "was_delivered_quietly", "did_notify_recipient"),
    *("is_critical", "is_time_sensitive", "sent_or_received_off_grid"),
    *("has_unseen_mention", "is_audio_message", "balloon_bundle_id", "payload_data"),
    *("expressive_send_style_id", "schedule_type"),
)
# and of these only what these say matters.
_FURTHER = (
    *("is_played", "expire_state", "group_action_type", "group_title", "other_handle"),
    *("share_status", "share_direction", "part_count", "schedule_state"),
)
_USUAL_SERVICES = ("iMessage", "SMS", "RCS")
_SAYS_NOTHING = {"ust"}  # in message_summary_info of nearly all rows
_NEVER = (0, 0)


def read(path: str | Path, progress: Progress | None = None) -> ShownPhone:
    """Return all that the database at `path` holds for a reader.

    `progress` is called with the number of messages read, and of all.

    Raises:
        UnreadableFileError: it is missing, damaged, locked or something else.
    """
    with reading(path, progress) as phone:
        chats = tuple(
            replace(chat, messages=tuple(phone.messages_in(chat)))
            for chat in phone.chats
        )
        return ShownPhone(path=phone.path, chats=chats)


@contextmanager
def reading(
    path: str | Path, progress: Progress | None = None
) -> Iterator[PhoneReader]:
    """Open the database at `path`, to be read a chat at a time.

    `progress` is called with the number of messages read, and of all.

    Raises:
        UnreadableFileError: it is missing, damaged, locked or something else.
    """
    file = Path(path)
    with open_tables(file) as tables:
        yield PhoneReader(tables, file, progress)


class PhoneReader:
    """Reads one database.

    Attributes:
        path: its file.
        chats: each chat, still without its messages, the one with the latest message
            first.
        total: the number of messages in all of them.
    """

    def __init__(
        self, tables: Tables, path: Path, progress: Progress | None = None
    ) -> None:
        self.path = path
        self._tables = tables
        self._progress = progress
        self._bodies = BodyReader()
        self._handles = {
            number: words(address) for number, address in tables.tuples("handle", "id")
        }
        self._files = self._read_files(path.parent)
        self._index = MessageIndex(tables)
        self._deleted_parts = self._read_deleted_parts()
        self._reactions = Reactions(tables, self._index, self._sender, self._files_of)
        self._ids: dict[int, list[int]] = {}
        self.chats = self._read_chats()
        self.total = sum(map(len, self._ids.values()))
        self._done = 0

    def _read_chats(self) -> tuple[ShownChat, ...]:
        found = [*chats(self._tables, self._handles)]
        if self._index.of_chat(STRAY, self._reactions.hidden):
            found.append(ShownChat(id=0, guid="", identifier="", name="In no chat"))
        for chat in found:
            self._ids[chat.id] = self._index.of_chat(chat.id, self._reactions.hidden)
        return tuple(sorted(found, key=self._latest, reverse=True))

    def _latest(self, chat: ShownChat) -> tuple[int, int]:
        ids = self._ids[chat.id]
        return (self._index.dates[ids[-1]] if ids else -(2**63), -chat.id)

    def details(self, chat: ShownChat) -> Iterator[dict[str, Any]]:
        """Yield the rows of a chat's messages; nothing if the phone has many."""
        if self.total > MOST_ROWS:
            return iter(())
        return details(self._tables, self._ids[chat.id])

    def messages_in(self, chat: ShownChat) -> Iterator[ShownMessage]:
        """Yield the messages of a chat, oldest first."""
        for message in self.lean_messages_in(chat):
            yield message.shown() if isinstance(message, PlainMessage) else message

    def lean_messages_in(self, chat: ShownChat) -> Iterator[Drawable]:
        """Yield the messages of a chat, the plain ones as such."""
        ids = self._ids[chat.id]
        # Some hundred at a time: what makes them stays in the processor's caches.
        for start in range(0, len(ids), TOGETHER):
            found = self._with_replies(ids[start : start + TOGETHER])
            yield from found
            self._done += len(found)
            if self._progress is not None:
                self._progress(self._done, self.total)

    def _with_replies(self, ids: Sequence[int]) -> list[Drawable]:
        found = self._read(ids)
        ids_of = self._index.ids
        named = {words(guid) for _, guid, _ in found if guid} & ids_of.keys()
        shown = {ids_of[guid] for guid in named} - self._reactions.hidden
        origins = {message.guid: message for message, *_ in self._read([*shown])}
        return [
            replying(message, words(guid), words(part), origins) if guid else message
            for message, guid, part in found
        ]

    def _read(self, ids: Sequence[int]) -> list[tuple[Drawable, Any, Any]]:
        """Return messages, each with the columns that say what it replies to.

        Nineteen of twenty have nothing but a text; of these few columns are read.
        """
        rows = self._tables.tuples_of("message", ids, _USUAL, empty=_RARE)
        found = [(row, self._ordinary_message(row)) for row in rows]
        others = [row[0] for row, message in found if message is None]
        columns = (*_USUAL, *_RARE, *_FURTHER)
        read = {
            row["id"]: self._any_message(row)
            for row in self._tables.rows_of("message", others, columns)
        }
        return [(message or read[row[0]], row[-2], row[-1]) for row, message in found]

    def _ordinary_message(self, values: tuple[Any, ...]) -> Drawable | None:
        """Return what `_any_message` does for a row without anything rare, None for
        other rows. The columns are those in `_USUAL`, behind whether the rare ones
        are empty."""
        number, is_ordinary, guid, said, archive, service, handle = values[:7]
        sent, read, delivered, mine, is_sent, is_delivered, is_read = values[7:14]
        summary = values[14]
        if not is_ordinary or service not in _USUAL_SERVICES or (mine and not is_sent):
            return None
        if not (property_list(blob(summary)) or {}).keys() <= _SAYS_NOTHING:
            return None
        guid = words(guid)
        sender = None if whole(mine) else self._handles.get(whole(handle), "unknown")
        text = self._plain_text(number, guid, archive)
        if text is not None:
            return PlainMessage(
                number,
                guid,
                date(sent),
                sender,
                service,
                text,
                date(delivered),
                date(read),
                bool(whole(is_delivered)),
                bool(whole(is_read)),
                is_read == 0 and sender is not None,
            )
        parts, troubles = body(
            archive, said, self._files_of(number), {}, is_app=False, reader=self._bodies
        )
        return ShownMessage(
            id=number,
            guid=guid,
            date=date(sent),
            sender=sender,
            service=service,
            parts=self._with_deleted(number, parts),
            tapbacks=tuple(self._reactions.tapbacks.get(guid, ())),
            date_delivered=date(delivered),
            date_read=date(read),
            is_delivered=bool(whole(is_delivered)),
            is_read=bool(whole(is_read)),
            is_unread=is_read == 0 and sender is not None,
            deleted=self._index.deleted.get(number, _NEVER)[1],
            troubles=troubles,
        )

    def _plain_text(self, number: int, guid: str, archive: Any) -> str | None:
        """Return the text of a message that has nothing else, None for others."""
        if (
            number in self._files
            or number in self._deleted_parts
            or number in self._index.deleted
            or self._reactions.tapbacks.get(guid)
        ):
            return None
        plain = self._bodies.plain(blob(archive))
        return None if plain is None else plain[0].decode()

    def _any_message(self, row: Row) -> ShownMessage:
        number, guid = whole(row["id"]), words(row["guid"])
        sender, attached = self._sender(row), self._files_of(number)
        summary = property_list(blob(row["message_summary_info"])) or {}
        shown = card(row, attached)
        is_app = bool(bundle(row))
        parts, troubles = body(
            row["attributedBody"],
            row["text"],
            attached,
            summary,
            is_app=is_app,
            reader=self._bodies,
        )
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
            is_unread=sender is not None and _is_unread(row),
            schedule=schedule(row),
            deleted=self._index.deleted.get(number, _NEVER)[1],
            translation=translation(summary),
            marks=tuple(marks(row)),
            troubles=troubles,
        )

    def _with_deleted(
        self, number: int, parts: tuple[ShownPart, ...]
    ) -> tuple[ShownPart, ...]:
        """Put deleted parts in their places, whether or not the body has them."""
        if number not in self._deleted_parts:
            return parts
        lost = {part.number: part for part in self._deleted_parts[number]}
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

    def _read_deleted_parts(self) -> dict[int, list[ShownPart]]:
        found: dict[int, list[ShownPart]] = {}
        columns = "message_id", "part_index", "part_text", "delete_date"
        for row in self._tables.rows("recoverable_message_part", *columns):
            found.setdefault(whole(row["message_id"]), []).append(deleted_part(row))
        return found


def _is_unread(row: Row) -> bool:
    # Rows that announce something are not read by anybody.
    return row["is_read"] == 0 and not row["item_type"]


def _is_unsent(row: Row, parts: tuple[ShownPart, ...]) -> bool:
    if parts:
        return all(part.is_unsent for part in parts)
    emptied = whole(row["is_empty"]) and row["part_count"] == 0
    edited = whole(row["date_edited"]) or whole(row["date_retracted"])
    return bool(emptied and edited)
