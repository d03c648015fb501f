"""A lock that lets one refresh at a time write a folder of packs."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.processes import is_running, started

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = ".refresh.lock"
_MAX = 1000
_SIGNED_WITHIN = 5.0  # seconds


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of `folder` during a block; make the folder if it is missing.

    A folder that was made and is still empty at the end is removed.

    Raises:
        FoundryError: another refresh holds it, or the folder cannot be written.
    """
    path = folder / NAME
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _take(path)
    except OSError as error:
        raise FoundryError(
            f"packs cannot be written: {error.strerror}\n"
            f"looked at: {folder}\n"
            "mend its rights, or name another folder with --out"
        ) from None
    try:
        yield
    finally:
        if _owner(path) == _myself():
            path.unlink(missing_ok=True)
        for each in made:
            with suppress(OSError):  # it holds packs, and stays
                each.rmdir()


def _take(path: Path) -> None:
    for _ in range(3):
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            _clear(path)
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(_myself(), file)
        return
    raise _busy(path, _owner(path))


def _clear(path: Path) -> None:
    """Remove the lock of a process that ended."""
    owner = _owner(path)
    if not _is_abandoned(path) and (owner is None or _lives(owner)):
        raise _busy(path, owner)
    # Moved before it is removed: of two processes that find it stale, one moves it
    # and the other finds none, so that neither removes the other's new lock.
    aside = path.with_name(f"{NAME}.{os.getpid()}")
    with suppress(FileNotFoundError):
        os.rename(path, aside)
        if _owner(aside) != owner:
            os.rename(aside, path)
            raise _busy(path, _owner(path))
        aside.unlink()


def _is_abandoned(path: Path) -> bool:
    """Return whether the lock is empty for so long that its process must have ended."""
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_size == 0 and time.time() - found.st_mtime > _SIGNED_WITHIN
    return False


def _myself() -> dict[str, Any]:
    return {"pid": os.getpid(), "host": socket.gethostname(), "born": started()}


def _owner(path: Path) -> dict[str, Any] | None:
    try:
        with path.open(encoding="utf-8") as file:
            found = json.loads(file.read(_MAX))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _lives(owner: dict[str, Any]) -> bool:
    pid, host = owner.get("pid"), owner.get("host")
    if type(pid) is not int or pid <= 0 or host != socket.gethostname():
        return True  # nobody here can tell
    return is_running(pid) and started(pid) == owner.get("born")


def _busy(path: Path, owner: dict[str, Any] | None) -> FoundryError:
    pid = owner.get("pid") if owner else None
    who = f"process {pid}" if type(pid) is int else "an unknown process"
    return FoundryError(
        f"another refresh is at work on {path.parent}: {who}\n"
        f"looked at: {path}\n"
        "wait for it to end; if no refresh runs, remove that file"
    )
