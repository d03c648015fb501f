"""Folders among the attachments: a Live Photo's bundle, a folder that was sent."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIVE_PHOTO = "live-photo"
SENT_FOLDER = "folder"
# metadata.plist of a bundle. Backups of iPhones have one in each .pvt among the
# attachments; its content is what three programs write that make bundles for Photos.
METADATA = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" \
"http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>PFVideoComplementMetadataVersionKey</key>
\t<string>1</string>
</dict>
</plist>
"""


def folder_beside(path: str) -> str:
    """Return the folder beside the film of a Live Photo: `…/IMG_0001.pvt`."""
    return str(PurePosixPath(path).with_suffix(".pvt"))


def files_at(path: str, kind: str) -> Iterator[tuple[str, str | None]]:
    """Every file that an attachment at `path` brings: where it lies, and its kind,
    None for a bundle's metadata.

    The row of a Live Photo names the film. Nothing names the bundle beside it, which
    holds the picture and the film once more (§26.10).
    """
    if kind == SENT_FOLDER:
        yield f"{path}/Note.txt", kind
        return
    yield path, kind
    if kind == LIVE_PHOTO:
        bundle, film = folder_beside(path), PurePosixPath(path)
        yield f"{bundle}/{film.stem}.HEIC", "heic"
        yield f"{bundle}/{film.name}", kind
        yield f"{bundle}/metadata.plist", None
