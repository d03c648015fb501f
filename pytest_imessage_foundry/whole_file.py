"""Read a file whose size and kind are not known: bounded, and without waiting."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 1.0  # seconds until a writer has opened a named pipe
_STEP = 0.02


def read(path: Path, most: int) -> bytes:
    """Return what a file holds, cut after `most` bytes and one more.

    A named pipe that nobody writes into is an error, since to open it would wait for a
    writer for ever, and so is a device, which may have no end.

    Raises:
        OSError: it cannot be read.
    """
    waits_not = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, os.O_RDONLY | waits_not)
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if stat.S_ISCHR(mode):
            raise OSError(0, "it is a device and no file", str(path))
        if not stat.S_ISFIFO(mode):
            return file.read(most + 1)
        first = _first_of_pipe(handle, path)
        os.set_blocking(handle, True)
        return first + file.read(max(0, most + 1 - len(first)))


def _first_of_pipe(handle: int, path: Path) -> bytes:
    """Return the first bytes of a pipe, none if its writer has yet to write."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            if first := os.read(handle, 1):
                return first
        except BlockingIOError:
            return b""
        time.sleep(_STEP)
    raise OSError(0, "it is a named pipe, and nobody writes into it", str(path))
