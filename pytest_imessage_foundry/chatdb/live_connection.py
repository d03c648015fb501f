"""The connection of `live()`, as it looks from the process of the test.

See `live_process` for why the real one is elsewhere, and for what the two say.
"""

from __future__ import annotations

import builtins
import os
import sqlite3
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.chatdb import live_process
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.processes import command_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_PATIENCE = 10.0  # seconds; SQLite waits for other writers for half of it


class LiveConnection:
    """As much of a `sqlite3.Connection` as `LiveWriter` needs.

    A statement goes there and back in a twentieth of a millisecond, and a step has
    five of them, so that the COMMIT takes far longer than the way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._has_ended = False
        self._is_closed = False
        command = command_of(live_process)
        self._process = subprocess.Popen(
            [*command, str(path), f"{path.absolute().as_uri()}?mode=rw"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            self._rows_of(self._exchange(b""))
        except BaseException:
            self._end()
            raise

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Run a statement."""
        with self._lock:
            return Rows(self._ask((statement, values)))

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Rows:
        """Run a statement once for each of these."""
        for values in rows:
            self.execute(statement, values)
        return Rows([])

    def roll_back(self) -> bool:
        """Undo the open transaction; False where the process has ended, and with it
        the transaction."""
        with self._lock:
            if self._is_over:
                return False
            self._ask(live_process.ROLL_BACK)
            return True

    def close(self) -> None:
        """Close the real connection and end its process."""
        try:
            # A fork of the test's process comes by here too, and closes its ends only.
            if not self._is_over and self._owner == os.getpid():
                with self._lock:
                    self._ask(live_process.CLOSE)
        finally:
            self._is_closed = True
            self._end()

    @property
    def _is_over(self) -> bool:
        return self._has_ended or self._is_closed

    def _ask(self, request: object) -> list[tuple[Any, ...]]:
        if self._owner != os.getpid():
            raise FoundryError(
                "a fork cannot go on with the live() of its parent\n"
                f"process {os.getpid()} tried, on {self._path}\n"
                "take the steps in the process that opened live()"
            )
        return self._rows_of(self._exchange(live_process.to_line(request)))

    def _exchange(self, line: bytes) -> Any:
        """Send a line and return the answer to it."""
        sending, answering = self._process.stdin, self._process.stdout
        assert sending is not None
        assert answering is not None
        if self._is_over:
            raise self._ended()
        # Until the answer is there: whoever is interrupted on the way (Ctrl-C, a time
        # limit) would take this one for the answer to the next question.
        self._has_ended = True
        try:
            sending.write(line)
            sending.flush()
            answer = answering.readline()
        except BrokenPipeError:
            answer = b""
        if not answer.endswith(b"\n"):
            raise self._ended()
        self._has_ended = False
        return live_process.from_line(answer)

    def _rows_of(self, answer: Any) -> list[tuple[Any, ...]]:
        if "taken" in answer:
            raise FoundryError(
                "another live() has this file open\n"
                f"it is {self._path}; neither would know the messages of the other\n"
                "let one end before the next begins, or take a second chat_db"
            )
        if "error" in answer:
            raise _error(**answer["error"])
        return [tuple(row) for row in answer["rows"]]

    def _ended(self) -> FoundryError:
        if self._is_closed:
            return FoundryError(
                "this live() is over\n"
                f"it wrote to {self._path} until its `with` block ended\n"
                "take the steps within the block, or open a new live()"
            )
        return FoundryError(
            "the process that writes for live() has ended, or was interrupted\n"
            f"it wrote to {self._path}, which holds every step up to the last whole "
            "one\nopen a new live()"
        )

    def _end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what was not sent
                pipe.close()
        if self._owner != os.getpid():
            self._process.returncode = 0  # it is the parent's to wait for
            return
        if self._has_ended:
            self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Rows:
    """What a statement gave."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None


def _error(
    name: str, args: list[Any], sqlite_errorcode: int | None, sqlite_errorname: str
) -> Exception:
    """Make the error that the other process met."""
    kind = getattr(sqlite3, name, None) or getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return sqlite3.InterfaceError(f"{name}: {args}")
    error = kind(*args)
    if isinstance(error, sqlite3.Error) and sqlite_errorcode is not None:
        error.sqlite_errorcode = sqlite_errorcode
        error.sqlite_errorname = sqlite_errorname
    return error
