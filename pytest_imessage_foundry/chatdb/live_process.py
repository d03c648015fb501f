"""The process that holds the SQLite connection of `live()`.

SQLite's locks on Unix belong to a process and a file: the first time that any code
of a process closes the file, all locks which that process has on it are gone. A test
reads, copies and checks its file as it likes, so the connection that writes must not
be in the process of the test.

Run by its path, with the standard library alone: live_process.py PATH URI. Requests
come as lines of JSON and are answered by one line each:

    [statement, [value, ...]]    {"rows": [[value, ...], ...]}
    "roll back"                  {"rows": []}
    "close"                      {"rows": []}

Instead of rows there may be an "error" as `described`, or {"taken": true} where
another `live()` has the file. JSON, and not pickle, because whoever reads a pickle
runs what it says.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import sys
from contextlib import closing

try:
    import fcntl
except ImportError:  # Windows, where a second live() is not noticed
    fcntl = None  # type: ignore[assignment]

TYPE_CHECKING = False  # importing typing takes a sixth of this process's start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

ROLL_BACK, CLOSE = "roll back", "close"
# A byte of the file that is locked while a live() has it. SQLite locks 512 bytes from
# 0x40000000 on (its os.h), and no database reaches this one.
_OURS = 1 << 62
_BYTES = "bytes"
_PARENT_CHECK = 1.0  # seconds
_PRAGMAS = (
    "journal_mode = WAL",
    "foreign_keys = ON",
    # Nothing is moved into the file but when we say so.
    "wal_autocheckpoint = 0",
)


def to_line(message: object) -> bytes:
    """Write a message as one line of JSON."""
    return json.dumps(message, default=_from_bytes).encode() + b"\n"


def from_line(line: bytes) -> Any:
    """Read a message from its line."""
    return json.loads(line, object_hook=_to_bytes)


def _from_bytes(value: object) -> dict[str, str]:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {_BYTES: bytes(value).hex()}
    # As SQLite itself says of a value that it cannot hold.
    raise sqlite3.ProgrammingError(f"type {type(value).__name__!r} is not supported")


def _to_bytes(value: dict[str, Any]) -> Any:
    return bytes.fromhex(value[_BYTES]) if _BYTES in value else value


def described(error: BaseException) -> dict[str, Any]:
    """Describe an error so that the other process can raise the same."""
    return {
        "name": type(error).__name__,
        "args": [each for each in error.args if isinstance(each, (str, int))],
        "sqlite_errorcode": getattr(error, "sqlite_errorcode", None),
        "sqlite_errorname": getattr(error, "sqlite_errorname", None),
    }


def main(path: str, uri: str) -> None:
    """Answer requests until one says to close, or nobody is there to make one."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # Ctrl-C reaches all processes of a terminal; the test's own decides what it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if not _take(path):
            _answer({"taken": True})
            return
        with closing(_connect(uri)) as connection:
            _answer({"rows": []})
            for request in _requests():
                _answer(_reply(connection, request))
                if request == CLOSE:
                    break
    except BrokenPipeError:  # nobody is there to read the answer
        pass
    except sqlite3.Error as error:
        _answer({"error": described(error)})


def _take(path: str) -> bool:
    """Lock the file against another `live()`; False where one has it.

    The lock goes with this process, however that ends.
    """
    if fcntl is None:
        return True
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:  # SQLite will say what is wrong with it
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _OURS)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _connect(uri: str) -> sqlite3.Connection:
    # Python runs isolated: the folder that holds the package is not on the path.
    sys.path.append(os.path.abspath(f"{__file__}/../../.."))
    from pytest_imessage_foundry.db.functions import register_functions

    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        register_functions(connection)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
    except BaseException:
        connection.close()
        raise
    return connection


def _reply(connection: sqlite3.Connection, request: Any) -> dict[str, Any]:
    rows: list[tuple[Any, ...]] = []
    try:
        if request == ROLL_BACK:
            connection.rollback()
        elif request == CLOSE:
            connection.close()
        else:
            rows = connection.execute(*request).fetchall()
    except Exception as error:  # whatever it is, the test is told
        return {"error": described(error)}
    return {"rows": rows}


def _answer(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(to_line(message))
    sys.stdout.buffer.flush()


def _requests() -> Iterator[Any]:
    source, parent = sys.stdin.fileno(), os.getppid()
    waiting = b""
    while True:
        if not _has_input(source):
            # The end of the input is not enough: a fork of the test's process, which
            # outlives it, holds the other end open.
            if os.getppid() != parent:
                return
            continue
        chunk = os.read(source, 1 << 16)
        if not chunk:
            return
        *lines, waiting = (waiting + chunk).split(b"\n")
        yield from map(from_line, lines)


def _has_input(source: int) -> bool:
    # Windows can only wait for sockets; os.read waits there.
    return os.name == "nt" or bool(select.select([source], [], [], _PARENT_CHECK)[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
