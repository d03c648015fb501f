"""IOSBackup: the handle that tests get, a folder with the truth of what is in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_imessage_foundry.ios import manifest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.chatdb.handle import ChatDB


class IOSBackup(os.PathLike[str]):
    """An iPhone's backup, with the truth of its messages.

    Attributes:
        path: the folder.
        password: what opens it; None if it is not encrypted.
        chat_db: the truth, as of any ChatDB. Its path is that of sms.db in the
            backup; without a password one can connect to it, to read.
    """

    def __init__(self, path: Path, chat_db: ChatDB, password: str | None) -> None:
        self.path = path
        self.chat_db = chat_db
        self.password = password

    def __fspath__(self) -> str:
        return str(self.path)

    __str__ = __fspath__

    def __repr__(self) -> str:
        how = "encrypted" if self.password is not None else "not encrypted"
        return f"IOSBackup({str(self.path)!r}, {how}, of {self.chat_db!r})"

    def place_of(self, domain: str, path: str) -> Path:
        """Return where a file of the phone stands in the backup, if it is there:
        `place_of("HomeDomain", "Library/SMS/sms.db")`."""
        return self.path / manifest.place_of(domain, path)
