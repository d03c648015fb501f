"""Make the row of `attachment` from an attachment (SEMANTICS §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs.keyed_archives import binary_plist
from pytest_imessage_foundry.db.rows.attachment_roots import MAC_ROOT
from pytest_imessage_foundry.db.rows.blanks import leave_out_of_file
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import (
        Attachment,
        Attribution,
        Sticker,
        StickerSource,
    )

FINISHED = 5
WAITING = 0


def attachment_row(
    attachment: Attachment,
    date: int,
    *,
    outgoing: bool,
    sticker: Sticker | None = None,
    root: str = MAC_ROOT,
) -> dict[str, Any]:
    """Return the columns of `attachment`; `date` is the message's, in nanoseconds.

    Attachment dates are whole seconds: real rows were seen so, although some
    readers decode them as nanoseconds (SEMANTICS §5, §20).
    """
    seconds = date // SECOND
    downloaded = attachment.state in ("present", "missing")
    source = attachment.source
    row = {
        "guid": attachment.guid,
        "created_date": seconds,
        "start_date": seconds,
        "filename": attachment.device_path or _filename(attachment, root),
        "uti": attachment.uti,
        "mime_type": attachment.mime_type,
        "transfer_state": FINISHED if downloaded else WAITING,
        "is_outgoing": int(outgoing),
        "user_info": _user_info(attachment),
        "transfer_name": attachment.name,
        "total_bytes": attachment.total_bytes,
        "is_sticker": int(attachment.is_sticker),
        "sticker_user_info": _sticker_info(source, sticker),
        "attribution_info": _attribution(attachment.attribution),
        "hide_attachment": int(attachment.is_hidden),
        "ck_sync_state": 0,
        "original_guid": attachment.original_guid or attachment.guid,
        "is_commsafety_sensitive": 0,
        "emoji_image_content_identifier": source.content_id if source else None,
        "emoji_image_short_description": source.label if source else None,
        "preview_generation_state": attachment.preview_state,
    }
    leave_out_of_file(row, attachment)
    return row


def _filename(attachment: Attachment, root: str) -> str | None:
    """Where a file is on its phone; stickers are in a folder beside the others."""
    if attachment.path is None or attachment.state == "not-downloaded":
        return None
    return f"{root.removesuffix('Attachments/')}{attachment.folder}/{attachment.path}"


def _sticker_info(source: StickerSource | None, placed: Sticker | None) -> bytes | None:
    """attachment.sticker_user_info: what a sticker is from (three genuine rows), and
    where it was placed on a bubble (§5)."""
    info: dict[str, object] = {}
    if source is not None:
        info |= {"sid": source.id, "pid": source.app, "shash": source.hash}
    if placed is not None:
        info |= {
            "spw": float(placed.image.width),
            "sxs": placed.x,
            "sys": placed.y,
            "ssa": placed.scale,
            "sro": placed.rotation,
        }
    return binary_plist(info) if info else None


def _attribution(made_by: Attribution | None) -> bytes | None:
    """attachment.attribution_info (two genuine rows; pgensw and pgensh: BBT)."""
    if made_by is None:
        return None
    width, height = made_by.preview or (None, None)
    info = {
        "name": made_by.name,
        "bundle-id": made_by.bundle_id,
        "adam-id": made_by.adam_id,
        "pgensw": width,
        "pgensh": height,
    }
    return binary_plist({key: value for key, value in info.items() if value})


def _user_info(attachment: Attachment) -> bytes | None:
    if attachment.transcript is None:
        return None
    return binary_plist({"audio-transcription": attachment.transcript})
