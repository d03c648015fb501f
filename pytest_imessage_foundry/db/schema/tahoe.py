"""macOS 26 Tahoe: first as of 26.0, then as of 26.5.2.

Both are from complete dumps with a stated build. `_EARLY` and `TAHOE` say what Apple
changed; `TAHOE_26_0` is laid out as its dump, a file born on 13 and migrated. The
shapes of 26.1 to 26.4 are not known.
"""

from __future__ import annotations

from pytest_imessage_foundry.db.schema.sequoia import ALTERED_ATTACHMENT, LATE

OF_A_CHAT = (
    "chat INTEGER NOT NULL REFERENCES chat (ROWID) ON UPDATE CASCADE ON DELETE CASCADE"
)

_EARLY = LATE.evolve(
    name="tahoe-26.0",
    title="macOS 26.0 Tahoe",
    macos="26.0.1",
    features=(
        "polls backgrounds any_guids unknown_senders chat_service chat_lookup"
        " translation"
    ),
    # Seen on a 26.x whose minor version is not known; the value on 26.0.1 was not seen.
    properties={"_ClientVersion": "19602"},
    add_tables=f"""
        persistent_tasks
            ROWID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE
            guid TEXT NOT NULL
            flag_group INTEGER NOT NULL
            flag INTEGER NOT NULL
            flag_priority INTEGER NOT NULL
            lane INTEGER NOT NULL
            reason INTEGER NOT NULL
            reason_priority INTEGER NOT NULL
            user_info BLOB
            retry_count INTEGER DEFAULT 0
            UNIQUE (guid, flag)

        chat_lookup
            identifier TEXT NOT NULL
            domain TEXT NOT NULL
            {OF_A_CHAT}
            priority INTEGER DEFAULT 0
            UNIQUE (identifier, domain)

        sync_chat_slice
            service_name TEXT NOT NULL
            ck_record_id TEXT
            {OF_A_CHAT}
            UNIQUE (chat, service_name)
            UNIQUE (ck_record_id)

        chat_service
            service TEXT NOT NULL
            {OF_A_CHAT}
            UNIQUE (service, chat)
    """,
    change_columns={"message_processing_task": "guid TEXT UNIQUE NOT NULL"},
    add_columns={
        "message": """
            is_time_sensitive INTEGER DEFAULT 0
            ck_chat_id TEXT
        """,
        "chat": "is_pending_review INTEGER DEFAULT 0",
        "message_processing_task": "reasons INTEGER NOT NULL",
    },
    change_indexes="""
        message_idx_isRead_isFromMe_itemType
            ON message(is_read, is_from_me, item_type, is_finished, is_system_message)
            WHERE is_read = 0 AND is_from_me = 0 AND item_type = 0
            AND is_finished = 1 AND is_system_message = 0
    """,
    add_indexes="""
        handle_idx_id ON handle(id, rowid)
        message_idx_is_time_sensitive
            ON message(is_time_sensitive) WHERE is_time_sensitive=1
        message_idx_isRead_1_isFromMe_0_itemType_0_isFinished_1_isSystemMessage_0
            ON message(is_read, is_from_me, item_type, is_finished, is_system_message,
                date DESC)
            WHERE is_read = 1 AND is_from_me = 0 AND item_type = 0
            AND is_finished = 1 AND is_system_message = 0
        message_idx_unread_finished_not_from_me_newest_first
            ON message(is_read, is_finished, is_from_me, date DESC, ROWID DESC)
            WHERE is_read = 0 AND is_finished = 1 AND is_from_me = 0
        chat_idx_is_archived_is_filtered
            ON chat(is_archived, is_filtered) WHERE is_archived = 0
        persistent_tasks_report ON persistent_tasks(flag, flag_group, lane, reason)
        persistent_tasks_exec_sort
            ON persistent_tasks(lane DESC, flag_priority DESC, reason_priority DESC,
                retry_count ASC, ROWID ASC)
    """,
    # verify_chat, is_mic_enabled, guid_for_chat and
    # delete_chat_background_before_deleting_chat are Apple's: without them even an
    # INSERT INTO chat fails.
    add_triggers="""
        before_deleting_chat_delete_chat_background_trigger BEFORE DELETE ON chat BEGIN
            SELECT delete_chat_background_before_deleting_chat(OLD.guid,
                OLD.properties);
        END

        verify_chat_update BEFORE UPDATE OF guid ON chat BEGIN
            SELECT verify_chat(NEW.guid);
        END

        verify_chat_insert BEFORE INSERT ON chat BEGIN
            SELECT verify_chat(NEW.guid);
        END

        chat_service_on_insert_chat_message_join AFTER INSERT ON chat_message_join BEGIN
            INSERT INTO chat_service (service, chat) SELECT m.service, NEW.chat_id
                FROM message m WHERE m.rowid = NEW.message_id
                ON CONFLICT (service, chat) DO NOTHING;
        END

        before_delete_chat_update_sync_chat_deletes BEFORE DELETE ON chat
                WHEN is_mic_enabled() = 1 BEGIN
            INSERT INTO sync_deleted_chats (guid, recordID, timestamp)
                SELECT guid_for_chat(OLD.chat_identifier, scl.service_name, OLD.style),
                    scl.ck_record_id, m.date
                FROM sync_chat_slice scl INNER JOIN message m ON m.rowid = (
                    SELECT m.rowid FROM chat_recoverable_message_join crmj
                    INNER JOIN message m ON m.rowid = crmj.message_id
                    WHERE chat_id = scl.chat ORDER BY m.date DESC LIMIT 1 )
                WHERE OLD.rowid = scl.chat AND scl.ck_record_id IS NOT NULL;
        END
    """,
)

