"""How refreshes that keep their replies in one folder know of each other."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from pytest_imessage_foundry import file_locks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT_WORK = "refresh-*.lock"


class MemoLocks:
    """The locks of one refresh in the folder of a memo.

    The system releases them when its process ends, however that happens.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / _AT_WORK.replace("*", f"{os.getpid()}-{uuid4().hex}")
        self._held = ExitStack()

    def take(self) -> None:
        """Be at work, for others to see, until `release`."""
        self._held.enter_context(file_locks.held(self._own))

    def release(self) -> None:
        """Be at work no more."""
        self._held.close()

    def is_alone(self) -> bool:
        """Return whether nobody else is at work in the folder."""
        others = [e for e in self._folder.glob(_AT_WORK) if e != self._own]
        return not any(map(_is_held, others))

    @contextmanager
    def asking(self, key: str) -> Iterator[bool]:
        """Hold the right to ask for one reply; yield False if somebody else does."""
        with file_locks.held(self._folder / f"ask-{key}.lock", patience=0) as is_held:
            yield is_held


def _is_held(path: Path) -> bool:
    """Return whether somebody holds a lock; the file of a dead process is removed."""
    with file_locks.held(path, patience=0) as is_free:
        return not is_free
