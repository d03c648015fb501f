"""Attachments beside the files on disk, where the database has its folder by it."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown

CHECK = "attachments"
FOLDERS = ("Attachments", "StickerCache")
# How files of these types begin, by their place.
_BEGINNINGS = {
    "image/jpeg": (0, b"\xff\xd8\xff"),
    "image/png": (0, b"\x89PNG"),
    "image/gif": (0, b"GIF8"),
    "image/heic": (4, b"ftyp"),
    "video/mp4": (4, b"ftyp"),
    "application/pdf": (0, b"%PDF"),
}
# What total_bytes holds before the file has come.
_PLACEHOLDER = 1 << 20
_COMPLETE = 5


def look(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns, folder: Path
) -> None:
    """Look for each file in `folder`; nothing outside it is touched."""
    for name in FOLDERS:
        if (folder / name).is_dir():
            _look_in(folder / name, connection, ledger, columns)


def _look_in(
    folder: Path, connection: sqlite3.Connection, ledger: Ledger, columns: Columns
) -> None:
    names = ("filename", "transfer_state", "total_bytes", "mime_type")
    if not columns.has("attachment", *names):
        return
    query = (
        f"SELECT ROWID, {', '.join(names)} FROM attachment "
        f"WHERE filename GLOB '~/Library/*/{folder.name}/*'"
    )
    folders: dict[str, bool] = {}
    for rowid, name, state, size, mime in connection.execute(query):
        ledger.look(CHECK, 1)
        inside = str(name).partition(f"/{folder.name}/")[2]
        found = _place(folder, inside, folders)
        reason, severity = _fault(found, state, size, mime)
        if reason:
            reason = f"filename {shown(name)}: {reason}"
            ledger.find(CHECK, "attachment", rowid, reason, severity)


def _place(root: Path, name: str, folders: dict[str, bool]) -> str | None:
    """Return where a file is; None if a link or `..` leads to it from the folder."""
    *above, last = name.split("/")
    place = str(root)
    for part in above:
        place = f"{place}/{part}"
        if place not in folders:
            folders[place] = part not in ("", ".", "..") and _is_folder(place)
        if not folders[place]:
            return None
    return f"{place}/{last}"


def _is_folder(place: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(place).st_mode)
    except (OSError, ValueError):
        return False


def _fault(
    place: str | None, state: object, size: object, mime: object
) -> tuple[str, Severity]:
    try:
        status = os.lstat(place) if place is not None else None
    except (OSError, ValueError):
        status = None
    if place is None or status is None:
        # Offloaded files are gone from the disk and come back when looked at.
        return ("it is not there" if state == _COMPLETE else ""), "note"
    if not stat.S_ISREG(status.st_mode) or state != _COMPLETE:
        return "", "note"  # an attachment may be a folder
    if isinstance(size, int) and size not in (-1, _PLACEHOLDER, status.st_size):
        return f"it has {status.st_size:,} bytes, not {size:,}", "unusual"
    at, beginning = _BEGINNINGS.get(str(mime), (0, b""))
    if not beginning:
        return "", "note"
    try:
        with open(place, "rb") as file:
            head = file.read(at + len(beginning))
    except OSError:
        return "", "note"  # it may not be read
    if head[at:] != beginning:
        return f"it is no {mime}", "unusual"
    return "", "note"
