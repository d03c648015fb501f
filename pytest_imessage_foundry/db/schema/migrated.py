"""A release in the layout of an old file, migrated since OS X 10.9 to 10.11.

Apple's migrations add columns and seldom rewrite a table, so such a file keeps the
types, the defaults and the order of the years it went through. The source is the
dump of a 15.x file (`_ClientVersion` 18020) in johnlarkin1/imessage-data-foundry,
docs/schema_sequoia_real.sql; its STRING types and -1 defaults agree with Apple's
migration code. The sr_ columns came and went with releases up to 11 and stay in files
born then. Left out: chat.ck_record_system_property_blob, which some dumps of such
files have and this one has not.
"""

from __future__ import annotations

from dataclasses import replace

from pytest_imessage_foundry.db.schema import parse
from pytest_imessage_foundry.db.schema.declarations import Column, Table
from pytest_imessage_foundry.db.schema.definition import Schema

# Only the columns from the first that differs on; what stands before is as in a new
# file. A column that is not listed came later and stands at the end.
_TAILS = {
    # total_bytes: DEFAULT -1. original_guid: neither UNIQUE nor NOT NULL.
    "attachment": """
        total_bytes INTEGER DEFAULT -1
        is_sticker INTEGER DEFAULT 0
        sticker_user_info BLOB
        attribution_info BLOB
        hide_attachment INTEGER DEFAULT 0
        ck_sync_state INTEGER DEFAULT 0
        ck_server_change_token_blob BLOB DEFAULT NULL
        ck_record_id TEXT DEFAULT NULL
        original_guid TEXT
        sr_ck_record_id TEXT DEFAULT NULL
        sr_ck_sync_state INTEGER DEFAULT 0
        sr_ck_server_change_token_blob BLOB DEFAULT NULL
        is_commsafety_sensitive INTEGER DEFAULT 0
        emoji_image_content_identifier TEXT DEFAULT NULL
        emoji_image_short_description TEXT DEFAULT NULL
    """,
    "chat": """
        is_filtered INTEGER DEFAULT 0
        successful_query INTEGER DEFAULT 1
        engram_id TEXT
        server_change_token TEXT
        ck_sync_state INTEGER DEFAULT 0
        last_read_message_timestamp INTEGER DEFAULT 0
        original_group_id TEXT DEFAULT NULL
        sr_server_change_token TEXT
        sr_ck_sync_state INTEGER DEFAULT 0
        cloudkit_record_id TEXT DEFAULT NULL
        sr_cloudkit_record_id TEXT DEFAULT NULL
        last_addressed_sim_id TEXT DEFAULT NULL
    """,
    "handle": "person_centric_id TEXT DEFAULT NULL",
    # STRING has NUMERIC affinity in SQLite; guids and bundle ids survive it.
    "message": """
        other_handle INTEGER DEFAULT -1
        group_title TEXT
        group_action_type INTEGER DEFAULT 0
        share_status INTEGER
        share_direction INTEGER
        is_expirable INTEGER DEFAULT 0
        expire_state INTEGER DEFAULT 0
        message_action_type INTEGER DEFAULT 0
        message_source INTEGER DEFAULT 0
        associated_message_guid STRING DEFAULT NULL
        balloon_bundle_id STRING DEFAULT NULL
        payload_data BLOB
        associated_message_type INTEGER DEFAULT 0
        expressive_send_style_id STRING DEFAULT NULL
        associated_message_range_location INTEGER DEFAULT 0
        associated_message_range_length INTEGER DEFAULT 0
        time_expressive_send_played INTEGER DEFAULT 0
        message_summary_info BLOB DEFAULT NULL
        ck_sync_state INTEGER DEFAULT 0
        ck_record_id TEXT DEFAULT NULL
        ck_record_change_tag TEXT DEFAULT NULL
        destination_caller_id TEXT DEFAULT NULL
        sr_ck_sync_state INTEGER DEFAULT 0
        sr_ck_record_id TEXT DEFAULT NULL
        sr_ck_record_change_tag TEXT DEFAULT NULL
        is_corrupt INTEGER DEFAULT 0
        reply_to_guid TEXT DEFAULT NULL
        sort_id INTEGER DEFAULT 0
        is_spam INTEGER DEFAULT 0
        has_unseen_mention INTEGER DEFAULT 0
        thread_originator_guid TEXT DEFAULT NULL
        thread_originator_part TEXT DEFAULT NULL
        syndication_ranges TEXT DEFAULT NULL
        was_delivered_quietly INTEGER DEFAULT 0
        did_notify_recipient INTEGER DEFAULT 0
        synced_syndication_ranges TEXT DEFAULT NULL
        date_retracted INTEGER DEFAULT 0
        date_edited INTEGER DEFAULT 0
        was_detonated INTEGER DEFAULT 0
        part_count INTEGER
        is_stewie INTEGER DEFAULT 0
        is_kt_verified INTEGER DEFAULT 0
        is_sos INTEGER DEFAULT 0
        is_critical INTEGER DEFAULT 0
        bia_reference_id TEXT DEFAULT NULL
        fallback_hash TEXT DEFAULT NULL
        associated_message_emoji TEXT DEFAULT NULL
        is_pending_satellite_send INTEGER DEFAULT 0
        needs_relay INTEGER DEFAULT 0
        schedule_type INTEGER DEFAULT 0
        schedule_state INTEGER DEFAULT 0
        sent_or_received_off_grid INTEGER DEFAULT 0
        date_recovered INTEGER DEFAULT 0
    """,
}


def migrated(schema: Schema) -> Schema:
    """Give the release as an old, often migrated file holds it.

    Indexes and triggers are those of the release: Apple renews them at each update.
    """
    tables = dict(schema.tables)
    for name, text in _TAILS.items():
        if name in tables:
            tail = [placed.column for placed in parse.columns(text)]
            tables[name] = _with_tail(tables[name], tail)
    note = "columns stand as in a file born on OS X 10.9 to 10.11 and migrated"
    if schema.origins:
        note = f"{note}; {schema.note}"
    return replace(schema, tables=tables, layout="migrated", note=note)


def _with_tail(table: Table, tail: list[Column]) -> Table:
    told = {column.name for column in tail}
    known = [each for each in tail if _belongs(each, table)]
    start = table.column_names.index(known[0].name)
    head = [each for each in table.columns[:start] if each.name not in told]
    later = [each for each in table.columns[start:] if each.name not in told]
    return table._replace(columns=(*head, *known, *later))


def _belongs(column: Column, table: Table) -> bool:
    """Tell whether the release has the column, or an old file kept it regardless."""
    return column.name.startswith("sr_") or column.name in table.column_names
