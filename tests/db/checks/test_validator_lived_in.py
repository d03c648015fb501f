"""States of a phone that was lived in: none of them is an error.

They are what readers of real files report; each is planted into a built file.
"""

from __future__ import annotations

import plistlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from spoiling import spoil, statement, without_triggers

from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.validators import validate

pytestmark = pytest.mark.sweep

UUID = "6E0F2D0A-5B3C-4C51-8C8E-0A5D7F1B2C3D"
IN_TWO_CHATS = (
    "INSERT INTO chat_message_join (chat_id, message_id, message_date, index_state) "
    "SELECT 9, ROWID, date, index_state FROM message WHERE ROWID = 5"
)
ADD_CHAT = (
    "INSERT INTO chat (guid, style, chat_identifier, service_name, group_id) VALUES "
)

# state → the statements that make it
STATES = {
    # measured
    "a message in two chats": (IN_TWO_CHATS,),
    "an account of a prefix": ("UPDATE message SET account = 'E:' WHERE ROWID < 9",),
    "an account of a small prefix": ("UPDATE message SET account = 'e:'",),
    "a sticker's guid": (
        f"UPDATE attachment SET guid = 'at_{UUID}0_' || (SELECT guid FROM message "
        "WHERE associated_message_type = 2007) WHERE ROWID = (SELECT attachment_id "
        "FROM message_attachment_join WHERE message_id = "
        "${associated_message_type = 2007})",
    ),
    "read dates in seconds": (
        "UPDATE message SET date_read = date_read / 1000000000 WHERE date_read > 0",
    ),
    "index state 4": ("UPDATE message SET index_state = 4 WHERE ROWID = 5",),
    "index state 5, of the join too": (
        "UPDATE message SET index_state = 5 WHERE ROWID = 5",
        "UPDATE chat_message_join SET index_state = 5 WHERE message_id = 5",
    ),
    "index state 6": ("UPDATE message SET index_state = 6",),
    # likely, from readers' code and Apple's SQL
    "a one-to-one chat without handles": (
        "DELETE FROM chat_handle_join WHERE chat_id = 1",
    ),
    "a group without handles": ("DELETE FROM chat_handle_join WHERE chat_id = 2",),
    "a sender who is no member": (
        "UPDATE message SET handle_id = 9 WHERE ROWID = ${$RECEIVED}",
    ),
    "several addresses of one person": (
        "UPDATE handle SET person_centric_id = 'P' WHERE ROWID IN (1, 9)",
        "INSERT INTO chat_handle_join VALUES (1, 9)",
    ),
    "two chats of one person": (
        "UPDATE handle SET person_centric_id = 'P' WHERE ROWID IN (1, 9)",
        "UPDATE chat SET group_id = (SELECT group_id FROM chat WHERE ROWID = 1) "
        "WHERE ROWID = 9",
    ),
    "a link without its payload": (
        "UPDATE message SET payload_data = NULL WHERE ROWID = ${$LINK}",
    ),
    "part_count NULL": ("UPDATE message SET part_count = NULL",),
    "type 2 without a guid": (
        "UPDATE message SET associated_message_type = 2 WHERE ROWID = ${$PLAIN}",
    ),
    "type 3 without a guid": (
        "UPDATE message SET associated_message_guid = NULL "
        "WHERE ROWID = ${associated_message_type = 3}",
    ),
    "a historical lookup": (
        f"INSERT INTO chat_lookup VALUES ('{UUID}', 'iMessageGroupID', 2, 0)",
    ),
    "a guid with another prefix": (
        "UPDATE chat SET guid = replace(guid, 'any;', 'iMessage;') WHERE ROWID = 1",
    ),
    "received, without a handle": (
        "UPDATE message SET handle_id = 0 WHERE ROWID = ${$RECEIVED}",
    ),
    "own in a group, with a handle": (
        "UPDATE message SET handle_id = 1 WHERE ROWID = "
        "${$IN_GROUP AND is_from_me = 1 AND item_type = 0}",
    ),
    "reply_to_guid empty": ("UPDATE message SET reply_to_guid = ''",),
    # what such files hold besides
    "filter tiers": (
        "UPDATE chat SET is_filtered = (ROWID % 2) * 34 + 2",
        "UPDATE chat SET guid = guid || '(smsft)', chat_identifier = "
        "chat_identifier || '(smsft)' WHERE ROWID = 10",
        "UPDATE handle SET id = id || '(smsft)', uncanonicalized_id = id "
        "WHERE ROWID = 11",
    ),
    "a number change in a direct chat": (
        "UPDATE message SET item_type = 1, group_action_type = 1, other_handle = 1, "
        "text = NULL, attributedBody = NULL, index_state = 2 WHERE ROWID = ${$PLAIN}",
    ),
    "an empty chat of a known identifier": (
        f"{ADD_CHAT}('SMS;-;+12275550199', 45, '+12275550199', 'SMS', '{UUID}')",
    ),
    "own, from another device": (
        "UPDATE message SET handle_id = 0 WHERE is_from_me = 1",
    ),
    "rows in no chat": (
        "DELETE FROM chat_message_join WHERE message_id = ${$PLAIN}",
        "UPDATE message SET handle_id = 0 WHERE ROWID = ${$PLAIN}",
    ),
    "ghosts without a text": (
        "UPDATE message SET text = NULL, attributedBody = NULL, error = 22, "
        "is_sent = 0, is_delivered = 0, date_delivered = 0 "
        "WHERE ROWID = ${is_from_me = 1 AND $PLAIN}",
    ),
    "ROWID is not time": (
        "UPDATE message SET ROWID = 90000 WHERE ROWID = 5",
        "UPDATE chat_message_join SET message_id = 90000 WHERE message_id = 5",
        "UPDATE sqlite_sequence SET seq = 90000 WHERE name = 'message'",
    ),
    "a file that was never loaded": (
        "UPDATE attachment SET filename = NULL, transfer_state = 0, "
        "total_bytes = 1048576 WHERE ROWID = 1",
    ),
    "a file of another device": (
        "UPDATE attachment SET filename = '/var/mobile/Library/SMS/x/IMG.jpeg' "
        "WHERE ROWID = 1",
    ),
    "an attachment that is not yet there": (
        "DELETE FROM message_attachment_join WHERE attachment_id = 1",
        "DELETE FROM attachment WHERE ROWID = 1",
    ),
    "an attachment that is not yet joined": (
        "DELETE FROM message_attachment_join WHERE attachment_id = 1",
    ),
    "an attachment that is on its way": (
        "UPDATE attachment SET transfer_state = 3, filename = NULL WHERE ROWID = 1",
    ),
    "a note to oneself": (
        f"{ADD_CHAT}('any;-;robin.vale@example.com', 45, 'robin.vale@example.com', "
        f"'iMessage', '{UUID}')",
        "UPDATE chat_message_join SET chat_id = (SELECT max(ROWID) FROM chat) "
        "WHERE message_id = ${is_from_me = 1 AND $PLAIN}",
    ),
    "reactions as text": (
        "UPDATE message SET text = 'Liked “yes”', attributedBody = NULL, "
        "service = 'SMS' WHERE ROWID = ${$PLAIN}",
    ),
    "country NULL": ("UPDATE handle SET country = NULL",),
    "transfer_name NULL": ("UPDATE attachment SET transfer_name = NULL",),
    "service NULL": ("UPDATE message SET service = NULL WHERE ROWID = 5",),
    "an old row in seconds": (
        "UPDATE message SET date = 450000000, date_read = 0, date_delivered = 0 "
        "WHERE ROWID = ${$PLAIN}",
        "UPDATE chat_message_join SET message_date = 450000000 "
        "WHERE message_id = ${$PLAIN}",
    ),
    "text NULL beside a body": (
        "UPDATE message SET text = NULL WHERE attributedBody IS NOT NULL",
    ),
    "bare association guids": (
        "UPDATE message SET associated_message_guid = "
        "substr(associated_message_guid, -36) "
        "WHERE associated_message_type BETWEEN 2000 AND 3007",
    ),
    "a tapback whose row is gone": (
        "UPDATE message SET reply_to_guid = (SELECT guid FROM message "
        "WHERE ROWID = ${$TAPBACK}) WHERE ROWID = ${associated_message_type = 3000}",
        "INSERT INTO sync_deleted_messages (guid, recordID) SELECT guid, '' "
        "FROM message WHERE ROWID = ${$TAPBACK}",
        "DELETE FROM chat_message_join WHERE message_id = ${$TAPBACK}",
        "DELETE FROM message WHERE ROWID = ${$TAPBACK}",
    ),
    "the owner removed": ("DELETE FROM chat_handle_join WHERE chat_id = 3",),
    "unread, pinned away and blocked": (
        "UPDATE message SET is_read = 0, date_read = 0 WHERE is_from_me = 0",
        "UPDATE chat SET is_archived = 1, is_blackholed = 1",
    ),
    "a drawing of another app": (
        "UPDATE message SET balloon_bundle_id = 'com.apple.PaperKit.board', "
        "payload_data = x'0102' WHERE ROWID = ${$LINK}",
    ),
    "app text of another mark": (
        "UPDATE message SET text = char(65532) WHERE balloon_bundle_id IS NOT NULL "
        "AND attributedBody IS NOT NULL",
    ),
    # of one's own
    "a user's table, index and view": (
        "CREATE TABLE mine (x)",
        "CREATE INDEX my_index ON message(version)",
        "CREATE VIEW my_view AS SELECT 1 AS one",
    ),
}


