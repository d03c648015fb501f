"""What must hold of each row of `message`, as expressions true of a wrong one.

Section numbers are those of SEMANTICS.md, where the sources stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_imessage_foundry.db.checks.rule_scan import Rule, Scan
from pytest_imessage_foundry.db.checks.shared_rules import (
    FIRST,
    LAST_IN_SECONDS,
    SECONDS,
    SERVICES,
    UUID,
    nanoseconds,
    required,
    unusual,
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
# Real files have NULL in some of these; strict readers fail on it (§1).
_REQUIRED = """
    date_read date_delivered date_edited associated_message_type item_type
    group_action_type error is_sent is_delivered is_read is_finished
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
    is_system_message is_archive is_forward is_delayed is_stewie is_sos is_critical
    is_time_sensitive sent_or_received_off_grid is_expirable
"""
_HOUR = 3600 * 10**9
_EFFECT = (
    "expressive_send_style_id NOT GLOB 'com.apple.MobileSMS.expressivesend.?*' "
    "AND expressive_send_style_id NOT GLOB 'com.apple.messages.effect.CK?*Effect'"
)
_PLAIN_SERVICES = "service IN ('SMS', 'RCS', 'rcs')"


def _value(wrong: str, reason: str, shown: str = "NULL", guard: str = "") -> Rule:
    return unusual("message-values", wrong, reason, shown, guard)


def _flags() -> Iterable[Rule]:
    required_ones = _REQUIRED.split()
    for column in _FLAGS.split():
        guard = f"{column} IS NOT 0 AND {column} IS NOT 1"
        reason = f"{column} is {{}}, neither 0 nor 1"
        yield _value(f"{column} NOT IN (0, 1)", reason, column, guard)
        if column in required_ones:
            yield from required(column, guard=guard)


def _required() -> Iterable[Rule]:
    yield from required("guid", "date", "is_from_me", severity="error")
    flags = _FLAGS.split()
    yield from required(*(each for each in _REQUIRED.split() if each not in flags))


def _dates() -> Iterable[Rule]:
    for column in _DATES:
        yield from nanoseconds("dates", column, zero=column != "date")
    yield Rule(
        "dates",
        f"date > {LAST_IN_SECONDS} AND date < {SECONDS}",
        "date {} counts seconds, which ended with macOS 10.13",
        "date",
    )
    yield Rule(
        "dates",
        "date_retracted > 0",
        "date_retracted is {}; real files leave it 0 (§8)",
        "date_retracted",
        "note",
    )
    for column, done in (("date_read", "read"), ("date_delivered", "delivered")):
        reason = f"it was {done} before it was sent"
        wrong = f"{column} BETWEEN max({FIRST}, date - {_HOUR} + 1) AND date - 1"
        yield Rule("dates", wrong, reason, severity="note")
        wrong = f"{column} BETWEEN {FIRST} AND date - {_HOUR}"
        yield unusual(
            "dates", wrong, f"it was {done} more than an hour before it was sent"
        )
    # The clocks of two devices may differ by seconds, not by hours.
    yield unusual(
        "dates",
        f"date_edited BETWEEN {FIRST} AND date - 1",
        "it was edited before it was sent",
    )
    yield Rule(
        "dates",
        f"date_edited BETWEEN {FIRST} AND date - {_HOUR}",
        "it was edited more than an hour before it was sent",
    )


def _states() -> Iterable[Rule]:
    """Yield what a message went through."""
    yield _value("is_from_me = 0 AND is_sent = 1", "is_sent is 1 on a received message")
    yield _value(
        "is_from_me = 0 AND date_delivered > 0",
        "a received message has date_delivered {}",
        "date_delivered",
    )
    yield _value(
        "is_from_me = 1 AND is_sent = 0 AND error = 0 AND is_delivered = 1",
        "it was delivered and not sent",
    )
    yield _value(
        "error != 0 AND is_from_me = 1 AND is_sent = 1",
        "error {} on a message that was sent",
        "error",
    )
    for done in ("read", "delivered", "played"):
        yield _value(
            f"date_{done} > 0 AND is_{done} = 0",
            f"date_{done} is set, is_{done} is 0",
        )
    yield _value(
        "expire_state != 0 AND is_expirable = 0",
        "expire_state is {}, but it does not expire",
        "expire_state",
    )
    yield _value(
        "is_audio_message = 1 AND cache_has_attachments = 0",
        "an audio message without a file",
    )
    yield _value(
        "was_downgraded = 1 AND service = 'iMessage'",
        "it was sent by SMS instead, but its service is iMessage",
    )
    yield _value(
        "schedule_type NOT IN (0, 2) OR (schedule_type = 2) != (schedule_state > 0)"
        " OR schedule_state NOT BETWEEN 0 AND 4",
        "schedule_type and schedule_state {} contradict each other (§16)",
        "schedule_type || '/' || schedule_state",
    )


def _filters() -> Iterable[Rule]:
    """Yield the filter category of a message (macOS 27)."""
    yield unusual(
        "filters",
        "filter_action NOT BETWEEN 0 AND 4",
        "filter_action {} is unknown",
        "filter_action",
    )
    yield unusual(
        "filters",
        "filter_action != 0 AND item_type NOT IN (0, 5)",
        "filter_action {} of a row that announces something",
        "filter_action",
    )


def _services() -> Iterable[Rule]:
    """Yield what SMS and RCS cannot carry (§15)."""
    for wrong, what in (
        ("expressive_send_style_id IS NOT NULL", "a send effect"),
        ("date_edited > 0", "an edit"),
        ("thread_originator_guid IS NOT NULL", "an inline reply"),
    ):
        yield _value(wrong, f"{what} over {{}}", "service", _PLAIN_SERVICES)
    yield _value(
        "service = 'SMS' AND is_from_me = 1 AND date_read > 0",
        "an SMS with a read receipt",
        guard=_PLAIN_SERVICES,
    )


def _events() -> Iterable[Rule]:
    """Rows that are no messages, and columns that only they fill (§14)."""
    yield _value(
        "item_type NOT BETWEEN 0 AND 6", "item_type {} is unknown", "item_type"
    )
    yield _value(
        "group_action_type NOT BETWEEN 0 AND 6 "
        "OR (group_action_type != 0 AND item_type NOT IN (1, 3))",
        "group_action_type {} does not go with its item_type",
        "group_action_type",
    )
    yield _value(
        "item_type != 0 AND (text IS NOT NULL OR attributedBody IS NOT NULL)",
        "an event row (item_type {}) has a body",
        "item_type",
    )
    for column, wrong in (
        ("group_title", "item_type != 2 AND group_title IS NOT NULL"),
        ("other_handle", "item_type NOT IN (1, 4) AND other_handle > 0"),
        ("share_status", "item_type != 4 AND share_status != 0"),
        ("share_direction", "item_type != 4 AND share_direction != 0"),
    ):
        reason = f"{column} {{}} does not go with its item_type"
        yield _value(wrong, reason, column)


def _names() -> Iterable[Rule]:
    """Services and identifiers; accounts are looked at by the walk over messages."""
    yield unusual(
        "guids", f"guid NOT GLOB '{UUID}'", "guid {} is no upper-case UUID", "guid"
    )
    yield _value(f"service NOT IN ({SERVICES})", "service {} is unknown", "service")
    yield _value(
        _EFFECT, "expressive_send_style_id {} is unknown", "expressive_send_style_id"
    )
    yield _value(
        "time_expressive_send_played > 0 AND expressive_send_style_id IS NULL",
        "the effect that it has not was played",
    )


def _contents() -> Iterable[Rule]:
    yield unusual(
        "bodies",
        "item_type = 0 AND is_empty = 0 AND text IS NULL "
        "AND attributedBody IS NULL AND payload_data IS NULL",
        "it has neither text nor attributedBody",
    )
    yield unusual(
        "app-messages",
        "balloon_bundle_id LIKE 'com.apple.messages.MSMessageExtensionBalloon%' "
        "AND balloon_bundle_id NOT GLOB 'com.apple.messages."
        "MSMessageExtensionBalloonPlugin:??????????:?*'",
        "balloon_bundle_id {} names no team and app (§10)",
        "balloon_bundle_id",
    )
    yield unusual(
        "app-messages",
        "balloon_bundle_id IS NOT NULL AND payload_data IS NULL",
        "{} has no payload_data",
        "balloon_bundle_id",
    )
    yield unusual(
        "app-messages",
        "balloon_bundle_id IS NULL AND payload_data IS NOT NULL",
        "it has payload_data of no app",
    )
    # Apple's triggers know 0 to 3; live files of 26 have 4 to 6 as well.
    yield unusual(
        "index-state",
        "index_state NOT BETWEEN 0 AND 3",
        "index_state {} is unknown",
        "index_state",
    )
    yield unusual(
        "index-state",
        "index_state != 2 AND (item_type != 0 OR (associated_message_type != 0 "
        "AND associated_message_type NOT BETWEEN 2000 AND 2007))",
        "index_state {} of a row that is no message (must be 2, not to be indexed)",
        "index_state",
    )


MESSAGE = Scan(
    "message",
    (
        *_required(),
        *_dates(),
        *_flags(),
        _value("version != 10", "version is {}, not 10", "version"),
        _value("type != 0", "type is {}, not 0", "type"),
        *_names(),
        *_events(),
        *_states(),
        *_services(),
        *_contents(),
        *_filters(),
    ),
)
