"""Open a database to look at it, and leave no trace.

With a write-ahead log or a journal beside it, SQLite would have to write there,
so a copy of both is opened instead. Without, the file itself is opened.
"""

from __future__ import annotations

import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pytest_imessage_foundry import whole_file
from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.scratch import scratch_folder

try:
    import fcntl
except ImportError:  # Windows, where opening a locked file fails by itself
    fcntl = None  # type: ignore[assignment]

MAGIC = b"SQLite format 3\0"
HEADER = 100
# The header's write and read version, per SQLite's file format.
_ROLLBACK, _WAL = b"\x01\x01", b"\x02\x02"
_COMPANIONS = ("-wal", "-journal")
# Where SQLite locks: 510 bytes that readers share and an exclusive writer owns.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
# Where it stands in a folder of one, a home, an iPhone's file system and a backup,
# whose name for it is SHA-1 of "HomeDomain-Library/SMS/sms.db".
PLACES = (
    "chat.db",
    "sms.db",
    "Library/Messages/chat.db",
    "Library/SMS/sms.db",
    "private/var/mobile/Library/SMS/sms.db",
    "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28",
)
_LIST = 1 << 20  # bytes that the list of a backup has at most
_PATIENCE = 1.0  # seconds
_TRIES = 3
# SQLite quotes a broken schema in its message, bytes as they are, and Python then
# fails to decode the message.
BROKEN = (sqlite3.DatabaseError, UnicodeDecodeError)


@dataclass(frozen=True)
class Source:
    """A database that can be connected to, and what its file is like.

    With a log or a journal beside it, some of the database may stand in that.
    """

    path: Path
    header: bytes
    size: int
    address: str
    has_log: bool = False

    @property
    def is_wal(self) -> bool:
        return self.header[18:20] == _WAL

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that cannot write; text of any bytes comes out as str."""
        database = sqlite3.connect(
            self.address, uri=True, timeout=_PATIENCE, isolation_level=None
        )
        with closing(database) as connection:
            connection.text_factory = _text
            for pragma in ("query_only = ON", "cache_size = -65536"):
                connection.execute(f"PRAGMA {pragma}").close()
            connection.execute("PRAGMA mmap_size = 1073741824").close()
            yield connection


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Yield the database at `path`, to be looked at while the context lasts.

    Raises:
        UnreadableFileError: not there, not SQLite, a directory, encrypted,
            truncated, locked, empty.
    """
    real, header, size = _examined(path)
    _refuse_locked(real)
    companions = [name for name in _COMPANIONS if _size(real, name)]
    if companions:
        with _copied(real, companions) as copy:
            yield _connectable(Source(path, header, size, copy.as_uri(), has_log=True))
        return
    _refuse_truncated(path, header, size)
    address = f"{real.as_uri()}?mode=ro{_trust(real, header)}"
    yield _connectable(Source(path, header, size, address))


def _trust(real: Path, header: bytes) -> str:
    """Return whether SQLite must trust that nobody writes, as part of its address.

    Else it takes locks, which leaves no trace only in a file that has no log: for
    a log that is there, if empty, or that the header may promise, even a reader
    creates files.
    """
    is_plain = header[18:20] == _ROLLBACK
    has_log = _size(real, "-wal") is not None
    return "" if is_plain and not has_log else "&immutable=1"


def unreadable(path: Path, error: Exception) -> UnreadableFileError:
    """Return the refusal of a database that SQLite could not read."""
    if "locked" in str(error) or "busy" in str(error):
        return _locked(path)
    return _damaged(path, error)


def without_messages(path: Path) -> UnreadableFileError:
    """Return the refusal of a database that is not one of Messages."""
    remedy = "give the path of a Messages database (chat.db or sms.db)"
    return _unreadable("the database has no message table", path, remedy)


def _unreadable(what: str, where: object, remedy: str) -> UnreadableFileError:
    return UnreadableFileError(f"{what}\nlooked at {where}\n{remedy}")


def _examined(path: Path) -> tuple[Path, bytes, int]:
    """Return the real path, the header and the size of what looks like a database."""
    try:
        real = path.resolve()
        status = real.stat()
        if stat.S_ISDIR(status.st_mode):
            found = [path / each for each in PLACES if (path / each).is_file()]
            if found and _is_of_encrypted_backup(found[0]):
                raise _encrypted(path)
            remedy = f"name {found[0]}" if found else "name the chat.db or sms.db in it"
            raise _unreadable("a directory is no database", path, remedy)
        if not stat.S_ISREG(status.st_mode):
            raise _unreadable("not a regular file", path, "name a chat.db file")
        with real.open("rb") as file:
            header = file.read(HEADER)
            sample = file.read(4096)
    except FileNotFoundError:
        remedy = f"check the path, or run `imessage-foundry build {path}`"
        raise _unreadable("there is no such file", path, remedy) from None
    except PermissionError:
        remedy = (
            "give this process the right to read it (on macOS: Full Disk Access "
            "in System Settings, Privacy & Security)"
        )
        raise _unreadable("the file may not be read", path, remedy) from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = f"the file cannot be opened: {error}"
        raise _unreadable(reason, path, "check the path") from None
    _refuse_foreign(path, header, sample, status.st_size)
    return real, header, status.st_size


