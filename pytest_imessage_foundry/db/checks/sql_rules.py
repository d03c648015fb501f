"""What must hold of each row of the other tables, and of joins.

Section numbers are those of SEMANTICS.md, where the sources stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_imessage_foundry.db.checks.attachment_rules import ATTACHMENT, SENT
from pytest_imessage_foundry.db.checks.findings import Severity
from pytest_imessage_foundry.db.checks.message_rules import MESSAGE
from pytest_imessage_foundry.db.checks.rule_scan import Rule, Scan
from pytest_imessage_foundry.db.checks.shared_rules import (
    SERVICES,
    UUID,
    nanoseconds,
    required,
    unusual,
)

# What readers of real files met (chat.is_filtered): known, unknown sender, junk, and
# the categories of SMS filters.
_TIERS = "0, 1, 2, 3, 4, 36, 52, 68"
CHAT = Scan(
    "chat",
    (
        *required("guid", severity="error"),
        *required("style", "chat_identifier", "service_name", "group_id"),
        unusual(
            "chats",
            "style NOT IN (43, 45)",
            "style is {}, neither 45 (one-to-one) nor 43 (group)",
            "style",
        ),
        unusual(
            "chats",
            "guid NOT GLOB '?*;[-+];?*'",
            "guid {} is not of the form service;±;identifier",
            "guid",
        ),
        Rule(
            "chats",
            "(guid GLOB '*;-;*' AND style = 43) OR (guid GLOB '*;+;*' AND style = 45)",
            "style {} contradicts its guid",
            "style || ' of ' || guid",
        ),
        unusual(
            "chats",
            "guid GLOB '?*;[-+];?*' AND chat_identifier "
            "!= substr(guid, instr(guid, ';') + 3)",
            "chat_identifier {} is not the end of its guid",
            "chat_identifier",
        ),
        unusual(
            "chats",
            "style = 45 AND room_name IS NOT NULL",
            "room_name {} in a one-to-one chat",
            "room_name",
        ),
        unusual(
            "chats",
            "style = 43 AND room_name IS NOT chat_identifier",
            "room_name of a group is {}, not its chat_identifier",
            "room_name",
        ),
        unusual(
            "chats",
            f"service_name NOT IN ({SERVICES})",
            "service_name {} is unknown",
            "service_name",
        ),
        *(
            unusual(
                "chats",
                f"{column} != '' AND {column} NOT GLOB '{UUID}'",
                f"{column} {{}} is no upper-case UUID",
                column,
            )
            for column in ("group_id", "original_group_id", "account_id")
        ),
        unusual(
            "chats",
            "account_login != '' AND account_login NOT GLOB '[EePp]:*'",
            "account_login {} has no E: or P: before its address",
            "account_login",
        ),
        unusual(
            "chats",
            "last_addressed_handle GLOB '[EePp]:*'",
            "last_addressed_handle {} is no bare address",
            "last_addressed_handle",
        ),
        *(
            unusual(
                "chats",
                f"{column} NOT IN ({values})",
                f"{column} {{}} is unknown",
                column,
            )
            for column, values in (
                ("is_filtered", _TIERS),
                ("is_archived", "0, 1"),
                ("is_blackholed", "0, 1"),
            )
        ),
        *nanoseconds("dates", "last_read_message_timestamp"),
    ),
)

# 26 calls every chat `any`; before, a chat belongs to a service (§12).
ANY_GUIDS = unusual(
    "chats",
    "guid GLOB '?*;[-+];?*' AND guid NOT GLOB 'any;*'",
    "guid {} does not begin with any, as on this release",
    "guid",
)
SERVICE_GUIDS = unusual(
    "chats",
    "guid GLOB '?*;[-+];?*' AND substr(guid, 1, instr(guid, ';') - 1) != service_name",
    "guid {} does not begin with its service, as on this release",
    "guid",
)

HANDLE = Scan(
    "handle",
    (
        *required("id", severity="error"),
        *required("service"),
        unusual("handles", "id = ''", "id is empty"),
        unusual("handles", "id GLOB '* *'", "id {} has a space in it", "id"),
        unusual(
            "handles",
            "country != '' AND country NOT GLOB '[A-Za-z][A-Za-z]'",
            "country {} has no two letters",
            "country",
        ),
        unusual(
            "handles",
            f"service NOT IN ({SERVICES})",
            "service {} is unknown",
            "service",
        ),
    ),
)


def _direct_events() -> Iterable[Rule]:
    """What happens in groups alone (§14); a change of number looks like the last."""
    severities: tuple[tuple[Severity, str, str], ...] = (
        ("error", "m.item_type = 2", "a new name"),
        ("error", "m.item_type = 3 AND m.group_action_type IN (1, 2)", "a group photo"),
        (
            "unusual",
            "m.item_type = 1 OR (m.item_type = 3 AND m.group_action_type = 0)",
            "a member who comes or goes",
        ),
    )
    for severity, wrong, what in severities:
        yield Rule(
            "events",
            f"c.style = 45 AND m.item_type != 0 AND ({wrong})",
            f"{what} in a one-to-one chat (message {{}})",
            "m.ROWID",
            severity,
        )


JOINED = Scan(
    "chat_message_join",
    (
        Rule(
            "join-dates",
            "j.message_date != m.date AND j.message_date != 0",
            "message_date {} is not the date of the message",
            "j.message_date || ' of message ' || m.ROWID",
        ),
        # Rows that are older than the column may have its default.
        unusual(
            "join-dates",
            "j.message_date IS NULL OR (j.message_date = 0 AND m.date != 0)",
            "message_date {} says nothing",
            "coalesce(j.message_date, 'NULL') || ' of message ' || m.ROWID",
        ),
        unusual(
            "index-state",
            "j.index_state != m.index_state",
            "index_state {} of the message is another",
            "j.index_state || ' (message ' || m.ROWID || ')'",
        ),
        Rule(
            "filters",
            "j.filter_action != m.filter_action "
            "OR j.filter_sub_action != m.filter_sub_action",
            "filter_action {} of the message is another",
            "j.filter_action || ' (message ' || m.ROWID || ')'",
        ),
        # A message in two groups has both names in it.
        unusual(
            "caches",
            "m.cache_roomnames IS NOT c.room_name "
            "AND instr(m.cache_roomnames, c.room_name || ',') IS NOT 1 "
            "AND NOT coalesce(m.cache_roomnames GLOB '*,' || c.room_name, 0)",
            "cache_roomnames of {} is not the chat's room_name",
            "'message ' || m.ROWID",
        ),
        *_direct_events(),
    ),
    "chat_message_join j JOIN message m ON m.ROWID = j.message_id "
    "JOIN chat c ON c.ROWID = j.chat_id",
    "j.ROWID",
)

CACHED_ATTACHMENTS = Scan(
    "message",
    (
        Rule(
            "caches",
            "m.cache_has_attachments = 0",
            "cache_has_attachments is 0, but it has attachments",
        ),
    ),
    "message_attachment_join a JOIN message m ON m.ROWID = a.message_id",
    "m.ROWID",
)
# It stays 1 after a part was unsent (§1), so edited rows are left alone.
CACHED_NO_ATTACHMENTS = Scan(
    "message",
    (
        unusual(
            "caches",
            "ROWID NOT IN (SELECT message_id FROM message_attachment_join "
            "WHERE message_id IS NOT NULL)",
            "cache_has_attachments is 1, but it has none",
        ),
    ),
    where="cache_has_attachments = 1 AND date_edited = 0",
)

RECOVERABLE = Scan(
    "chat_recoverable_message_join",
    (
        *nanoseconds("recently-deleted", "r.delete_date", zero=False),
        Rule(
            "recently-deleted",
            "r.delete_date < m.date",
            "message {} was deleted before it was sent",
            "m.ROWID",
            "note",
        ),
        Rule(
            "recently-deleted",
            "m.ROWID IS NULL",
            "message {} is not there",
            "r.message_id",
        ),
        unusual(
            "recently-deleted",
            "r.message_id IN (SELECT message_id FROM chat_message_join)",
            "message {} is in Recently Deleted and still in a chat",
            "r.message_id",
        ),
    ),
    "chat_recoverable_message_join r LEFT JOIN message m ON m.ROWID = r.message_id",
    "r.ROWID",
)
RECOVERABLE_PARTS = Scan(
    "recoverable_message_part",
    (
        *nanoseconds("recently-deleted", "r.delete_date", zero=False),
        Rule(
            "recently-deleted",
            "m.ROWID IS NULL",
            "message {} is not there",
            "r.message_id",
        ),
        Rule("recently-deleted", "r.part_index < 0", "part_index is {}", "part_index"),
    ),
    "recoverable_message_part r LEFT JOIN message m ON m.ROWID = r.message_id",
    "r.ROWID",
)
DELETED = Scan(
    "deleted_messages",
    (
        unusual(
            "recently-deleted",
            "guid IN (SELECT guid FROM message)",
            "message {} is deleted for good and still there",
            "guid",
        ),
    ),
)

LOOKUP = Scan(
    "chat_lookup",
    (
        # Apple keeps the identifiers that a chat had before.
        unusual(
            "chat-lookup",
            "l.domain = 'iMessageGroupID' AND l.identifier "
            "NOT IN (coalesce(c.group_id, ''), coalesce(c.original_group_id, ''))",
            "identifier {} is not the chat's group_id",
            "l.identifier",
        ),
        Rule("chat-lookup", "c.ROWID IS NULL", "chat {} is not there", "l.chat"),
    ),
    "chat_lookup l LEFT JOIN chat c ON c.ROWID = l.chat",
    "l.ROWID",
)

SCANS = (
    MESSAGE,
    HANDLE,
    ATTACHMENT,
    SENT,
    JOINED,
    CACHED_ATTACHMENTS,
    CACHED_NO_ATTACHMENTS,
    RECOVERABLE,
    RECOVERABLE_PARTS,
    DELETED,
    LOOKUP,
)
