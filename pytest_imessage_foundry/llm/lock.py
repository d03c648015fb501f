"""A lock that lets one refresh at a time write a folder of packs."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pytest_imessage_foundry import file_locks
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = ".refresh.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of `folder` during a block; make the folder if it is missing.

    The system releases it when the process ends, however that happens. A folder that
    was made and is still empty at the end is removed.

    Raises:
        FoundryError: another refresh holds it, or the folder cannot be written.
    """
    path = folder / NAME
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise FoundryError(
            f"packs cannot be written: {error.strerror}\n"
            f"looked at: {folder}\n"
            "mend its rights, or name another folder with --out"
        ) from None
    try:
        with file_locks.held(path, patience=0) as is_held:
            if not is_held:
                raise _busy(path)
            with suppress(OSError):  # a full disk
                path.write_text(str(os.getpid()), encoding="ascii")
            yield
    finally:
        for each in made:
            with suppress(OSError):  # it holds packs, and stays
                each.rmdir()


def _busy(path: Path) -> FoundryError:
    return FoundryError(
        f"another refresh is at work on {path.parent}: {_holder(path)}\n"
        f"looked at: {path}\n"
        "wait for it to end"
    )


def _holder(path: Path) -> str:
    """Return who holds a lock, as far as the file says it."""
    with suppress(OSError, ValueError):
        return f"process {int(path.read_text(encoding='ascii'))}"
    return "a process that has just begun"
