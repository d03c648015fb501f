"""From one attachment to its row in `attachment` (SEMANTICS §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs.keyed_archives import binary_plist
from pytest_imessage_foundry.db.rows.blanks import leave_out_of_file
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.models import Attachment, Sticker

# What stands before an attachment's path in attachment.filename: `~` is the user's
# home on a Mac (SEMANTICS §5) and /var/mobile on an iPhone, whose backups hold the
# files under Library/SMS/Attachments of their MediaDomain (several public readers
# of backups, and rows quoted in a public analysis of an iOS 18 sms.db).
MAC_ROOT = "~/Library/Messages/Attachments/"
IOS_ROOT = "~/Library/SMS/Attachments/"
IOS_NAME = "sms.db"
FINISHED = 5
WAITING = 0


def root_for(database: Path) -> str:
    """What attachment paths begin with in a database, by its name."""
    return IOS_ROOT if database.name == IOS_NAME else MAC_ROOT


def attachment_row(
    attachment: Attachment,
    date: int,
    *,
    outgoing: bool,
    sticker: Sticker | None = None,
    root: str = MAC_ROOT,
) -> dict[str, Any]:
    """The columns of `attachment`; `date` is the message's, in nanoseconds.

    Attachment dates are whole seconds: real rows were seen so, although some
    readers decode them as nanoseconds (SEMANTICS §5, §20).
    """
    seconds = date // SECOND
    downloaded = attachment.state in ("present", "missing")
    path = attachment.path if attachment.state != "not-downloaded" else None
    row = {
        "guid": attachment.guid,
        "created_date": seconds,
        "start_date": seconds,
        "filename": attachment.device_path
        or (f"{root}{path}" if path is not None else None),
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
    leave_out_of_file(row, attachment)
    return row


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
