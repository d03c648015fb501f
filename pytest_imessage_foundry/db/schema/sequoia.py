"""macOS 15 Sequoia: first as of 15.2, then as it is since 15.4 or thereabouts.

`_EARLY` and `LATE` say what Apple changed. No file born on 15.4 or later was found:
the dumps are of files born on 13 and 12, and their columns stand as those files
have them (`SEQUOIA_15_2`, `SEQUOIA`).
"""

from __future__ import annotations

from pytest_imessage_foundry.db.schema.sonoma import SONOMA

_EARLY = SONOMA.evolve(
    name="sequoia-15.2",
    title="macOS 15.2 Sequoia",
    macos="15.2, 15.3",
    features=(
        "emoji_tapbacks sticker_tapbacks text_styles text_effects send_later genmoji"
        " rcs satellite"
    ),
    # Inferred: migration 18017, which made preview_generation_state, is in 15.2.
    properties={"_ClientVersion": "18017"},
    add_tables="""
        scheduled_messages_pending_cloudkit_delete
            ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE
            guid TEXT NOT NULL
            recordID TEXT
    """,
    add_columns={
        "message": """
            associated_message_emoji TEXT
            is_pending_satellite_send INTEGER DEFAULT 0
            needs_relay INTEGER DEFAULT 0
            schedule_type INTEGER DEFAULT 0
            schedule_state INTEGER DEFAULT 0
            sent_or_received_off_grid INTEGER DEFAULT 0
        """,
        "attachment": """
            emoji_image_content_identifier TEXT
            emoji_image_short_description TEXT
            preview_generation_state INTEGER DEFAULT 0
        """,
    },
    change_indexes="""
        message_idx_undelivered_one_to_one_imessage
            ON message(cache_roomnames, service, is_sent, is_delivered, was_downgraded,
                item_type)
            WHERE cache_roomnames IS NULL AND service IN ('iMessage','RCS')
            AND is_sent = 1 AND is_delivered = 0 AND was_downgraded = 0
            AND item_type == 0 AND schedule_type == 0
    """,
    add_indexes="""
        message_idx_schedule_state ON message(schedule_state)
        message_idx_is_pending_satellite_message
            ON message(is_pending_satellite_send) WHERE is_pending_satellite_send=1
        message_idx_is_scheduled_message
            ON message(schedule_type) WHERE schedule_type=2
        attachment_idx_is_sticker ON attachment(is_sticker)
    """,
)

LATE = _EARLY.evolve(
    name="sequoia",
    title="macOS 15 Sequoia",
    macos="15.4 to 15.7",
    # The version and the names were seen on one 15.x; a new file is at zero.
    properties={
        "_ClientVersion": "18020",
        "__CSDBRecordSequenceNumber": "0",
        "__IMDRecordSequenceNumber": "0",
    },
    # The place of date_recovered and the lost default are those of files born on 26,
    # and of Apple's own lists of columns since iOS 18.5.
    add_columns={"message": "after date_edited: date_recovered INTEGER"},
    change_columns={"chat": "is_filtered INTEGER"},
    drop_indexes=["message_idx_associated_message"],
    add_indexes="""
        message_idx_fallback_hash
            ON message(fallback_hash) WHERE fallback_hash IS NOT NULL
        message_idx_associated_message2
            ON message(associated_message_guid)
            WHERE associated_message_guid is not null
    """,
)

# ALTER TABLE wrote these defaults: the columns came to a file that was there before.
_ALTERED_MESSAGE = """
    date_retracted INTEGER DEFAULT 0
    date_edited INTEGER DEFAULT 0
    bia_reference_id TEXT DEFAULT NULL
    fallback_hash TEXT DEFAULT NULL
    associated_message_emoji TEXT DEFAULT NULL
"""
ALTERED_ATTACHMENT = """
    emoji_image_content_identifier TEXT DEFAULT NULL
    emoji_image_short_description TEXT DEFAULT NULL
"""
_TABLE_ORDER = """
    _SqliteDatabaseProperties deleted_messages chat_handle_join sync_deleted_messages
    message_processing_task handle sync_deleted_chats message_attachment_join
    sync_deleted_attachments kvtable chat_message_join message chat attachment
    chat_recoverable_message_join unsynced_removed_recoverable_messages
    recoverable_message_part scheduled_messages_pending_cloudkit_delete
"""

SEQUOIA_15_2 = _EARLY.evolve(
    # The author's file had never seen an ANALYZE.
    internal_tables=("sqlite_sequence",),
).laid_out(
    note="columns stand as in a file born before 14 and migrated",
    table_order=_TABLE_ORDER,
    change_columns={
        "message": _ALTERED_MESSAGE
        + "    after is_stewie: is_kt_verified INTEGER DEFAULT 0",
        "attachment": ALTERED_ATTACHMENT,
    },
)

SEQUOIA = LATE.laid_out(
    note="columns stand as in a file born on 12 and migrated",
    table_order=_TABLE_ORDER,
    change_columns={
        "message": _ALTERED_MESSAGE
        + "    after sent_or_received_off_grid: date_recovered INTEGER DEFAULT 0",
        "chat": "is_filtered INTEGER DEFAULT 0",
        "attachment": ALTERED_ATTACHMENT,
    },
)