@pytest.fixture(scope="module")
def bare(whole, tmp_path_factory):
    return without_triggers(whole, tmp_path_factory.mktemp("bare") / "chat.db")


@pytest.fixture
def copy(bare, tmp_path):
    return Path(shutil.copyfile(bare, tmp_path / "chat.db"))


def no_error(path):
    report = validate(path)
    assert [str(each) for each in report.findings if each.severity == "error"] == []
    assert report.ok
    assert report.exit_code == 0
    return report


@pytest.mark.parametrize("state", STATES)
def test_a_state_of_a_real_phone_is_no_error(copy, state):
    spoil(copy, *STATES[state])
    no_error(copy)


def set_body(path, condition, change):
    with closing(register_functions(sqlite3.connect(path))) as connection:
        rowid, data = connection.execute(
            "SELECT ROWID, attributedBody FROM message WHERE ROWID = "
            + statement(f"${{{condition}}}")
        ).fetchone()
        changed = change(data)
        assert changed != data
        connection.execute(
            "UPDATE message SET attributedBody = ?, text = NULL WHERE ROWID = ?",
            (changed, rowid),
        )
        connection.commit()


def test_a_run_without_a_part_number_is_no_error(copy):
    set_body(
        copy,
        "$PLAIN",
        lambda data: data.replace(
            b"\x1d__kIMMessagePartAttributeName", b"\x1d__kIMBreadcrumbMarkerAttrName"
        ),
    )
    report = no_error(copy)
    assert any(each.reason == "a run has no part number" for each in report.findings)


