"""The columns of `message`: what an ordinary row holds, and the words of the rest.

Sources: SEMANTICS, section numbers in the comments.
"""

from __future__ import annotations

import math
from typing import Any

from pytest_imessage_foundry.db.blobs import summary_info

Row = dict[str, Any]

# §1. With VARYING it names every column of every release: what a release lacks is
# left out, and none of those that it has is left to its default.
ORDINARY: Row = {
    "subject": None,
    "country": None,
    "service_center": None,
    "replace": 0,
    "version": 10,
    "type": 0,
    "error": 0,
    "is_finished": 1,
    "is_emote": 0,
    "is_empty": 0,
    "is_delayed": 0,
    "is_auto_reply": 0,
    "is_prepared": 0,
    "is_system_message": 0,
    "has_dd_results": 0,
    "is_service_message": 0,
    "is_forward": 0,
    "was_downgraded": 0,
    "is_archive": 0,
    "cache_has_attachments": 0,
    "was_data_detected": 1,
    "was_deduplicated": 0,
    "is_audio_message": 0,
    "is_played": 0,
    "date_played": 0,
    "item_type": 0,
    "other_handle": 0,
    "group_action_type": 0,
    "share_status": 0,
    "share_direction": 0,
    "is_expirable": 0,
    "expire_state": 0,
    "message_action_type": 0,
    "message_source": 0,
    "associated_message_type": 0,
    "associated_message_range_location": 0,
    "associated_message_range_length": 0,
    "time_expressive_send_played": 0,
    "message_summary_info": summary_info.ordinary(),
    "ck_sync_state": 0,
    "is_corrupt": 0,
    "sort_id": 0,
    "is_spam": 0,
    "has_unseen_mention": 0,
    "was_delivered_quietly": 0,
    "did_notify_recipient": 0,
    "date_retracted": 0,
    "date_edited": 0,
    "date_recovered": 0,
    "was_detonated": 0,
    "part_count": 1,
    "is_stewie": 0,
    "is_sos": 0,
    "is_critical": 0,
    "is_kt_verified": 0,
    "is_pending_satellite_send": 0,
    "needs_relay": 0,
    "schedule_type": 0,
    "schedule_state": 0,
    "sent_or_received_off_grid": 0,
    "is_time_sensitive": 0,
    # 1: donated to the search index (26.5.2, notes on its triggers; §0).
    "index_state": 1,
    "associated_message_guid": None,
    "associated_message_emoji": None,
    "balloon_bundle_id": None,
    "payload_data": None,
    "expressive_send_style_id": None,
    "thread_originator_guid": None,
    "thread_originator_part": None,
    "group_title": None,
    "ck_record_id": None,
    "ck_record_change_tag": None,
    "ck_chat_id": None,
    "sr_ck_sync_state": 0,
    "sr_ck_record_id": None,
    "sr_ck_record_change_tag": None,
    "syndication_ranges": None,
    "synced_syndication_ranges": None,
    "bia_reference_id": None,
    "fallback_hash": None,
    "filter_action": 0,
    "filter_sub_action": 0,
    "is_preview_sent": 0,
    "is_preview_delivered": 0,
    "date_preview_sent": None,
    "date_preview_delivered": None,
    "date_updated": None,
    "retry_count": None,
}

# What differs from one ordinary row to the next, in the order of its tuple.
VARYING = (
    "ROWID",
    "guid",
    "text",
    "handle_id",
    "attributedBody",
    "service",
    "account",
    "account_guid",
    "date",
    "date_read",
    "date_delivered",
    "is_delivered",
    "is_from_me",
    "is_read",
    "is_sent",
    "cache_roomnames",
    "destination_caller_id",
    "reply_to_guid",
)

EFFECTS = {  # §9
    "slam": "com.apple.MobileSMS.expressivesend.impact",
    "loud": "com.apple.MobileSMS.expressivesend.loud",
    "gentle": "com.apple.MobileSMS.expressivesend.gentle",
    "invisible-ink": "com.apple.MobileSMS.expressivesend.invisibleink",
    "confetti": "com.apple.messages.effect.CKConfettiEffect",
    "echo": "com.apple.messages.effect.CKEchoEffect",
    "fireworks": "com.apple.messages.effect.CKFireworksEffect",
    "balloons": "com.apple.messages.effect.CKHappyBirthdayEffect",
    "heart": "com.apple.messages.effect.CKHeartEffect",
    "lasers": "com.apple.messages.effect.CKLasersEffect",
    "shooting-star": "com.apple.messages.effect.CKShootingStarEffect",
    "celebration": "com.apple.messages.effect.CKSparklesEffect",
    "spotlight": "com.apple.messages.effect.CKSpotlightEffect",
}

# Event kind → item_type, group_action_type (§14; backgrounds as §20 advises).
EVENTS = {
    "added": (1, 0),
    "removed": (1, 1),
    "number-changed": (1, 0),
    "renamed": (2, 0),
    "left": (3, 0),
    "photo-set": (3, 1),
    "photo-removed": (3, 2),
    "background-set": (3, 4),
    "background-removed": (3, 6),
    "location-started": (4, 0),
    "location-stopped": (4, 0),
    "audio-kept": (5, 0),
    "shareplay": (6, 0),
}
# filter_action as imessage-exporter 5.0.1 reads it, the same as ILMessageFilterAction
# of Apple's IdentityLookup; the sub-actions are those of ILMessageFilterSubAction
# there. That the column holds just those numbers is inferred.
FILTER_ACTIONS = {"none": 0, "allow": 1, "junk": 2, "promotion": 3, "transaction": 4}
FILTER_SUB_ACTIONS = {
    ("transaction", "others"): 10_000,
    ("transaction", "finance"): 10_001,
    ("transaction", "orders"): 10_002,
    ("transaction", "reminders"): 10_003,
    ("transaction", "health"): 10_004,
    ("transaction", "weather"): 10_005,
    ("transaction", "carrier"): 10_006,
    ("transaction", "rewards"): 10_007,
    ("transaction", "public-services"): 10_008,
    ("promotion", "others"): 20_000,
    ("promotion", "offers"): 20_001,
    ("promotion", "coupons"): 20_002,
}
# SQLite stores it as NULL. For None, sqlite3 looks for an adapter each time.
NULL = math.nan
NOT_INDEXED = 2  # index_state of rows that are no messages (§0)
