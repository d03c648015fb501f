"""What must hold of each row of the other tables, and of joins.

Section numbers are those of SEMANTICS.md, where the sources stand.
"""

from __future__ import annotations

from pytest_imessage_foundry.db.checks.message_rules import MESSAGE
from pytest_imessage_foundry.db.checks.rule_scan import Rule, Scan
from pytest_imessage_foundry.db.checks.shared_rules import (
    LAST_SECOND,
    SERVICES,
    UUID,
    nanoseconds,
    required,
)

CHAT = Scan(
    "chat",
    (
        *required("guid", "style", "chat_identifier", "service_name", "group_id"),
        Rule(
            "chats",
            "style NOT IN (43, 45)",
            "style is {}, neither 45 (one-to-one) nor 43 (group)",
            "style",
        ),
        Rule(
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
        Rule(
            "chats",
            "guid GLOB '?*;[-+];?*' AND chat_identifier "
            "!= substr(guid, instr(guid, ';') + 3)",
            "chat_identifier {} is not the end of its guid",
            "chat_identifier",
        ),
        Rule(
            "chats",
            "style = 45 AND room_name IS NOT NULL",
            "room_name {} in a one-to-one chat",
            "room_name",
        ),
        Rule(
            "chats",
            "style = 43 AND room_name IS NOT chat_identifier",
            "room_name of a group is {}, not its chat_identifier",
            "room_name",
        ),
        Rule(
            "chats",
            f"service_name NOT IN ({SERVICES})",
            "service_name {} is unknown",
            "service_name",
        ),
        Rule("chats", "guid LIKE 'p:%'", "guid {} has a part in front", "guid"),
        *nanoseconds("dates", "last_read_message_timestamp"),
    ),
)

# 26 calls every chat `any`; before, a chat belongs to a service (§12).
ANY_GUIDS = Rule(
    "chats",
    "guid GLOB '?*;[-+];?*' AND guid NOT GLOB 'any;*'",
    "guid {} does not begin with any, as on this release",
    "guid",
)
SERVICE_GUIDS = Rule(
    "chats",
    "guid GLOB '?*;[-+];?*' AND substr(guid, 1, instr(guid, ';') - 1) != service_name",
    "guid {} does not begin with its service, as on this release",
    "guid",
)

HANDLE = Scan(
    "handle",
    (
        *required("id", "service"),
        Rule("handles", "id = ''", "id is empty"),
        Rule(
            "handles",
            f"service NOT IN ({SERVICES})",
            "service {} is unknown",
            "service",
        ),
    ),
)

_ROOT = "~/Library/*/Attachments/"
_PLACED = f"{_ROOT}[0-9a-f][0-9a-f]/[01][0-9]/?*/?*"
# The second folder is the low half of the first, in decimal (§5).
_LOW_HALF = (
    "instr('0123456789abcdef', substr(filename, instr(filename, '/Attachments/') + 14,"
    " 1)) - 1 != CAST(substr(filename, instr(filename, '/Attachments/') + 16, 2)"
    " AS INTEGER)"
)

ATTACHMENT = Scan(
    "attachment",
    (
        *required("guid", "transfer_name", "created_date", "total_bytes"),
        Rule(
            "guids",
            f"guid NOT GLOB '{UUID}' AND guid NOT GLOB 'at_[0-9]_{UUID}' "
            f"AND guid NOT GLOB 'at_[0-9][0-9]_{UUID}'",
            "guid {} is neither a UUID nor at_<part>_<message>",
            "guid",
        ),
        *(
            Rule(
                "attachments",
                f"{column} > {LAST_SECOND}",
                f"{column} {{}} counts nanoseconds, not seconds",
                column,
            )
            for column in ("created_date", "start_date")
        ),
        *(
            Rule(
                "attachments",
                f"{column} < 0",
                f"{column} {{}} is before 2001",
                column,
            )
            for column in ("created_date", "start_date")
        ),
        Rule(
            "attachments",
            f"filename GLOB '{_ROOT}*' AND filename NOT GLOB '{_PLACED}'",
            "filename {} is not in <hh>/<nn>/<id>/ (§5)",
            "filename",
        ),
        Rule(
            "attachments",
            f"filename GLOB '{_PLACED}' AND {_LOW_HALF}",
            "filename {}: the second folder is not the low half of the first (§5)",
            "filename",
        ),
        Rule(
            "attachments",
            f"filename NOT GLOB '{_ROOT}*'",
            "filename {} is outside Attachments",
            "filename",
            "note",
        ),
        Rule(
            "attachments",
            "transfer_state NOT BETWEEN -1 AND 7",
            "transfer_state {} is unknown",
            "transfer_state",
        ),
        Rule(
            "attachments",
            "total_bytes < -1",
            "total_bytes is {}",
            "total_bytes",
        ),
        Rule(
            "attachments",
            "ROWID NOT IN (SELECT attachment_id FROM message_attachment_join "
            "WHERE attachment_id IS NOT NULL)",
            "no message has it",
            severity="note",
        ),
    ),
)

JOINED = Scan(
    "chat_message_join",
    (
        Rule(
            "join-dates",
            "j.message_date IS NOT m.date",
            "message_date {} is not the date of the message",
            "j.message_date || ' of message ' || m.ROWID",
        ),
        Rule(
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
        Rule(
            "caches",
            "m.cache_roomnames IS NOT c.room_name",
            "cache_roomnames of {} is not the chat's room_name",
            "'message ' || m.ROWID",
        ),
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
        Rule(
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
        Rule(
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
        Rule(
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
        Rule(
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

# reply_to_guid names the message before, which may since have been deleted (§1).
REPLY_CHAIN = Scan(
    "message",
    (
        Rule(
            "reply-chain",
            f"t.ROWID IS NULL AND m.reply_to_guid NOT GLOB '{UUID}'",
            "reply_to_guid {} is no upper-case UUID",
            "m.reply_to_guid",
        ),
        Rule(
            "reply-chain",
            "t.ROWID IS NULL "
            "AND m.reply_to_guid NOT IN (SELECT guid FROM deleted_messages)",
            "reply_to_guid {} is of no message here",
            "m.reply_to_guid",
            "note",
        ),
        Rule(
            "reply-chain",
            "t.ROWID = m.ROWID",
            "reply_to_guid is its own guid",
        ),
    ),
    "message m LEFT JOIN message t ON t.guid = m.reply_to_guid",
    "m.ROWID",
    "m.reply_to_guid IS NOT NULL",
)

SCANS = (
    MESSAGE,
    HANDLE,
    ATTACHMENT,
    JOINED,
    CACHED_ATTACHMENTS,
    CACHED_NO_ATTACHMENTS,
    RECOVERABLE,
    RECOVERABLE_PARTS,
    DELETED,
    LOOKUP,
    REPLY_CHAIN,
)
