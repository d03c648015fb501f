"""The path of a home folder that knows the truth of its chat.db."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB

    _Path = Path
else:
    # That of this system: Path itself makes one of two other classes.
    _Path = type(Path())


class MessagesHome(_Path):
    """A home folder; `chat_db` is the handle on its database.

    Paths made of it are ordinary ones.
    """

    chat_db: ChatDB

    @classmethod
    def around(cls, folder: Path, chat_db: ChatDB) -> MessagesHome:
        """Return the path `folder` with the handle on what is in it."""
        home = cls(folder)
        home.chat_db = chat_db
        return home

    def with_segments(self, *segments: object) -> Path:
        """Make other paths of this one: they are homes of nothing (Python 3.12)."""
        return Path(*map(str, segments))
