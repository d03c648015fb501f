"""Conversations in, a chat.db out: one transaction, then indexes and triggers.

Rows stream: the conversations are walked once, merged by date as messages
arrive on a phone, and nothing is held but a batch. Tables are filled before
their indexes and triggers exist, which is up to twice as fast and keeps Apple's
triggers, which call functions of Messages itself, out of the way; what they
would have written, the builder writes (`tests/db/test_builder.py` compares).
"""

from __future__ import annotations

import heapq
import os
from contextlib import closing
from itertools import count as numbers
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.batches import in_batches
from pytest_imessage_foundry.db import new_file
from pytest_imessage_foundry.db.inserts import Inserts
from pytest_imessage_foundry.db.rows import deletions, reactions
from pytest_imessage_foundry.db.rows.attachment import attachment_row
from pytest_imessage_foundry.db.rows.attachment_roots import MAC_ROOT
from pytest_imessage_foundry.db.rows.chats import Accounts, ChatContext, ChatEnd
from pytest_imessage_foundry.db.rows.columns import ORDINARY, VARYING
from pytest_imessage_foundry.db.rows.message import is_ordinary, ordinary_row
from pytest_imessage_foundry.db.rows.special import Gone, Special, special
from pytest_imessage_foundry.garbage import collected_rarely
from pytest_imessage_foundry.models.frozen import dataclass

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import (
        Attachment,
        Conversation,
        Persona,
    )

BATCH = 500
_INDEXED: int = ORDINARY["index_state"]

