"""A backup as iTunes and Finder make them, of what concerns Messages.

The databases stand in HomeDomain, attachments in MediaDomain; an attachment that is
missing on the phone is in neither the folder nor the list. Modes and classes are
those of the same files in the backup that MVT ships (see `manifest`); it has no
attachments: theirs are those of the other files of MediaDomain. There, files of
HomeDomain have a digest and those of MediaDomain none; that it is SHA-1 of the
content is assumed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ios import backup_info, keybag, manifest, tree
from pytest_imessage_foundry.ios.manifest import FILE, FOLDER, Entry
from pytest_imessage_foundry.models.apple_time import EPOCH_UNIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.ios.device import Device
    from pytest_imessage_foundry.ios.keybag import KeyBag

HOME, MEDIA = "HomeDomain", "MediaDomain"
DATABASE = manifest.place_of(HOME, tree.DATABASE.as_posix())
ADDRESS_BOOK = manifest.place_of(HOME, "Library/AddressBook/AddressBook.sqlitedb")
_CLASS = 4  # NSFileProtectionNone, of the databases and their folders
_PRIVATE = (tree.SMS.as_posix(), tree.ADDRESS_BOOK.as_posix())
_FIRST_INODE = 17  # of /var/mobile, in the same backup


def write(
    mobile: Path, folder: Path, device: Device, keys: KeyBag | None = None
) -> None:
    """Write a backup of the home `mobile` of an iPhone's user into `folder`.

    Args:
        keys: encrypt it with these.
    """
    entries = [
        _stored(mobile / each.path, folder, each, keys)
        for each in _entries(mobile, device.taken_at_unix)
    ]
    _write_manifest(folder, entries, keys)
    backup_info.write(folder, device, keys)


def check_replaceable(folder: Path) -> None:
    """Raises FoundryError: there is something at `folder` that is no backup."""
    if not folder.exists() or is_backup(folder):
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise FoundryError(
            f"{folder} is no backup of a phone, and it is not empty\n"
            "it was left as it was: a backup is a folder of its own\n"
            "name a folder that is not there yet"
        )


def is_backup(folder: Path) -> bool:
    """Return whether a folder holds a backup's files, and nothing else."""
    if not (folder / manifest.FILE_NAME).is_file():
        return False
    known = {manifest.FILE_NAME, *backup_info.FILE_NAMES}
    known |= {f"{manifest.FILE_NAME}{suffix}" for suffix in ("-wal", "-shm")}
    return all(
        each.name in known or (each.is_dir() and re.fullmatch("[0-9a-f]{2}", each.name))
        for each in folder.iterdir()
    )


def _entries(mobile: Path, now: int) -> Iterator[Entry]:
    """Yield what both domains list, folders before what is in them."""
    dates = _attachment_dates(mobile / tree.DATABASE)
    inodes: dict[Path, int] = {}
    for domain, path in _members(mobile):
        name = "" if path == Path() else path.as_posix()
        # Both domains lie in one folder of the phone, so some are in both lists.
        inode = inodes.setdefault(path, _FIRST_INODE + len(inodes))
        is_folder = (mobile / path).is_dir()
        date = dates.get(name, now)
        yield Entry(
            domain=domain,
            path=name,
            flags=FOLDER if is_folder else FILE,
            mode=_folder_mode(name) if is_folder else stat.S_IFREG | 0o644,
            inode=inode,
            born=date,
            changed=date,
            protection=_CLASS if name.startswith(_PRIVATE) else 0,
        )


def _members(mobile: Path) -> Iterator[tuple[str, Path]]:
    """Files and folders below `mobile`, each with its domain, in order."""
    paths = sorted(_walk(mobile))
    shared = (Path(), Path("Library"), tree.SMS)
    for path in paths:
        if not _is_sent_file(path):
            yield HOME, path
    for path in paths:
        if path in shared or _is_sent_file(path):
            yield MEDIA, path


def _is_sent_file(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in tree.FILES)


def _walk(mobile: Path) -> Iterator[Path]:
    # A private copy's attachments may be a link to those of its template.
    for parent, _, files in os.walk(mobile, followlinks=True):
        here = Path(parent).relative_to(mobile)
        yield here
        for name in files:
            yield here / name


def _folder_mode(name: str) -> int:
    if name in ("", "Library"):
        return stat.S_IFDIR | 0o711
    return stat.S_IFDIR | (0o700 if name in _PRIVATE else 0o755)


def _attachment_dates(database: Path) -> dict[str, int]:
    """Return when each attachment came, in Unix seconds, by its path in MediaDomain."""
    query = "SELECT filename, created_date FROM attachment WHERE filename IS NOT NULL"
    address = f"{database.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        rows = connection.execute(query).fetchall()
    return {name.removeprefix("~/"): date + EPOCH_UNIX for name, date in rows}


def _stored(source: Path, folder: Path, entry: Entry, keys: KeyBag | None) -> Entry:
    """The entry with what is known of its content, which is put in its place."""
    if entry.flags != FILE:
        return entry
    target = folder / manifest.place_of(entry.domain, entry.path)
    target.parent.mkdir(exist_ok=True)
    wrapped = None
    if keys is None:
        shutil.copyfile(source, target)
    else:
        key = keys.drawn(f"file {entry.file_id}", 32)
        keybag.encrypt(source, target, key)
        wrapped = keys.wrapped(entry.protection, key)
    return replace(
        entry,
        size=source.stat().st_size,
        digest=_sha1(source) if entry.domain == HOME else None,
        key=wrapped,
    )


def _sha1(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha1").digest()


def _write_manifest(folder: Path, entries: list[Entry], keys: KeyBag | None) -> None:
    path = folder / manifest.FILE_NAME
    if keys is None:
        manifest.write(path, entries)
        return
    plain = folder / f"{manifest.FILE_NAME}.plain"
    manifest.write(plain, entries)
    keybag.encrypt(plain, path, keys.manifest_key)
    plain.unlink()
