"""Manifest.db: which file of a phone stands where in its backup.

Tables, indexes, user_version, auto_vacuum, WAL mode and the keys of MBFile are as
read in the Manifest.db of an iOS 14.3 backup that MVT ships with its tests: 3,721
rows, whose every fileID is SHA-1 of "domain-relativePath".
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs.keyed_archives import Obj, keyed_archive
from pytest_imessage_foundry.db.blobs.values import MutableData

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE_NAME = "Manifest.db"
FILE, FOLDER = 1, 2  # Files.flags; links are 4
MOBILE_USER = 501  # whose files a backup holds, and the group of the same number
_STATEMENTS = (
    "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, "
    "flags INTEGER, file BLOB)",
    "CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB)",
    "CREATE INDEX FilesDomainIdx ON Files(domain)",
    "CREATE INDEX FilesRelativePathIdx ON Files(relativePath)",
    "CREATE INDEX FilesFlagsIdx ON Files(flags)",
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file or folder of the phone; `born` and `changed` are Unix seconds.

    Attributes:
        key: the key of an encrypted file, wrapped, behind its class.
    """

    domain: str
    path: str
    flags: int
    mode: int
    inode: int
    born: int
    changed: int
    protection: int
    size: int = 0
    digest: bytes | None = None
    key: bytes | None = None

    @property
    def file_id(self) -> str:
        """What the file is called in the backup."""
        return file_id(self.domain, self.path)

    def archived(self) -> bytes:
        """Return the MBFile of this entry, as NSKeyedArchiver writes it."""
        fields: dict[str, Any] = {
            "LastModified": self.changed,
            "Flags": 0,
            "GroupID": MOBILE_USER,
            "LastStatusChange": self.changed,
            "RelativePath": self.path,
            "Birth": self.born,
            "Size": self.size,
            "Mode": self.mode,
            "UserID": MOBILE_USER,
            "InodeNumber": self.inode,
            "ProtectionClass": self.protection,
        }
        if self.digest is not None:
            fields["Digest"] = self.digest
        if self.key is not None:
            fields["EncryptionKey"] = MutableData(self.key)
        return keyed_archive(Obj("MBFile", fields))


def file_id(domain: str, path: str) -> str:
    """SHA-1 of a domain and a path in it, as 40 hex digits."""
    name = f"{domain}-{path}".encode()
    return hashlib.sha1(name, usedforsecurity=False).hexdigest()


def place_of(domain: str, path: str) -> Path:
    """Return where a file of the phone stands below its backup."""
    name = file_id(domain, path)
    return Path(name[:2], name)


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write the Manifest.db of these entries at `path`, where nothing is."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        for statement in _STATEMENTS:
            connection.execute(statement)
        connection.executemany(
            "INSERT INTO Files VALUES (?, ?, ?, ?, ?)",
            (
                (each.file_id, each.domain, each.path, each.flags, each.archived())
                for each in entries
            ),
        )
        connection.execute("PRAGMA user_version = 2")
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL").close()