Arrived = tuple[int, int, int, "tuple[Any, ...] | Special | Gone"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a build wrote."""

    messages: int
    chats: int
    handles: int
    attachments: int


@collected_rarely()
def build(
    path: str | os.PathLike[str],
    schema: Schema,
    conversations: Iterable[Conversation],
    *,
    owner: Persona,
    people: Iterable[Persona] = (),
    seed: int = 0,
    triggers_first: bool = False,
    attachment_root: str = MAC_ROOT,
    attached: Callable[[Attachment], object] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Write `conversations` into a new database of `schema` at `path`.

    The file is written beside its place and moved there when it is whole: a
    build that fails or is killed leaves what was there as it was.

    Args:
        owner: whose phone it is; gives the accounts.
        people: personas by whose addresses handles get their country.
        seed: what the accounts' identifiers derive from.
        triggers_first: create indexes and triggers before the rows, as Apple's
            own process has them; slower, for comparison.
        attachment_root: what stands before each path in attachment.filename.
        attached: called with each attachment once, when its row is written.
        progress: called with the number of message rows after each batch.
    """
    with replacing(Path(path)) as draft:
        with closing(new_file.opened(draft, schema)) as connection:
            connection.execute("BEGIN")
            new_file.create_tables(connection, schema)
            if triggers_first:
                new_file.create_the_rest(connection, schema)
            phone = Accounts(owner, seed, tuple(people))
            writer = _Writer(
                connection,
                schema,
                phone,
                progress,
                has_triggers=triggers_first,
                attachment_root=attachment_root,
                attached=attached,
            )
            counts = writer.write(conversations)
            if not triggers_first:
                new_file.create_the_rest(connection, schema)
            connection.execute("COMMIT")
        new_file.finish_header(draft)
    return counts


class _Writer:
    """One build's walk over the conversations."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        schema: Schema,
        phone: Accounts,
        progress: Callable[[int], None] | None,
        *,
        has_triggers: bool = False,
        attachment_root: str = MAC_ROOT,
        attached: Callable[[Attachment], object] | None = None,
    ) -> None:
        self._connection = connection
        self._has_triggers = has_triggers
        self._attachment_root = attachment_root
        self._attached = attached
        self._phone = phone
        self._progress = progress
        # A cursor, as a connection makes one anew for each statement.
        self._insert = Inserts(connection.cursor(), schema)
        self._features = schema.features
        self._properties = schema.properties
        self._ends: dict[int, ChatEnd] = {}
        self._chats: dict[str, int] = {}
        self._attachments: dict[str, int] = {}
        self._services: dict[tuple[str, int], None] = {}
        self._filters: list[tuple[int, int, int, int]] = []
        self._forgotten = 0

    def write(self, conversations: Iterable[Conversation]) -> Counts:
        places = self._places(conversations)
        # The counters' row stands before the rows that triggers count in it.
        if "index_state" in self._features:
            self._insert.one("index_state_metrics", {"id": 1})
        if self._has_triggers:
            # Triggers on the joins look for their chats; what those hold of their
            # messages comes afterwards.
            for place in places:
                self._former(place)
                self._insert.one("chat", place.chat_row(place.beginning()))
        chats = (in_batches(self._arrivals(place)) for place in places)
        last = self._messages(heapq.merge(*chats))
        for place in places:
            self._chat(place)
        for handle_row in self._phone.handle_rows():
            self._insert.one("handle", handle_row)
        self._file_facts()
        return Counts(
            last - self._forgotten,
            len(self._chats),
            len(self._phone.handles),
            len(self._attachments),
        )

    def _places(self, conversations: Iterable[Conversation]) -> list[ChatContext]:
        """Return the chats in order, the empty rows of each before its own."""
        places = []
        for conversation in conversations:
            for former in conversation.former:
                self._chats[former.guid] = len(self._chats) + 1
            rowid = self._chats[conversation.guid] = len(self._chats) + 1
            places.append(ChatContext.of(conversation, rowid, self._phone))
        return places

    def _arrivals(self, place: ChatContext) -> Iterator[Arrived]:
        """Yield the rows of one chat in the order of their dates."""
        chat = place.rowid
        ties = numbers()
        later: list[Arrived] = []
        previous: str | None = None
        was_brought = bool(place.conversation.brought)
        end = self._ends[chat] = place.beginning()
        seen: str | None = None
        read = 0
        for message in in_batches(place.conversation.messages):
            date = arrived = message.date
            if was_brought or message.traits.arrived:
                arrived = place.conversation.reached(message)
                if was_brought and not message.traits.arrived:
                    date = arrived
            while later and later[0][0] < date:
                yield heapq.heappop(later)
            if is_ordinary(message):
                yield date, chat, next(ties), ordinary_row(message, place, previous)
            else:
                own = special(message, place, previous)
                if arrived > date:
                    heapq.heappush(later, (arrived, chat, next(ties), own))
                else:
                    yield date, chat, next(ties), own
            previous = message.guid
            if message.sender is None:
                seen = previous
            elif message.date_read:
                seen, read = previous, message.date
            if message.event is not None:
                end.roll.tell(message)
            if reactions.has_drawn(message):
                for when, row, files, sticker in reactions.rows(message, place):
                    drawn = Special(row, files, sticker)
                    when = max(when, arrived)
                    heapq.heappush(later, (when, chat, next(ties), drawn))
                for when, guid in reactions.gone(message):
                    when = max(when, arrived)
                    heapq.heappush(later, (when, chat, next(ties), Gone(guid)))
        end.seen, end.read = seen, read
        while later:
            yield heapq.heappop(later)

    def _messages(self, arrivals: Iterable[Arrived]) -> int:
        plain: list[tuple[Any, ...]] = []
        joins: list[tuple[int, int, int, int]] = []
        services = self._services
        service_at, date_at = (VARYING.index(each) - 1 for each in ("service", "date"))
        ordinary_state = ORDINARY["index_state"]
        rowid = 0
        for _, chat, _, arrived in arrivals:
            rowid += 1
            if isinstance(arrived, tuple):
                plain.append((rowid, *arrived))
                services[arrived[service_at], chat] = None
                joins.append((chat, rowid, arrived[date_at], ordinary_state))
            elif isinstance(arrived, Special):
                if arrived.message is not None:
                    rowid += arrived.message.traits.gap
                    self._forgotten += arrived.message.traits.gap
                self._special(arrived, rowid, chat, joins)
            else:
                self._forget(arrived)
            if len(joins) >= BATCH:
                self._flush(plain, joins, rowid)
        self._flush(plain, joins, rowid)
        return rowid

    def _flush(
        self,
        plain: list[tuple[Any, ...]],
        joins: list[tuple[int, int, int, int]],
        rowid: int,
    ) -> None:
        self._insert.many("message", VARYING, plain, ORDINARY)
        self._insert.joins(joins)
        self._insert.filters(self._filters)
        for written in (plain, joins, self._filters):
            written.clear()
        if self._progress is not None:
            self._progress(rowid)

    def _special(
        self,
        special: Special,
        rowid: int,
        chat: int,
        joins: list[tuple[int, int, int, int]],
    ) -> None:
        """A row with its attachments, unless it was deleted for good."""
        message = special.message
        deleted = message.traits.deleted if message is not None else None
        if message is not None and deleted is not None and deleted.permanent:
            cloud = message.traits.cloud
            record = cloud.record_id if cloud is not None else None
            self._forget(Gone(message.guid, record))
            return
        row = special.row
        is_joined = message is None or deletions.is_in_chat(message)
        if not is_joined:
            deletions.take_out(row)
        row["ROWID"] = rowid
        self._insert.one("message", row, ORDINARY)
        for attachment in special.attachments:
            self._attach(attachment, rowid, special)
        if message is not None and deleted is not None:
            deletions.recoverable(self._insert, message, deleted, rowid, chat)
        if is_joined:
            state: int = row.get("index_state", _INDEXED)
            second = message.traits.also_in if message is not None else None
            for each in (chat, self._chats[second]) if second else (chat,):
                joins.append((each, rowid, row["date"], state))
                if row["service"] is not None:
                    self._services[row["service"], each] = None
                if row.get("filter_action"):
                    category = (row["filter_action"], row["filter_sub_action"])
                    self._filters.append((*category, each, rowid))

    def _forget(self, gone: Gone) -> None:
        """A row that is no longer there: its ROWID was used up, its GUID noted."""
        deletions.forget(self._insert, gone.guid, gone.record)
        self._forgotten += 1

    def _attach(self, attachment: Attachment, message: int, special: Special) -> None:
        known = self._attachments.get(attachment.guid)
        if known is None:
            known = self._attachments[attachment.guid] = len(self._attachments) + 1
            row = special.row
            values = attachment_row(
                attachment,
                row["date"],
                outgoing=bool(row["is_from_me"]),
                sticker=special.sticker,
                root=self._attachment_root,
            )
            values["ROWID"] = known
            self._insert.one("attachment", values)
            if self._attached is not None:
                self._attached(attachment)
        join = {"message_id": message, "attachment_id": known}
        self._insert.one("message_attachment_join", join)

    def _chat(self, place: ChatContext) -> None:
        end = self._ends[place.rowid]
        row = place.chat_row(end)
        if self._has_triggers:
            columns = ("properties", "state", "last_read_message_timestamp")
            self._connection.execute(
                f"UPDATE chat SET {' = ?, '.join(columns)} = ? WHERE ROWID = ?",
                (*(row[column] for column in columns), place.rowid),
            )
        else:
            self._former(place)
            self._insert.one("chat", row)
        conversation = place.conversation
        for former in conversation.former:
            for join in place.former_joins(self._chats[former.guid], former):
                self._insert.one("chat_handle_join", join)
        for address in end.roll.present:
            handle = self._phone.handle(address, conversation.service)
            join = {"chat_id": place.rowid, "handle_id": handle}
            self._insert.one("chat_handle_join", join)
        if "chat_lookup" in self._features:
            for lookup in place.lookups(self._chats):
                self._insert.one("chat_lookup", lookup)
        photo = conversation.properties.group_photo
        if photo is not None and photo.guid not in self._attachments:
            raise ValueError(f"no photo-set event brings group photo {photo.guid}")

    def _former(self, place: ChatContext) -> None:
        """The empty rows that share a chat's identifier."""
        for former in place.conversation.former:
            rowid = self._chats[former.guid]
            self._insert.one("chat", place.former_row(former, rowid))

    def _file_facts(self) -> None:
        """What the file says of itself, and what triggers would have counted."""
        if "chat_service" in self._features and not self._has_triggers:
            for service, chat in self._services:
                self._insert.one("chat_service", {"service": service, "chat": chat})
        if "index_state" in self._features and not self._has_triggers:
            self._insert.metrics()
        for key, value in self._properties.items():
            self._insert.one("_SqliteDatabaseProperties", {"key": key, "value": value})
