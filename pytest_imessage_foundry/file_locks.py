"""Locks between processes, which the system releases when their process ends."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 120.0  # seconds; whoever holds a lock for longer may hang
_PAUSE = 0.01  # seconds from one try to the next


@contextmanager
def held(path: Path, patience: float = PATIENCE) -> Iterator[bool]:
    """Hold the lock file `path` during a block; yield False if somebody else does.

    It is waited for as long as `patience`, and the file is removed afterwards. Where
    the file system has no locks, nobody is kept out.
    """
    file = _taken(path, time.monotonic() + patience)
    try:
        yield file is not None
    finally:
        if file is not None:
            with suppress(OSError):
                # While it is held: whoever waits for it sees that it has gone.
                if _is_at(file, path):
                    path.unlink()
            os.close(file)
            if fcntl is None:  # Windows removes no open file
                with suppress(OSError):
                    path.unlink()


def _taken(path: Path, deadline: float) -> int | None:
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            _lock(file)
            if _is_at(file, path):
                return file
        except BlockingIOError:
            os.close(file)
            if time.monotonic() > deadline:
                return None
            time.sleep(_PAUSE)
        except OSError:  # a file system without locks
            return file
        except BaseException:
            os.close(file)
            raise
        else:
            os.close(file)


def _lock(file: int) -> None:
    """Lock an open file.

    Raises:
        BlockingIOError: somebody else has.
    """
    if fcntl is not None:
        # Not lockf: its locks are the process's, and two threads would share one.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    try:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        raise BlockingIOError from error


def _is_at(file: int, path: Path) -> bool:
    """Return whether an open file is still the one of this name."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False
