"""Steps of a live phone: each is written as a whole, or not at all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import generator
from pytest_imessage_foundry.chatdb.live_connection import LiveConnection
from pytest_imessage_foundry.chatdb.live_truth import LiveTruth
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.resumed import Where
from pytest_imessage_foundry.conversations.authoring.words import FIRST
from pytest_imessage_foundry.db.live_writer import LiveWriter
from pytest_imessage_foundry.db.rows.attachment_roots import root_for
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Message
from pytest_imessage_foundry.models.apple_time import END
from pytest_imessage_foundry.models.message_files import files_of

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB
    from pytest_imessage_foundry.models import Conversation


class LiveSteps(LiveTruth):
    """A phone that takes steps: it changes its truth, then the file, then its ChatDB.

    A step that cannot be written leaves file and truth as they were.
    """

    def __init__(
        self, db: ChatDB, connection: LiveConnection, *, checkpoints: bool = False
    ) -> None:
        super().__init__(db, _last_rowid(connection), _newest(connection))
        self._connection = connection
        self._checkpoints = checkpoints
        self._one_step = threading.RLock()
        self._file = _identity(db.path)
        self._steps = LiveWriter(
            connection,
            db.schema,
            owner=db.owner,
            people=db.personas,
            seed=db.seed,
            attachment_root=root_for(db.path),
        )

    def checkpoint(self) -> bool:
        """Move the -wal into the file and empty it. Wait up to five seconds for
        readers, and return whether none was in the way."""
        with self._one_step, explained(self._db.path):
            self._require_the_file()
            done = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not done.fetchone()[0]

    def _say(
        self, where: Where, act: Callable[[Chat], Draft], joins_later: bool = False
    ) -> Message:
        chat = self._chat(where)
        with self._step(chat):
            newest, known = self._phone.moment, len(chat.drafts)
            first = act(chat)
            said = chat.drafts[known:]
            for draft in said:
                if joins_later:
                    draft.trait(chatless=True)
                if draft.message.date < newest and not draft.message.traits.arrived:
                    draft.trait(arrived=self._phone.tick(None, 1, 5))
            self._write(chat, *((None, draft.message) for draft in said))
            self._found |= {draft.message.guid: (chat, draft) for draft in said}
            return first.message

    def _change(self, which: Message | str, act: Callable[[Draft], object]) -> Message:
        chat, draft = self._find(which)
        with self._step(chat):
            old = draft.message
            try:
                act(draft)
                self._write(chat, (old, draft.message))
            except BaseException:
                draft.message = old
                raise
            return draft.message

    @contextmanager
    def _step(self, chat: Chat) -> Iterator[None]:
        """Take back what a chat was told if it could not be written."""
        with self._one_step, _restoring(chat):
            yield

    def _open(self, chat: Chat) -> Conversation:
        conversation = chat.conversation()
        try:
            with self._transaction():
                self._steps.open_chat(conversation)
        except BaseException:
            self._phone.chats.remove(chat)
            raise
        self._truth.append(conversation)
        self._db.retell(self._truth, self._phone.people)
        return conversation

    def _write(self, chat: Chat, *changed: tuple[Message | None, Message]) -> None:
        place = self._phone.chats.index(chat)
        before, after = self._truth[place], chat.conversation()
        for old, new in changed:
            self._lay_out(old, new)
        with self._transaction():
            self._steps.happen(before, after, changed)
        self._truth[place] = after
        self._db.retell(self._truth, self._phone.people)
        if self._checkpoints:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._require_the_file()
        with explained(self._db.path), self._written():
            yield

    def _require_the_file(self) -> None:
        """Refuse a step into a file that has gone: nobody could read it.

        Raises:
            FoundryError: the file was removed, or another stands in its place.
        """
        path = self._db.path
        if _identity(path) != self._file:
            raise FoundryError(
                "the file of this live() was removed or replaced\n"
                f"looked for: {path}, as it was when live() began\n"
                "leave it where it is until the `with` block ends"
            )

    @contextmanager
    def _written(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.roll_back():
                self._steps.read_handles()
            raise

    def _lay_out(self, old: Message | None, new: Message) -> None:
        """Put files where their rows will say that they are, before the rows."""
        known = set(files_of(old)) if old is not None else set()
        added = [file for file in files_of(new) if file not in known]
        if added:
            folder = generator.Folder(self._db.attachments)
            for file in added:
                folder.add(file)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ones that say which file it is and what to do."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise FoundryError(
            f"the file has such a row already: {error}\n"
            f"looked in {path}\n"
            "take another person or group: live() knows none of the chats of "
            "a file that was not built here"
        ) from None
    except sqlite3.Error as error:
        raise FoundryError(
            f"the step could not be written: {error}\n"
            f"tried on {path}, which is as it was before\n"
            "a locked file is one that another connection writes to: commit there, or "
            "close it; else look whether the file is there and its tables are Apple's"
        ) from None


@contextmanager
def _restoring(chat: Chat) -> Iterator[None]:
    drafts, events = list(chat.drafts), list(chat.attendance.events)
    name, properties, former = chat.name, chat.properties, chat.former
    moment = chat.phone.moment
    try:
        yield
    except BaseException:
        chat.drafts[:], chat.attendance.events[:] = drafts, events
        chat.name, chat.properties, chat.former = name, properties, former
        chat.phone.turn_back(moment)
        raise


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one in its place; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _newest(connection: LiveConnection) -> int:
    """Return the newest date of the file, for one whose truth nobody knows."""
    found: int | None = connection.execute(
        "SELECT max(date) FROM message WHERE date < ?", (END,)
    ).fetchone()[0]
    return found or FIRST


def _last_rowid(connection: LiveConnection) -> int:
    found: int | None = connection.execute(
        "SELECT max(seq) FROM sqlite_sequence WHERE name = 'message'"
    ).fetchone()[0]
    return found or 0
