"""A store of raw replies during a refresh, so that no reply is paid for twice.

The folder holds diskcache's database. It is checked as strictly as a pack, see
`text_cache`; a broken one is moved aside, since replies can be requested again.
Refreshes that use one folder at once share what they ask for, see `memo_locks`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import sqlite3
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry import user_folders
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm import text_cache
from pytest_imessage_foundry.llm.base import Provider
from pytest_imessage_foundry.llm.client_provider import ClientProvider
from pytest_imessage_foundry.llm.exchange import MAX_REPLY, RawReply, Usage
from pytest_imessage_foundry.llm.memo_locks import MemoLocks
from pytest_imessage_foundry.models.apple_time import is_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from pytest_imessage_foundry.llm.exchange import Ask, Context
    from pytest_imessage_foundry.models import Persona, Turn

_VERSION = 1
_DONE = "done:"  # before the key of a reply that others may still need
_PATIENCE = 600.0  # seconds; whoever asks for longer may hang
_PAUSE = 0.1  # seconds from one look for somebody else's reply to the next
# SQLite's error codes that mean a problem of the disk, not of the file.
_DISK = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_BUSY: "another process holds it",
    sqlite3.SQLITE_IOERR: "reading or writing failed",
}


def default_folder() -> Path:
    """Return the folder of stored replies, in the user's cache."""
    return user_folders.cache() / "replies"


