"""Rows of table attachment, and their files beside the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pytest_imessage_foundry.preview.database import Row, Tables, blob, whole, words
from pytest_imessage_foundry.preview.phone import ShownFile
from pytest_imessage_foundry.preview.plist_reader import property_list, text

_FINISHED = 5
_FOLDERS = ("Attachments", "StickerCache")
_COLUMNS = (
    "guid",
    "filename",
    "transfer_name",
    "mime_type",
    "uti",
    "total_bytes",
    "transfer_state",
    "is_sticker",
    "hide_attachment",
    "user_info",
    "emoji_image_short_description",
)


def files(tables: Tables, folder: Path) -> Iterator[tuple[int, ShownFile]]:
    """Yield (ROWID, file) of every attachment row; `folder` holds the database."""
    roots = {name: root for name in _FOLDERS if (root := _real(folder / name))}
    for row in tables.rows("attachment", *_COLUMNS):
        yield whole(row["id"]), _file(row, roots)


def _real(folder: Path) -> Path | None:
    """Return the real path of a folder, None if there is none."""
    try:
        return folder.resolve() if folder.is_dir() else None
    except (OSError, RuntimeError):
        return None


def _file(row: Row, roots: Mapping[str, Path]) -> ShownFile:
    filename = words(row["filename"])
    places = [
        place for name, root in roots.items() if (place := locate(filename, root, name))
    ]
    path = next((place for place in places if place.is_file()), None)
    is_folder = any(place.is_dir() for place in places)
    info = property_list(blob(row["user_info"]))
    return ShownFile(
        guid=words(row["guid"]),
        name=words(row["transfer_name"]) or filename.rpartition("/")[2] or "no name",
        mime=words(row["mime_type"]) or words(row["uti"]),
        size=max(whole(row["total_bytes"]), 0),
        path=path,
        absence="" if path else "a folder" if is_folder else _absence(row, filename),
        is_sticker=bool(whole(row["is_sticker"])),
        is_hidden=bool(whole(row["hide_attachment"])),
        transcript=text(info, "audio-transcription"),
        description=words(row["emoji_image_short_description"]),
    )


def _absence(row: Row, filename: str) -> str:
    state = row["transfer_state"]
    if not filename or (state is not None and whole(state) < _FINISHED):
        return "not downloaded"
    return "file not beside the database"


def locate(filename: str, root: Path, name: str) -> Path | None:
    """Return the file or folder that a filename column means, if it lies in `root`,
    the real path of the folder called `name` beside the database.

    The column says where the file was on its own phone. Only the part after
    ``Attachments/`` counts, and only what is beside the database is returned: a hostile
    row must not put another file of this computer on the page.
    """
    inside = filename.partition(f"/{name}/")[2]
    if not inside or "\0" in inside:
        return None
    try:
        path = (root / inside.lstrip("/")).resolve()
        if path.is_relative_to(root) and path.exists():
            return path
    except (OSError, ValueError, RuntimeError):
        return None
    return None
