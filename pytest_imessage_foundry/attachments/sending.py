"""The model of a file as a message sends it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments.generator import (
    file_name,
    kind_named,
    relative_path,
    size,
)
from pytest_imessage_foundry.models import Attachment

if TYPE_CHECKING:
    from typing import Any

    from pytest_imessage_foundry.models import FileState

_STICKERS = ("sticker", "memoji")


def send(
    kind: str, guid: str, number: int, *, state: FileState = "present", **fields: Any
) -> Attachment:
    """Return file `number` of a kind, under the GUID `guid`.

    `fields` are further fields of `models.Attachment`, such as `transcript`.

    Raises:
        FoundryError: there is no such kind.
    """
    described = kind_named(kind)
    name = fields.pop("name", None) or file_name(kind, number)
    return Attachment(
        guid=guid,
        stub=kind,
        name=name,
        uti=described.uti,
        mime_type=described.mime_type,
        total_bytes=fields.pop("total_bytes", None) or size(kind, number),
        path=None if state == "not-downloaded" else relative_path(guid, name),
        variant=number,
        state=state,
        width=described.width,
        height=described.height,
        **{
            "is_sticker": kind in _STICKERS,
            "is_hidden": kind == "link-image",
            **fields,
        },
    )


def in_state(file: Attachment, state: FileState) -> Attachment:
    """The same file where it is now; one that is there, or will be, has a path."""
    path = file.path or relative_path(file.guid, file.name)
    return replace(file, state=state, path=path)
