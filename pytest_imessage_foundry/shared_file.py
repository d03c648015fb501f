"""A database that many tests read, and how it is told that one has written to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_imessage_foundry.file_state import State, state_of

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB

# A write in the same tick of the clock as the copy would give it the same time; two
# seconds are a tick of FAT.
_EARLIER = 2 * 10**9


@dataclass(frozen=True)
class SharedFile:
    """A shared copy, and the state that it was in when it was new."""

    handle: ChatDB
    state: State

    @classmethod
    def of(cls, handle: ChatDB) -> SharedFile:
        """Return a new copy as a file that nobody may write to."""
        path = handle.path
        made = path.stat().st_mtime_ns - _EARLIER
        os.utime(path, ns=(made, made))
        path.chmod(0o444)  # which the superuser may ignore
        return cls(handle, state_of(path))

    def is_untouched(self) -> bool:
        """Return whether nobody has written to it, or through a connection that is
        still open to its log."""
        return state_of(self.handle.path) == self.state
