"""The property list in chat.properties (SEMANTICS §24).

Names and types of what long-lived chats and backgrounds have: seven property lists
among the samples of imessage-database 4.3.0, whose texts are blanked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs.keyed_archives import binary_plist
from pytest_imessage_foundry.db.blobs.values import Date
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import (
        Background,
        ChatHistory,
        ChatProperties,
        Service,
    )


def chat_properties(props: ChatProperties, service: Service, seen: str | None) -> bytes:
    """What the row of a chat over `service` holds; `seen` is the GUID of the newest
    message that the owner wrote or read."""
    plist: dict[str, Any] = {
        "pv": props.version,
        "hasResponded": props.filtered == "known",
        "shouldForceToSMS": service == "SMS",
    }
    if seen is not None:
        plist["lastSeenMessageGuid"] = seen
    if props.read_receipts:
        plist["EnableReadReceiptForChat"] = True
    if props.mutes:
        plist["ignoreAlertsFlag"] = True
    if props.group_photo is not None:
        plist["groupPhotoGuid"] = props.group_photo.guid
    if props.background is not None:
        plist |= _background(props.background)
    if props.history is not None:
        plist |= _history(props.history)
    return binary_plist(plist)


def _background(background: Background) -> dict[str, Any]:
    """Ten keys, and the channel; of one that was removed the count of changes alone.

    What stands in `trabak`, `trabas` and `traboid` is not known: the sample has them
    blanked.
    """
    if background.is_removed:
        return {"backgroundProperties": {"trabav": background.version}}
    properties = {
        "trabar": background.url,
        "trabak": "",
        "trabas": "",
        "trabaid": background.channel,
        "traboid": "",
        "trabav": background.version,
        "trabafs": 1,
        "trabapv": 1,
        "trabaCommSafety": 0,
        "refreshDate": Date(background.refreshed / SECOND),
    }
    return {
        "backgroundProperties": properties,
        "backgroundChannelGUID": background.channel,
    }


def _history(history: ChatHistory) -> dict[str, Any]:
    """Return what years add; what is 0, None or empty is left out."""
    plist: dict[str, Any] = {
        "numberOfTimesRespondedtoThread": history.responses,
        "EnableReadReceiptForChatVersionID": history.receipts_version,
        "messageHandshakeState": history.handshake,
        "hasBeenAutoSpamReported": history.reported_as_spam,
        "CKChatPreviousAccountsDictionaryKey": dict(history.previous_accounts),
        "LSMD": Date(history.lsmd / SECOND) if history.lsmd else None,
    }
    if history.watermark is not None:
        rowid, date = history.watermark
        plist["CKChatWatermarkMessageID"] = rowid
        plist["CKChatWatermarkTime"] = date / SECOND
    if history.last_archived is not None:
        plist["com.apple.iChat.LastArchivedMessageID"] = list(history.last_archived)
    if history.summary is not None:
        guid, is_consumed = history.summary
        plist["chatSummaryDictionary"] = {
            "chatSummary": b"",  # blanked in the samples
            "chatSummaryAssociatedMessage": guid,
            "chatSummaryConsumed": is_consumed,
        }
    return {key: value for key, value in plist.items() if value}
