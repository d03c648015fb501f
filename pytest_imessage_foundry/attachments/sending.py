"""A file as a message sends it: the model that stands for one of the stubs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry.attachments.generator import (
    content,
    file_name,
    kind_named,
    relative_path,
)
from pytest_imessage_foundry.models import Attachment

if TYPE_CHECKING:
    from typing import Any

State = Literal["present", "missing", "not-downloaded"]
_STICKERS = ("sticker", "memoji")


def send(
    kind: str, guid: str, number: int, *, state: State = "present", **facts: Any
) -> Attachment:
    """File `number` of a kind, under the GUID `guid`.

    `facts` are further fields of `models.Attachment`, such as `transcript`.

    Raises:
        FoundryError: there is no such kind.
    """
    described = kind_named(kind)
    name = facts.pop("name", None) or file_name(kind, number)
    return Attachment(
        guid=guid,
        stub=kind,
        name=name,
        uti=described.uti,
        mime_type=described.mime_type,
        total_bytes=_size(kind, number),
        path=None if state == "not-downloaded" else relative_path(guid, name),
        variant=number,
        state=state,
        width=described.width,
        height=described.height,
        **{"is_sticker": kind in _STICKERS, "is_hidden": kind == "link-image", **facts},
    )


@cache
def _size(kind: str, number: int) -> int:
    return len(content(kind, number))
