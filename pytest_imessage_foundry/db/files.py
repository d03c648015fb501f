"""From one attachment to its row in `attachment` (SEMANTICS §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.apple_time import SECOND
from pytest_imessage_foundry.db.archives import binary_plist

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Attachment, Sticker

ROOT = "~/Library/Messages/Attachments/"
FINISHED = 5
WAITING = 0


def attachment_row(
    attachment: Attachment, date: int, *, outgoing: bool, sticker: Sticker | None = None
) -> dict[str, Any]:
    """The columns of `attachment`; `date` is the message's, in nanoseconds.

    Attachment dates are whole seconds: real rows were seen so, although some
    readers decode them as nanoseconds (SEMANTICS §5, §20).
    """
    seconds = date // SECOND
    downloaded = attachment.state != "not-downloaded"
    path = attachment.path
    return {
        "guid": attachment.guid,
        "created_date": seconds,
        "start_date": seconds,
        "filename": f"{ROOT}{path}" if path is not None and downloaded else None,
        "uti": attachment.uti,
        "mime_type": attachment.mime_type,
        "transfer_state": FINISHED if downloaded else WAITING,
        "is_outgoing": int(outgoing),
        "user_info": _user_info(attachment),
        "transfer_name": attachment.name,
        "total_bytes": attachment.total_bytes,
        "is_sticker": int(attachment.is_sticker),
        "sticker_user_info": _sticker_info(sticker) if sticker is not None else None,
        "hide_attachment": int(attachment.is_hidden),
        "ck_sync_state": 0,
        "original_guid": attachment.guid,
        "is_commsafety_sensitive": 0,
        "emoji_image_content_identifier": attachment.guid
        if attachment.genmoji is not None
        else None,
        "emoji_image_short_description": attachment.genmoji,
        "preview_generation_state": 0,
    }


def _sticker_info(sticker: Sticker) -> bytes:
    """attachment.sticker_user_info of a sticker placed on a bubble (§5)."""
    return binary_plist(
        {
            "spw": float(sticker.image.width),
            "sxs": sticker.x,
            "sys": sticker.y,
            "ssa": sticker.scale,
            "sro": sticker.rotation,
        }
    )


def _user_info(attachment: Attachment) -> bytes | None:
    if attachment.transcript is None:
        return None
    return binary_plist({"audio-transcription": attachment.transcript})
