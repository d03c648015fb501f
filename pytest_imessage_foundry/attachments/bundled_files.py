"""The files of attachments on their way into a bundle, without a folder between."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import bundle
from pytest_imessage_foundry.attachments.generator import contents, outside

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.models import Attachment


class BundledFiles:
    """Takes the files of attachments one by one, and writes them as one."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def add(self, attachment: Attachment) -> None:
        """Take the files of an attachment, if they are there at all.

        Raises:
            FoundryError: its path leaves the folder of attachments.
        """
        path = attachment.path
        if path is None or attachment.state != "present":
            return
        for place, data in contents(path, attachment.stub, attachment.variant):
            self._files[f"{attachment.folder}/{_inside(place)}"] = data

    def write(self, path: Path) -> None:
        """Write the bundle."""
        bundle.write(self._files, path)


def _inside(path: str) -> str:
    """Return the shortest form of a relative path, which must not lead out."""
    plain = posixpath.normpath(path)
    parts = plain.replace("\\", "/").split("/")  # both part names on Windows
    if parts[0] in ("", ".") or ".." in parts or "\0" in plain:
        raise outside(path, "the bundle of a template")
    return plain
