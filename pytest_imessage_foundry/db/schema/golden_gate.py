"""macOS 27 Golden Gate, composed: each part says where it is known from.

* Read from a file: the eleven tables of a genuine partial dump of 27.0, which agrees
  with a second one (`_READ_FROM_A_FILE`).
* From Apple's own SQL: what the strings of its IMDPersistence framework state, as
  published in diffs of the betas of 27.0 (`_FROM_APPLES_SQL`). An index there is a name
  and a definition, joined by their words.
* Carried over: the other tables, indexes and triggers are those of 26.5.2, which the
  same diffs do not touch.

The tables chat_part, chat_part_message_join, chat_part_service and
sync_chat_part_slice stood behind a switch in the first beta. The strings of their
migration went again in beta 5, and neither dump has them: they are left out.
"""

from __future__ import annotations

from pytest_imessage_foundry.db.schema.tahoe import OF_A_CHAT, TAHOE

_READ_FROM_A_FILE = """
    table: chat handle message attachment chat_message_join chat_handle_join
        message_attachment_join chat_recoverable_message_join recoverable_message_part
        chat_lookup chat_service
"""
_FROM_APPLES_SQL = """
    table: persistent_tasks sync_chat_slice
    index: chat_message_join_idx_chat_id_filter_action
        chat_message_join_idx_chat_id_filter_action_filter_sub_action
        chat_message_join_idx_last_message chat_message_join_idx_metrics_rebuild
        message_idx_filter_action message_idx_filter_action_sub_action
        message_idx_last_received_messages message_idx_unfilterable_message
        message_idx_unsent_retryable message_idx_pending_syndication_sync
        persistent_tasks_exec_sort persistent_tasks_report
    trigger: before_delete_chat_update_sync_chat_deletes
        message_filter_action_update_propagation
"""

_RELEASE = TAHOE.evolve(
    name="golden-gate",
    title="macOS 27 Golden Gate",
    macos="27.0",
    features="filter_actions",
    origin="carried-over",
    origins={"file": _READ_FROM_A_FILE, "apple-sql": _FROM_APPLES_SQL},
    add_columns={
        "message": """
            filter_action INTEGER DEFAULT 0
            filter_sub_action INTEGER DEFAULT 0
            is_preview_sent INTEGER DEFAULT 0
            is_preview_delivered INTEGER DEFAULT 0
            date_preview_sent INTEGER
            date_preview_delivered INTEGER
            date_updated INTEGER
            retry_count INTEGER
        """,
        "chat_message_join": """
            filter_action INTEGER NOT NULL DEFAULT 0
            filter_sub_action INTEGER NOT NULL DEFAULT 0
        """,
        "attachment": """
            preflight_info BLOB DEFAULT NULL
            sensitivity_analysis INTEGER DEFAULT 0
        """,
        "persistent_tasks": """
            request_date INTEGER NOT NULL DEFAULT 0
            content_date INTEGER
        """,
    },
    # The strings name the columns and both conflicts. The types and defaults of the
    # three new columns are not in them: they are those of chat_message_join, and
    # NULL, which the migration writes.
    replace_tables=f"""
        sync_chat_slice
            service_name TEXT NOT NULL
            ck_record_id TEXT
            {OF_A_CHAT}
            filter_action INTEGER NOT NULL DEFAULT 0
            filter_sub_action INTEGER NOT NULL DEFAULT 0
            original_guid TEXT
            UNIQUE (ck_record_id)
            UNIQUE (service_name, chat, filter_action, filter_sub_action, original_guid)
    """,
    change_indexes="""
        chat_message_join_idx_metrics_rebuild
            ON chat_message_join(index_state, message_date)
            WHERE index_state = 0 OR index_state = 1 OR index_state = 3
        persistent_tasks_exec_sort
            ON persistent_tasks(lane DESC, flag_group ASC, flag_priority DESC,
                reason_priority DESC, (content_date IS NULL) DESC, content_date DESC,
                retry_count ASC)
            WHERE retry_count < 5
        persistent_tasks_report
            ON persistent_tasks(lane, flag, flag_group, reason, content_date,
                retry_count)
            WHERE retry_count < 5
    """,
    add_indexes="""
        chat_message_join_idx_chat_id_filter_action
            ON chat_message_join(chat_id, filter_action)
        chat_message_join_idx_chat_id_filter_action_filter_sub_action
            ON chat_message_join(chat_id, filter_action, filter_sub_action)
        chat_message_join_idx_last_message
            ON chat_message_join(chat_id, filter_action, filter_sub_action,
                message_date DESC, message_id DESC)
        message_idx_filter_action ON message(filter_action)
        message_idx_filter_action_sub_action
            ON message(filter_action, filter_sub_action)
        message_idx_last_received_messages
            ON message(error,is_from_me,item_type,is_finished,date DESC,ROWID DESC)
            WHERE (error = 0 AND is_from_me = 0 AND is_finished = 1)
        message_idx_unfilterable_message
            ON message(rowid) WHERE (item_type != 0 AND item_type != 5)
        message_idx_unsent_retryable
            ON message(is_sent, is_from_me, item_type, schedule_type)
            WHERE is_from_me = 1 AND is_sent = 0 AND item_type = 0
            AND schedule_type = 0
        message_idx_pending_syndication_sync
            ON message(date)
            WHERE syndication_ranges IS NOT NULL
            AND (synced_syndication_ranges IS NULL
            OR syndication_ranges != synced_syndication_ranges)
            AND (service = 'iMessage' OR service = 'SMS')
    """,
    # guid_for_chat is called with five arguments here, with three on 26.
    change_triggers="""
        before_delete_chat_update_sync_chat_deletes BEFORE DELETE ON chat
                WHEN is_mic_enabled() = 1 BEGIN
            INSERT INTO sync_deleted_chats (guid, recordID, timestamp)
                SELECT guid_for_chat(OLD.chat_identifier, scl.service_name, OLD.style,
                    scl.filter_action, scl.filter_sub_action),
                    scl.ck_record_id, m.date
                FROM sync_chat_slice scl INNER JOIN message m ON m.rowid = (
                    SELECT m.rowid FROM chat_recoverable_message_join crmj
                    INNER JOIN message m ON m.rowid = crmj.message_id
                    WHERE chat_id = scl.chat ORDER BY m.date DESC LIMIT 1 )
                WHERE OLD.rowid = scl.chat AND scl.ck_record_id IS NOT NULL;
        END
    """,
    add_triggers="""
        message_filter_action_update_propagation
                AFTER UPDATE OF filter_action, filter_sub_action ON message BEGIN
            UPDATE chat_message_join SET filter_action = NEW.filter_action,
                filter_sub_action = NEW.filter_sub_action
                WHERE message_id = NEW.rowid;
        END
    """,
)

GOLDEN_GATE = _RELEASE.laid_out(
    note="composed: 11 tables are as in a file of 27.0 that was born on 15.0 to 15.3; "
    "2 tables, 12 indexes and 2 triggers are from Apple's SQL; the rest is that of "
    "26.5.2",
    change_columns={
        "message": "after sent_or_received_off_grid: date_recovered INTEGER DEFAULT 0",
        "chat": "is_filtered INTEGER DEFAULT 0",
    },
)
