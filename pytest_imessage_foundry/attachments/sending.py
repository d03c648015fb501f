"""The model of a file as a message sends it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, get_args

from pytest_imessage_foundry.attachments.generator import (
    file_name,
    kind_named,
    relative_path,
    size,
    sticker_path,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Attachment, FileState, StickerSource
from pytest_imessage_foundry.models.literals import AttachmentBlank

if TYPE_CHECKING:
    from typing import Any

_STATES, _BLANKS = get_args(FileState), get_args(AttachmentBlank)
# Kind → the app, what its content identifiers end with, and how it calls them: two of
# three genuine rows (the third is an app's). Of a Memoji the app alone is known.
_SOURCES: dict[str, tuple[str, str, str | None]] = {
    "sticker": ("com.apple.Stickers.UserGenerated.MessagesExtension", "2", "Emoji"),
    "genmoji": ("com.apple.messages.genmoji", "0", None),
    "memoji": ("com.apple.Animoji.StickersApp.MessagesExtension", "", None),
}


def send(
    kind: str, guid: str, number: int, *, state: FileState = "present", **fields: Any
) -> Attachment:
    """Return file `number` of a kind, under the GUID `guid`.

    `fields` are further fields of `models.Attachment`, such as `transcript`.

    Raises:
        FoundryError: there is no such kind.
    """
    described = kind_named(kind)
    _check_words(state, fields.get("blank", ()))
    own_name = file_name(kind, number)
    source = fields.pop("source", None) or _source(kind, own_name, fields)
    ending = own_name.rpartition(".")[2]
    usual = f"{source.id}.{ending}" if source else own_name
    name = fields.pop("name", None) or usual
    path = _path(guid, usual if source else name, source)
    return Attachment(
        guid=guid,
        stub=kind,
        name=name,
        uti=described.uti,
        mime_type=described.mime_type,
        total_bytes=fields.pop("total_bytes", None) or size(kind, number),
        path=None if state == "not-downloaded" else path,
        variant=number,
        state=state,
        width=described.width,
        height=described.height,
        source=source,
        **{
            "is_sticker": source is not None,
            "is_hidden": kind == "link-image",
            **fields,
        },
    )


def _check_words(state: str, blank: tuple[str, ...]) -> None:
    """Refuse states and columns that no attachment has."""
    for what, words, known in (
        ("state of a file", (state,), _STATES),
        ("column that a file's row can do without", blank, _BLANKS),
    ):
        for word in words:
            if word not in known:
                raise FoundryError(
                    f"unknown {what} {word!r} (choose from {', '.join(known)})"
                )


def in_state(file: Attachment, state: FileState) -> Attachment:
    """The same file where it is now; one that is there, or will be, has a path."""
    path = file.path or _path(file.guid, file.name, file.source)
    return replace(file, state=state, path=path)


def _path(guid: str, name: str, source: StickerSource | None) -> str:
    if source is None:
        return relative_path(guid, name)
    return sticker_path(source, name.rpartition(".")[2])


def _source(kind: str, name: str, fields: dict[str, Any]) -> StickerSource | None:
    """Return where the stickers of a kind come from; its UUID is in the file's name."""
    if kind not in _SOURCES:
        return None
    app, suffix, label = _SOURCES[kind]
    own_id = name.partition(".")[0]
    digest = sha256(f"shash:{own_id}".encode()).hexdigest()
    label = fields.get("genmoji") or label
    return StickerSource(
        id=own_id, app=app, hash=digest[:16], suffix=suffix, label=label
    )
