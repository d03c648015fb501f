"""Small files that stand for attachments, so that a reader finds something."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from importlib.resources import files
from pathlib import Path, PurePosixPath

from pytest_imessage_foundry.anonymise.copy_report import CopyReport
from pytest_imessage_foundry.anonymise.copying import as_text
from pytest_imessage_foundry.atomic import removing_on_error

_FOLDERS = ("Attachments", "StickerCache")
_LONGEST = 255  # bytes of a name, on APFS and ext4
# The sample that stands for each ending; anything else gets a short text.
_SAMPLES = {
    "jpg": "photo.jpg",
    "jpeg": "photo.jpg",
    "heic": "photo.heic",
    "png": "screenshot.png",
    "gif": "animation.gif",
    "mov": "video.mov",
    "mp4": "video.mov",
    "caf": "voice.caf",
    "m4a": "voice.m4a",
    "pdf": "document.pdf",
    "loc.vcf": "location.loc.vcf",
    "vcf": "contact.vcf",
    "zip": "archive.zip",
}


def put_stubs(outcome: CopyReport) -> CopyReport:
    """Put a file where the copy says that each attachment is, beside the copy.

    Paths of a phone or of another user's folder are left out, and those that no file
    can have.
    """
    count = 0
    with removing_on_error() as made:
        for name in _names(outcome.path):
            below = _below(name)
            if below is None:
                continue
            target = outcome.path.parent / below
            if any(each.is_file() for each in target.parents):
                continue
            made.folder(target.parent)
            if not target.exists():
                made.file(target)
                target.write_bytes(_sample(target.name))
                count += 1
    return replace(outcome, stubs=count)


def _names(path: Path) -> list[str]:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.text_factory = as_text
        try:
            rows = connection.execute("SELECT filename FROM attachment").fetchall()
        except sqlite3.OperationalError:
            return []
    return [name for (name,) in rows if isinstance(name, str)]


def _below(name: str) -> Path | None:
    """Return a path below the copy's folder; None for one that leads elsewhere."""
    parts = PurePosixPath(name).parts
    if parts[:3] != ("~", "Library", "Messages") or len(parts) < 5:
        return None
    if parts[3] not in _FOLDERS or ".." in parts:
        return None
    if "\0" in name or any(len(os.fsencode(each)) > _LONGEST for each in parts):
        return None
    return Path(*parts[3:])


def _sample(name: str) -> bytes:
    folder = files("pytest_imessage_foundry.attachments")
    ending = name.lower().partition(".")[2]
    sample = _SAMPLES.get(ending) or _SAMPLES.get(ending.rpartition(".")[2])
    for place in ("stubs", ""):
        stub = folder.joinpath(place, sample) if sample else None
        if stub is not None and stub.is_file():
            return stub.read_bytes()
    return b"An attachment was here.\n"