def test_a_files_run_of_more_than_a_unit_is_no_error(copy):
    mark = "\N{OBJECT REPLACEMENT CHARACTER}".encode()

    def longer(data):
        data = data.replace(b"+\x03" + mark, b"+\x06" + mark + b" it")
        return data.replace(b"iI\x01\x01", b"iI\x01\x04")

    alone = "text = char(65532) AND $WITH_FILE"
    set_body(copy, alone, longer)
    report = no_error(copy)
    assert any("stands on text" in each.reason for each in report.findings)


def test_an_immutable_root_is_no_error(copy):
    set_body(copy, "$PLAIN", lambda data: bodies.plain("other text", mutable=False))
    no_error(copy)


def test_properties_with_other_keys_are_no_error(copy):
    properties = {
        "CKChatWatermarkMessageID": 7,
        "LSMD": 780000000.5,
        "backgroundProperties": {"trabav": 3},
        "hasBeenAutoSpamReported": False,
    }
    with closing(register_functions(sqlite3.connect(copy))) as connection:
        blob = plistlib.dumps(properties, fmt=plistlib.FMT_BINARY)
        connection.execute("UPDATE chat SET properties = ?", (blob,))
        connection.commit()
    no_error(copy)


@pytest.mark.parametrize("how", ["VACUUM INTO", "journal_mode"])
def test_a_file_that_is_not_in_wal_mode_is_a_note(whole, tmp_path, how):
    path = Path(shutil.copyfile(whole, tmp_path / "chat.db"))
    with closing(sqlite3.connect(path)) as connection:
        if how == "VACUUM INTO":
            path = tmp_path / "vacuumed.db"
            connection.execute("VACUUM INTO ?", (str(path),))
        else:
            connection.execute("PRAGMA journal_mode = DELETE").close()
    report = no_error(path)
    assert {each.severity for each in report.of("file")} == {"note"}


def test_all_states_that_go_together_are_no_error(copy):
    apart = ("NULL", "not yet", "no chat", "drawing", "whose row", "number change")
    for state, statements in STATES.items():
        if not any(word in state for word in apart):
            spoil(copy, *statements)
    no_error(copy)


# --- files that are older than every known release ----------------------------

ADDED_BY_14 = (
    *("is_critical", "is_kt_verified", "is_sos", "is_stewie"),
    *("bia_reference_id", "fallback_hash"),
)


@pytest.fixture
def older(copy):
    """A file with the columns that macOS 13 had, and a table fewer."""
    spoil(
        copy,
        "DROP INDEX message_idx_fallback_hash",
        *(f"ALTER TABLE message DROP COLUMN {column}" for column in ADDED_BY_14),
        "DROP TABLE chat_lookup",
    )
    return copy


def test_a_file_older_than_macos_14_is_one_line(older):
    report = no_error(older)
    (found,) = report.of("structure")
    assert found.severity == "note"
    assert found.reason == "older than macOS 14, so it is checked as far as it can be"
    assert report.is_older
    assert report.as_json()["older_than_macos_14"] is True
    assert "older than macOS 14" in str(report).splitlines()[2]


def test_a_file_older_than_macos_14_is_checked_as_far_as_it_can_be(older):
    spoil(older, "UPDATE chat_message_join SET message_date = 5 WHERE message_id = 5")
    report = validate(older)
    assert [each.check for each in report.findings if each.severity == "error"] == [
        "join-dates"
    ]


def test_a_named_release_is_held_against_an_older_file(older):
    assert not validate(older, release="sonoma").ok