TAHOE_26_0 = _EARLY.laid_out(
    note="columns stand as in a file born on 13 and migrated",
    # Apple made message_processing_task anew, so it stands last.
    table_order=" ".join(
        [name for name in _EARLY.tables if name != "message_processing_task"]
    ),
    change_columns={
        # ALTER TABLE wrote these defaults and puts a new column at the end.
        "message": """
            after is_stewie: is_kt_verified INTEGER DEFAULT 0
            bia_reference_id TEXT DEFAULT NULL
            fallback_hash TEXT DEFAULT NULL
            associated_message_emoji TEXT DEFAULT NULL
            after sent_or_received_off_grid: date_recovered INTEGER DEFAULT 0
        """,
        "chat": "is_filtered INTEGER DEFAULT 0",
        "attachment": ALTERED_ATTACHMENT,
    },
)

TAHOE = _EARLY.evolve(
    name="tahoe",
    title="macOS 26 Tahoe",
    macos="26.5.2",
    features="index_state",
    # One row (id 1) counts how many messages Spotlight has and still waits for.
    add_tables="""
        index_state_metrics
            id INTEGER UNIQUE DEFAULT 1
            pending_count INTEGER DEFAULT 0
            donated_count INTEGER DEFAULT 0
            redonation_count INTEGER DEFAULT 0
            UNIQUE (id)
    """,
    add_columns={
        "message": "index_state INTEGER DEFAULT 0",
        "chat_message_join": "index_state INTEGER NOT NULL DEFAULT 0",
    },
    change_indexes="""
        message_idx_is_scheduled_message
            ON message(schedule_type, rowid) WHERE schedule_type=2
        message_idx_isRead_isFromMe_itemType
            ON message(is_read, is_from_me, item_type, is_finished, is_system_message,
                date DESC)
            WHERE is_read = 0 AND is_from_me = 0 AND item_type = 0
            AND is_finished = 1 AND is_system_message = 0
        persistent_tasks_report
            ON persistent_tasks(flag, flag_group, lane, reason, retry_count)
            WHERE retry_count < 5
        persistent_tasks_exec_sort
            ON persistent_tasks(lane DESC, flag_group ASC, flag_priority DESC,
                reason_priority DESC, retry_count ASC)
    """,
    add_indexes="""
        attachment_idx_ck_sync_state ON attachment(ck_sync_state)
        attachment_idx_is_sticker_pgen_state
            ON attachment(is_sticker, filename, preview_generation_state)
            WHERE is_sticker = 1
        chat_idx_ck_sync_state ON chat(ck_sync_state)
        chat_idx_is_filtered ON chat(is_filtered)
        chat_message_join_idx_message_date_and_id
            ON chat_message_join(message_date, message_id)
        chat_message_join_idx_message_date_only ON chat_message_join(message_date)
        chat_message_join_idx_metrics_rebuild ON chat_message_join(index_state)
            WHERE index_state = 0 OR index_state = 1 OR index_state = 3
        handle_idx_person_centric_id
            ON handle(person_centric_id) WHERE person_centric_id IS NOT NULL
        message_idx_ck_sync_state_service ON message(ck_sync_state, service)
        message_idx_composite_scheduled_message
            ON message(schedule_type, schedule_state)
        message_idx_indexed_messages_guid ON message(guid) WHERE index_state = 1
        message_idx_invalid_index_state ON message(rowid)
            WHERE index_state != 2
            AND (((associated_message_type not between 2000 and 2007)
            and associated_message_type != 0) or item_type != 0)
        message_idx_pending_indexing_messages
            ON message(rowid) WHERE index_state = 1 or index_state = 3
    """,
    add_triggers="""
        index_metrics_delete_propagation AFTER DELETE ON chat_message_join
                WHEN OLD.index_state != 2 BEGIN
            UPDATE index_state_metrics SET
                pending_count = pending_count
                    - CASE WHEN OLD.index_state = 0 THEN 1 ELSE 0 END,
                donated_count = donated_count
                    - CASE WHEN OLD.index_state = 1 THEN 1 ELSE 0 END,
                redonation_count = redonation_count
                    - CASE WHEN OLD.index_state = 3 THEN 1 ELSE 0 END
                WHERE id = 1;
        END

        index_metrics_insert_propagation AFTER INSERT ON chat_message_join
                WHEN NEW.index_state != 2 BEGIN
            UPDATE index_state_metrics SET
                pending_count = pending_count
                    + CASE WHEN NEW.index_state = 0 THEN 1 ELSE 0 END,
                donated_count = donated_count
                    + CASE WHEN NEW.index_state = 1 THEN 1 ELSE 0 END,
                redonation_count = redonation_count
                    + CASE WHEN NEW.index_state = 3 THEN 1 ELSE 0 END
                WHERE id = 1;
        END

        index_metrics_update_propagation
                AFTER UPDATE OF index_state ON chat_message_join BEGIN
            UPDATE index_state_metrics SET
                pending_count = pending_count
                    + COALESCE(CASE WHEN NEW.index_state = 0 THEN 1 ELSE 0 END, 0)
                    - COALESCE(CASE WHEN OLD.index_state = 0 THEN 1 ELSE 0 END, 0),
                donated_count = donated_count
                    + COALESCE(CASE WHEN NEW.index_state = 1 THEN 1 ELSE 0 END, 0)
                    - COALESCE(CASE WHEN OLD.index_state = 1 THEN 1 ELSE 0 END, 0),
                redonation_count = redonation_count
                    + COALESCE(CASE WHEN NEW.index_state = 3 THEN 1 ELSE 0 END, 0)
                    - COALESCE(CASE WHEN OLD.index_state = 3 THEN 1 ELSE 0 END, 0)
                WHERE id = 1;
        END

        message_index_state_clear AFTER DELETE ON chat_message_join
                WHEN OLD.index_state = 1 OR OLD.index_state = 3 BEGIN
            UPDATE message SET index_state = 0 WHERE message.rowid = OLD.message_id;
        END

        message_index_state_propagation AFTER UPDATE OF index_state ON message BEGIN
            UPDATE chat_message_join SET index_state = NEW.index_state
                WHERE message_id = NEW.rowid;
        END
    """,
)