def digest(provider: Provider, ask: Ask) -> str:
    """Return a hash of a request: the provider, the model and all prompts."""
    material = {
        "provider": provider.name,
        "endpoint": provider.endpoint,
        "model": provider.model,
        "prompts": [[each.role, each.content] for each in ask.prompts],
        "schema": ask.schema,
        "max_tokens": ask.max_tokens,
        "seed": ask.seed,
    }
    text = json.dumps(material, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def failures_of(key: str) -> str:
    """Return the key under which a conversation's failures are counted."""
    return f"failures:{key}"


def memo_for(provider: Provider, folder: Path) -> Memo:
    """Return the memo of a refresh by `provider`.

    Another package's provider needs no diskcache. Without it nothing is kept in
    `folder`; the built-in ones, whose answers are paid for, refuse that.

    Raises:
        ProviderError: a built-in provider, and diskcache is not installed.
        FoundryError: the folder cannot be used.
    """
    is_built_in = isinstance(provider, ClientProvider)
    return Memo(folder, is_lasting=is_built_in or text_cache.is_installed())


class Memo:
    """The replies stored in a folder, by digest; a context manager.

    Unless it `is_lasting`, they go when the process ends.
    """

    def __init__(self, folder: Path, *, is_lasting: bool = True) -> None:
        self.folder = folder
        self.is_lasting = is_lasting
        self.notice = ""
        self._locks = MemoLocks(folder)
        if is_lasting:
            self._open()
            return
        self._cache: Any = text_cache.PassingCache()
        self.notice = (
            "diskcache is not installed: a refresh that is interrupted asks again for "
            "the conversations that were not finished (`pip install diskcache`)"
        )

    def __enter__(self) -> Memo:
        if self.is_lasting:
            with ExitStack() as undo:
                undo.callback(self.close)
                with self._told():
                    self._locks.take()
                if self._locks.is_alone():
                    self._clear()
                undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, and let others see that this refresh is done."""
        self._cache.close()
        self._locks.release()

    @contextmanager
    def asking(self, key: str) -> Iterator[bool]:
        """Hold the right to ask for a reply; yield False if another refresh does.

        Raises:
            FoundryError: the disk refuses it.
        """
        if not self.is_lasting:
            yield True
            return
        with ExitStack() as held:
            with self._told():
                is_ours = held.enter_context(self._locks.asking(key))
            yield is_ours

    def get(self, key: str) -> RawReply | None:
        """Return the reply to a request, or None; rows not written by this class are
        ignored."""
        found = self._tried(lambda: self._cache.get(key))
        reply = _reply(found) if type(found) is str else None
        if reply is not None and self._tried(lambda: _DONE + key in self._cache):
            # Another refresh is done with it, and this one now needs it.
            self._delete(_DONE + key)
        return reply

    def put(self, key: str, reply: RawReply) -> None:
        """Store a reply; it is on disk when this returns."""
        self._tried(lambda: self._cache.set(key, _text(reply)))

    def forget(self, keys: Iterable[str]) -> None:
        """Remove replies that are no longer needed, as soon as nobody else is at work
        who may need them."""
        is_alone = not self.is_lasting or self._locks.is_alone()
        for key in keys:
            if is_alone:
                self._delete(key)
            else:
                self._mark(key)
        if is_alone:
            self._clear()

    def _mark(self, key: str) -> None:
        self._tried(lambda: self._cache.set(_DONE + key, ""))

    def _clear(self) -> None:
        """Remove the replies that were marked while others were at work."""
        done = self._tried(lambda: [e for e in self._cache if e.startswith(_DONE)])
        for each in done or ():
            self._delete(each.removeprefix(_DONE))
            self._delete(each)

    def _delete(self, key: str) -> None:
        self._tried(lambda: self._cache.delete(key))

    def failures(self, key: str) -> int:
        """Return how often the conversation `key` failed since its last success."""
        found = self._tried(lambda: self._cache.get(failures_of(key)))
        is_count = type(found) is str and re.fullmatch(r"[0-9]{1,6}", found)
        return int(found) if is_count else 0

    def fail(self, key: str, used: Iterable[str]) -> None:
        """Remove the replies of a conversation that failed, and count the failure."""
        count = str(self.failures(key) + 1)
        for each in used:
            self._delete(each)
        self._tried(lambda: self._cache.set(failures_of(key), count))

    def __len__(self) -> int:
        return int(self._tried(lambda: len(self._cache)) or 0)

    def _open(self) -> None:
        _private(self.folder)
        try:
            self._cache = text_cache.opened(self.folder)
        except sqlite3.DatabaseError as error:
            if problem := _disk_problem(error):
                raise self._refusal(problem) from None
            self._start_anew()
        except (TypeError, ValueError, KeyError, AttributeError):
            # A forged settings row: diskcache would apply it.
            self._start_anew()
        for name in text_cache.FILES:
            if (file := self.folder / name).exists():
                file.chmod(0o600)

    def _start_anew(self) -> None:
        """Move the broken database aside; its replies can be requested again."""
        number = 1
        while (self.folder / f"broken-{number}-{text_cache.FILES[0]}").exists():
            number += 1
        for name in text_cache.FILES:
            file = self.folder / name
            if file.exists() or file.is_symlink():
                file.rename(self.folder / f"broken-{number}-{name}")
        self.notice = (
            f"the kept replies in {self.folder} could not be read and were moved "
            f"aside (broken-{number}-{text_cache.FILES[0]})"
        )
        self._cache = text_cache.opened(self.folder)

    def _tried(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except text_cache.RefusedError:
            return None
        except sqlite3.DatabaseError as error:
            if problem := _disk_problem(error):
                raise self._refusal(problem) from None
            self._cache.close()
            self._start_anew()
            return action()
        except text_cache.timeout():
            raise self._refusal("another process holds it") from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn errors of the disk into FoundryError."""
        try:
            yield
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from None

    def _refusal(self, problem: str) -> FoundryError:
        return FoundryError(
            f"replies cannot be kept: {problem}\n"
            f"looked at: {self.folder}\n"
            "make room or mend its rights, or name another folder with --memo"
        )


class Remembering(Provider):
    """A provider that stores replies and requests each only once.

    Where another refresh asks for the same reply, that one is waited for.
    """

    def __init__(self, inner: Provider, memo: Memo) -> None:
        self.name, self.model = inner.name, inner.model
        self.endpoint = inner.endpoint
        self.used: set[str] = set()
        self._inner = inner
        self._memo = memo

    async def generate(self, ask: Ask) -> RawReply:
        key = digest(self, ask)
        self.used.add(key)
        until = time.monotonic() + _PATIENCE
        while not (kept := self._memo.get(key)):
            with self._memo.asking(key) as is_ours:
                if is_ours or time.monotonic() > until:
                    # It may have come right before the lock was free.
                    return self._memo.get(key) or await self._asked(key, ask)
            await asyncio.sleep(_PAUSE)
        return kept

    async def _asked(self, key: str, ask: Ask) -> RawReply:
        reply = await self._inner.generate(ask)
        today = datetime.now(UTC).date().isoformat()
        reply = RawReply(
            text=reply.text,
            finish=reply.finish,
            refusal=reply.refusal,
            model=reply.model,
            usage=reply.usage,
            date=today,
        )
        self._memo.put(key, reply)
        return reply

    async def generate_messages(
        self, personas: Sequence[Persona], context: Context, count: int
    ) -> list[Turn]:
        """Return the next turns.

        A provider with its own `generate_messages` is called directly and its answers
        are not stored, because only it knows what it asks.
        """
        if type(self._inner).generate_messages is not Provider.generate_messages:
            return await self._inner.generate_messages(personas, context, count)
        return await super().generate_messages(personas, context, count)

    async def close(self) -> None:
        await self._inner.close()


def _private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            owner = folder.stat().st_uid
            if owner != os.getuid():
                raise PermissionError(None, "it belongs to somebody else")
            folder.chmod(0o700)
    except OSError as error:
        raise FoundryError(
            f"replies cannot be kept: {error.strerror}\n"
            f"looked at: {folder}\n"
            "mend its rights, or name another folder with --memo"
        ) from None


def _disk_problem(error: sqlite3.DatabaseError) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    return _DISK.get(code & 0xFF) if code is not None else None


def _text(reply: RawReply) -> str:
    usage = reply.usage and [reply.usage.sent, reply.usage.received]
    fields = {
        "version": _VERSION,
        "text": reply.text,
        "finish": reply.finish,
        "refusal": reply.refusal,
        "model": reply.model,
        "usage": usage,
        "date": reply.date,
    }
    return json.dumps(fields, sort_keys=True)


def _reply(text: str) -> RawReply | None:
    try:
        raw = json.loads(text) if len(text) <= 6 * MAX_REPLY else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or raw.get("version") != _VERSION:
        return None
    usage, refusal = raw.get("usage"), raw.get("refusal")
    strings = [raw.get(name) for name in ("text", "model", "date")]
    if not all(type(each) is str for each in strings):
        return None
    if raw.get("finish") not in ("stop", "length", "refused"):
        return None
    # It goes into the pack, which has no other days either.
    if not is_day(raw["date"]):
        return None
    return RawReply(
        text=raw["text"],
        finish=raw["finish"],
        refusal=refusal if type(refusal) is str else None,
        model=raw["model"],
        usage=_usage(usage),
        date=raw["date"],
        is_kept=True,
    )


def _usage(raw: Any) -> Usage | None:
    if not isinstance(raw, list) or len(raw) != 2:
        return None
    sent, received = raw
    if type(sent) is not int or type(received) is not int:
        return None
    return Usage(max(sent, 0), max(received, 0))
