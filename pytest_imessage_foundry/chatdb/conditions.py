"""States of the file that readers meet on real Macs, by name.

    with chat_db.condition("hot-wal"):
        assert my_reader(chat_db) == expected(chat_db.conversations)

Whoever writes does so in a process of its own, as Messages does: locks of the
reader's own process would hide from it, and go when it closes the file. Conditions
nest: `hot-wal` and then `read-only-folder` is a copy of a disk image.
"""

from __future__ import annotations

import heapq
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import atomic
from pytest_imessage_foundry.chatdb import other_writer
from pytest_imessage_foundry.chatdb.read_only import check_may
from pytest_imessage_foundry.db import builder
from pytest_imessage_foundry.db.rows.attachment_roots import root_for
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.processes import command_of
from pytest_imessage_foundry.scratch import scratch_folder

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pytest_imessage_foundry.chatdb.handle import ChatDB
    from pytest_imessage_foundry.models import Conversation

LAST = 3  # messages that a -wal holds back from the file


@contextmanager
def put(db: ChatDB, name: str) -> Iterator[ChatDB]:
    """Put a database into a condition; see `ChatDB.condition`."""
    if name not in _CONDITIONS:
        raise FoundryError(
            f"unknown condition {name!r} (choose from {', '.join(NAMES)})"
        )
    check_may(db, f"be put into condition {name!r}")
    if not db.path.is_file():
        raise FoundryError(
            f"there is no database to put into condition {name!r}\n"
            f"looked for: {db.path}\n"
            "leave the file where it is until the condition is over"
        )
    with _CONDITIONS[name][0](db):
        yield db


@contextmanager
def _hot_wal(db: ChatDB) -> Iterator[None]:
    with _held_back(db) as complete:
        with _writer("gone", db.path, complete):
            pass
        yield


@contextmanager
def _missing_shm(db: ChatDB) -> Iterator[None]:
    with _hot_wal(db):
        _beside(db.path, "-shm").unlink()
        yield


@contextmanager
def _open_wal(db: ChatDB) -> Iterator[None]:
    with _held_back(db) as complete, _writer("open", db.path, complete):
        yield


@contextmanager
def _checkpointed_wal(db: ChatDB) -> Iterator[None]:
    with _held_back(db) as complete, _writer("checkpointed", db.path, complete):
        yield


@contextmanager
def _writing(db: ChatDB) -> Iterator[None]:
    with _writer("writing", db.path):
        yield


@contextmanager
def _locked(db: ChatDB) -> Iterator[None]:
    with _writer("exclusive", db.path):
        yield


@contextmanager
def _read_only_folder(db: ChatDB) -> Iterator[None]:
    folder = db.path.parent
    files = [each for each in folder.iterdir() if each.is_file()]
    modes = {each: each.stat().st_mode for each in (folder, *files)}
    try:
        for each in files:
            each.chmod(0o444)
        folder.chmod(0o555)
        # The effective user's rights are those that count, where they can be asked.
        effective = os.access in os.supports_effective_ids
        if os.access(folder, os.W_OK, effective_ids=effective):
            raise FoundryError(
                "this user can write to a read-only folder\n"
                f"tried {folder} with mode 555: the superuser, and all of Windows, "
                "ignore it\nrun the test as another user, or skip it for this one"
            )
        yield
    finally:
        for each, mode in modes.items():
            each.chmod(mode)


@contextmanager
def _held_back(db: ChatDB) -> Iterator[Path]:
    """Yield the file as it stood before its last messages; gives a complete copy.

    The complete file is put back at the end, whatever became of the other.
    """
    with scratch_folder() as scratch:
        complete = scratch / db.path.name
        with atomic.naming_disk_errors(db.path):
            _settle(db.path)
            shutil.copyfile(db.path, complete)
        try:
            builder.build(
                db.path,
                db.schema,
                _without_last(db.conversations),
                owner=db.owner,
                people=db.personas,
                seed=db.seed,
                attachment_root=root_for(db.path),
            )
            yield complete
        finally:
            with atomic.replacing(db.path) as draft:
                shutil.copyfile(complete, draft)


def _settle(path: Path) -> None:
    """Move what a -wal holds into the file: closing it last does that."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def _without_last(conversations: tuple[Conversation, ...]) -> list[Conversation]:
    every = (
        (message.date, message.guid)
        for chat in conversations
        for message in chat.messages
    )
    last = {guid for _, guid in heapq.nlargest(LAST, every)}
    return [_without(chat, last) for chat in conversations]


def _without(chat: Conversation, last: set[str]) -> Conversation:
    messages = tuple(each for each in chat.messages if each.guid not in last)
    photos = {each.event.photo for each in messages if each.event is not None}
    properties = chat.properties
    if properties.group_photo not in photos:
        properties = replace(properties, group_photo=None)
    return replace(chat, messages=messages, properties=properties)


@contextmanager
def _writer(how: str, path: Path, complete: Path | None = None) -> Iterator[None]:
    """A process that has put the file at `path` into a state, until the block ends."""
    command = command_of(other_writer)
    with subprocess.Popen(
        [*command, how, str(path), *([str(complete)] if complete is not None else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            said = process.communicate()[1].decode(errors="replace").strip()
            raise FoundryError(
                f"the writer of condition {how!r} could not open the file\n"
                f"it is {path}; it said: {said.splitlines()[-1:]}\n"
                "close what else holds it"
            )
        yield
        process.stdin.close()
        process.wait()


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


_CONDITIONS: dict[str, tuple[Callable[[ChatDB], AbstractContextManager[None]], str]] = {
    "hot-wal": (
        _hot_wal,
        "the last messages are in the -wal alone, and the writer is gone: "
        "whoever ignores or deletes the -wal misses them",
    ),
    "open-wal": (
        _open_wal,
        "the same with a writer that has the file open",
    ),
    "checkpointed-wal": (
        _checkpointed_wal,
        "a writer has the file open, and all that its -wal holds is in the file "
        "as well",
    ),
    "missing-shm": (
        _missing_shm,
        "a -wal that holds the last messages, without its -shm, as after "
        "copying two files of three",
    ),
    "read-only-folder": (
        _read_only_folder,
        "neither the file nor its folder can be written to; SQLite then opens a "
        "database in WAL mode with immutable=1 only",
    ),
    "writing": (
        _writing,
        "a writer is in the middle of a transaction: reading works, writing "
        "finds the database locked",
    ),
    "locked": (
        _locked,
        "a writer holds the whole file for itself: even reading finds the "
        "database locked",
    ),
}
NAMES = {name: what for name, (_, what) in _CONDITIONS.items()}
