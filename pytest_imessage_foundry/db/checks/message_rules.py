"""What must hold of each row of `message`, as expressions true of a wrong one.

Section numbers are those of SEMANTICS.md, where the sources stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_imessage_foundry.db.checks.rule_scan import Rule, Scan
from pytest_imessage_foundry.db.checks.shared_rules import (
    FIRST,
    SERVICES,
    UUID,
    nanoseconds,
    required,
)

_DATES = (
    "date",
    "date_read",
    "date_delivered",
    "date_played",
    "date_edited",
    "date_retracted",
    "date_recovered",
    "time_expressive_send_played",
)
# READERS.md and §1: strict readers fail on NULL in any of these.
_MESSAGE_REQUIRED = """
    guid date date_read date_delivered date_edited associated_message_type item_type
    group_action_type error is_from_me is_sent is_delivered is_read is_finished
    is_emote is_delayed is_auto_reply is_prepared is_system_message
    is_service_message is_forward is_archive is_audio_message is_played is_expirable
    is_empty is_corrupt is_spam handle_id service version date_played date_retracted
    has_dd_results was_downgraded cache_has_attachments part_count expire_state
    share_status share_direction other_handle
"""
_FLAGS = """
    is_from_me is_sent is_delivered is_read is_finished is_emote is_empty
    is_audio_message is_played cache_has_attachments is_spam is_corrupt
    was_downgraded has_unseen_mention was_delivered_quietly did_notify_recipient
    is_system_message is_archive is_forward is_delayed
"""


def _flags() -> Iterable[Rule]:
    for column in _FLAGS.split():
        yield Rule(
            "message-values",
            f"{column} NOT IN (0, 1)",
            f"{column} is {{}}, neither 0 nor 1",
            column,
        )


MESSAGE = Scan(
    "message",
    (
        *required(*_MESSAGE_REQUIRED.split()),
        Rule(
            "guids",
            f"guid NOT GLOB '{UUID}'",
            "guid {} is no upper-case UUID",
            "guid",
        ),
        *(
            rule
            for column in _DATES
            for rule in nanoseconds("dates", column, zero=column != "date")
        ),
        Rule(
            "dates",
            "date_retracted > 0",
            "date_retracted is {}; real files leave it 0 (§8)",
            "date_retracted",
            "note",
        ),
        Rule(
            "dates",
            f"date_read BETWEEN {FIRST} AND date - 1",
            "it was read before it was sent",
            severity="note",
        ),
        Rule(
            "dates",
            f"date_delivered BETWEEN {FIRST} AND date - 1",
            "it was delivered before it was sent",
            severity="note",
        ),
        Rule(
            "dates",
            f"date_edited BETWEEN {FIRST} AND date - 1",
            "it was edited before it was sent",
        ),
        *_flags(),
        Rule("message-values", "version != 10", "version is {}, not 10", "version"),
        Rule("message-values", "type != 0", "type is {}, not 0", "type"),
        Rule(
            "message-values",
            f"service NOT IN ({SERVICES})",
            "service {} is unknown",
            "service",
        ),
        Rule(
            "message-values",
            "item_type NOT BETWEEN 0 AND 6",
            "item_type {} is unknown",
            "item_type",
        ),
        Rule(
            "message-values",
            "group_action_type NOT BETWEEN 0 AND 6 "
            "OR (group_action_type != 0 AND item_type NOT IN (1, 3))",
            "group_action_type {} does not go with its item_type",
            "group_action_type",
        ),
        Rule(
            "message-values",
            "is_from_me = 0 AND is_sent = 1",
            "is_sent is 1 on a received message",
        ),
        Rule(
            "message-values",
            "is_from_me = 1 AND is_sent = 0 AND error = 0 AND is_delivered = 1",
            "it was delivered and not sent",
        ),
        Rule(
            "message-values",
            "error != 0 AND is_from_me = 1 AND is_sent = 1",
            "error {} on a message that was sent",
            "error",
        ),
        Rule(
            "message-values",
            "date_read > 0 AND is_read = 0",
            "date_read is set, is_read is 0",
        ),
        Rule(
            "message-values",
            "date_delivered > 0 AND is_delivered = 0",
            "date_delivered is set, is_delivered is 0",
        ),
        Rule(
            "message-values",
            "account NOT GLOB '[EePp]:?*'",
            "account {} has no E: or P: before its address",
            "account",
        ),
        Rule(
            "message-values",
            "schedule_type NOT IN (0, 2) OR (schedule_type = 2) != (schedule_state > 0)"
            " OR schedule_state NOT BETWEEN 0 AND 4",
            "schedule_type and schedule_state {} contradict each other (§16)",
            "schedule_type || '/' || schedule_state",
        ),
        Rule(
            "message-values",
            "expressive_send_style_id NOT GLOB "
            "'com.apple.MobileSMS.expressivesend.?*' AND expressive_send_style_id "
            "NOT GLOB 'com.apple.messages.effect.CK?*Effect'",
            "expressive_send_style_id {} is unknown",
            "expressive_send_style_id",
        ),
        Rule(
            "message-values",
            "item_type != 0 AND (text IS NOT NULL OR attributedBody IS NOT NULL)",
            "an event row (item_type {}) has a body",
            "item_type",
        ),
        Rule(
            "bodies",
            "item_type = 0 AND is_empty = 0 AND text IS NULL "
            "AND attributedBody IS NULL AND payload_data IS NULL",
            "it has neither text nor attributedBody",
        ),
        Rule(
            "app-messages",
            "balloon_bundle_id LIKE 'com.apple.messages.MSMessageExtensionBalloon%' "
            "AND balloon_bundle_id NOT GLOB 'com.apple.messages."
            "MSMessageExtensionBalloonPlugin:??????????:?*'",
            "balloon_bundle_id {} names no team and app (§10)",
            "balloon_bundle_id",
        ),
        Rule(
            "app-messages",
            "balloon_bundle_id IS NOT NULL AND payload_data IS NULL",
            "{} has no payload_data",
            "balloon_bundle_id",
        ),
        Rule(
            "filters",
            "filter_action NOT BETWEEN 0 AND 4",
            "filter_action {} is unknown",
            "filter_action",
            "note",
        ),
        Rule(
            "filters",
            "filter_action != 0 AND item_type NOT IN (0, 5)",
            "filter_action {} of a row that announces something",
            "filter_action",
            "note",
        ),
        Rule(
            "index-state",
            "index_state NOT BETWEEN 0 AND 3",
            "index_state {} is unknown",
            "index_state",
        ),
        Rule(
            "index-state",
            "index_state != 2 AND (item_type != 0 OR (associated_message_type != 0 "
            "AND associated_message_type NOT BETWEEN 2000 AND 2007))",
            "index_state {} of a row that is no message (must be 2, not to be indexed)",
            "index_state",
        ),
    ),
)
