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
    root = Path(os.path.realpath(folder))
    query = (
        f"SELECT ROWID, {', '.join(names)} FROM attachment "
        f"WHERE filename GLOB '~/Library/*/{folder.name}/*'"
    )
    for rowid, name, state, size, mime in connection.execute(query):
        ledger.look(CHECK, 1)
        found = _place(root, folder.name, str(name))
        reason, severity = _fault(found, state, size, mime)
        if reason:
            reason = f"filename {shown(name)}: {reason}"
            ledger.find(CHECK, "attachment", rowid, reason, severity)


def _place(root: Path, folder: str, name: str) -> Path | None:
    """Where a file is, if that is inside the folder."""
    try:
        place = Path(os.path.realpath(root / name.partition(f"/{folder}/")[2]))
        return place if place.is_relative_to(root) else None
    except (OSError, ValueError):
        return None


def _fault(
    place: Path | None, state: object, size: object, mime: object
) -> tuple[str, Severity]:
    try:
        status = place.stat() if place is not None else None
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
    try:
        with place.open("rb") as file:
            head = file.read(at + len(beginning))
    except OSError:
        return "", "note"  # it may not be read
    if head[at:] != beginning:
        return f"it is no {mime}", "unusual"
    return "", "note"