def _refuse_foreign(path: Path, header: bytes, sample: bytes, size: int) -> None:
    if size == 0:
        remedy = "copy it anew, or build one with `imessage-foundry build`"
        raise _unreadable("the file is empty", path, remedy)
    if not header.startswith(MAGIC):
        # Encrypted pages look random and fill whole disk blocks.
        looks_random = size % 512 == 0 and len(set(header + sample)) > 180
        if looks_random or _is_of_encrypted_backup(path):
            raise _encrypted(path)
        raise _unreadable("not a SQLite database", path, "name a chat.db file")
    if len(header) < HEADER:
        raise _truncated(path, size, HEADER)


def _is_of_encrypted_backup(path: Path) -> bool:
    """Return whether the list of a backup beside a file, or above its folder, says that
    the backup is encrypted."""
    import plistlib
    from xml.parsers.expat import ExpatError

    # plistlib lets through what damaged lists make Python raise.
    damaged = (
        ArithmeticError,
        AttributeError,
        ExpatError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
        ValueError,
    )
    for folder in (path.parent, path.parent.parent):
        try:
            said = plistlib.loads(whole_file.read(folder / "Manifest.plist", _LIST))
        except (OSError, *damaged):
            continue
        return isinstance(said, dict) and said.get("IsEncrypted") is True
    return False


def _encrypted(path: Path) -> UnreadableFileError:
    return _unreadable(
        "not a SQLite database; it looks encrypted",
        path,
        "decrypt it first (an encrypted backup: with its password)",
    )


def _truncated(path: Path, size: int, whole: int) -> UnreadableFileError:
    return _unreadable(
        f"the file is truncated: {size:,} bytes of {whole:,}",
        path,
        "copy it anew from where it is whole",
    )


def _refuse_truncated(path: Path, header: bytes, size: int) -> None:
    """SQLite keeps the number of pages in the header, with proof that it is so."""
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    if header[24:28] == header[92:96] and size < pages * page_size:
        raise _truncated(path, size, pages * page_size)


def _refuse_locked(real: Path) -> None:
    """An immutable connection and a copy ask no locks, so they are asked for here."""
    if fcntl is None:
        return
    deadline = time.monotonic() + _PATIENCE
    with real.open("rb") as file:
        while True:
            try:
                lock = fcntl.LOCK_SH | fcntl.LOCK_NB
                fcntl.lockf(file, lock, _SHARED_SIZE, _SHARED_FIRST)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise _locked(real) from None
                time.sleep(0.05)
            except OSError:
                return  # a file system without locks has none to respect
            else:
                fcntl.lockf(file, fcntl.LOCK_UN, _SHARED_SIZE, _SHARED_FIRST)
                return


def _locked(path: Path) -> UnreadableFileError:
    remedy = "close the program that holds it, or give a copy of the file"
    return _unreadable("the database is locked", path, remedy)


def _size(real: Path, companion: str) -> int | None:
    try:
        return real.with_name(real.name + companion).stat().st_size
    except OSError:
        return None


@contextmanager
def _copied(real: Path, companions: list[str]) -> Iterator[Path]:
    """Yield a copy of a database and its log, made while neither changed."""
    names = [real.name, *(real.name + each for each in companions)]
    files = [real.with_name(name) for name in names]
    with scratch_folder() as folder:
        for _ in range(_TRIES):
            try:
                before = [_state(file) for file in files]
                for file in files:
                    shutil.copyfile(file, folder / file.name)
                if before == [_state(file) for file in files]:
                    break
            except OSError as error:
                reason = f"the database and its log cannot be copied: {error}"
                remedy = f"make room in {tempfile.gettempdir()}, or try again"
                raise _unreadable(reason, real, remedy) from None
        else:
            remedy = "wait until nothing writes to it, or give a copy of the file"
            raise _unreadable("the database keeps changing", real, remedy)
        yield folder / real.name


def _state(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def _connectable(source: Source) -> Source:
    try:
        with source.connect() as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BROKEN as error:
        raise unreadable(source.path, error) from None
    return source


def _damaged(path: Path, error: Exception) -> UnreadableFileError:
    return _unreadable(
        f"SQLite cannot read the database: {error}",
        path,
        "copy it anew, with its chat.db-wal; if it is encrypted, decrypt it first",
    )
