"""One fault at a time: the validator finds each and names it."""

from __future__ import annotations

import plistlib
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.validators import CHECKS, validate


@pytest.fixture
def copy(whole, tmp_path):
    return Path(shutil.copyfile(whole, tmp_path / "chat.db"))


@pytest.fixture(scope="module")
def findings_before(whole):
    return {(f.check, f.table, f.rowid, f.reason) for f in validate(whole).findings}


def first(condition, table="message"):
    return f"(SELECT min(ROWID) FROM {table} WHERE {condition})"


def message(assignment, condition="item_type = 0"):
    return f"UPDATE message SET {assignment} WHERE ROWID = {first(condition)}"


PLAIN = (
    "item_type = 0 AND associated_message_type = 0 AND length(text) > 12 "
    "AND attributedBody IS NOT NULL AND balloon_bundle_id IS NULL "
    "AND date_edited = 0 AND cache_has_attachments = 0 "
    "AND ROWID IN (SELECT message_id FROM chat_message_join)"
)
TAPBACK = (
    "associated_message_type = 2000 AND associated_message_guid LIKE 'p:%' AND "
    "substr(associated_message_guid, 5) IN (SELECT guid FROM message "
    f"WHERE {PLAIN})"
)
REPLY = "thread_originator_part LIKE '0:%'"
# `ep` as a binary plist writes it: a string of two characters.
EDITED = (
    "instr(message_summary_info, x'526570') > 0 AND attributedBody IS NOT NULL "
    "AND part_count = 1"
)
UNSENT = "is_empty = 1"
KEYED = "instr(payload_data, x'62706c') = 1"
WITH_FILE = (
    "cache_has_attachments = 1 AND attributedBody IS NOT NULL AND item_type = 0 "
    "AND balloon_bundle_id IS NULL AND date_edited = 0 "
    "AND associated_message_type = 0"
)
GROUP_MESSAGE = (
    "item_type = 0 AND is_from_me = 1 AND associated_message_type = 0 AND ROWID IN "
    "(SELECT message_id FROM chat_message_join JOIN chat ON chat.ROWID = chat_id "
    "WHERE style = 43)"
)
FILE_GUID = re.compile(rb"(FileTransferGUIDAttributeName.{5,8}?)[0-9A-F]{8}", re.S)
NEVER = "00000000-0000-4000-8000-000000000001"


def body(change, condition=PLAIN, column="attributedBody"):
    """A mutation of one body's bytes."""

    def operate(connection):
        rowid, data = connection.execute(
            f"SELECT ROWID, {column} FROM message WHERE ROWID = {first(condition)}"
        ).fetchone()
        changed = change(data)
        assert changed != data
        statement = f"UPDATE message SET {column} = ? WHERE ROWID = ?"
        return connection.execute(statement, (changed, rowid))

    return operate


def swap(old, new):
    def change(data):
        assert old in data
        return data.replace(old, new, 1)

    return change


def run_length(by):
    """Change the length of the first run, which is one byte in the bodies here."""

    def change(data):
        at = data.index(b"iI\x01") + 3
        return data[:at] + bytes([data[at] + by]) + data[at + 1 :]

    return change


def summary(change, condition=EDITED):
    def operate(data):
        info = plistlib.loads(data)
        change(info)
        return plistlib.dumps(info, fmt=plistlib.FMT_BINARY)

    return body(operate, condition, "message_summary_info")


def archive(change):
    def operate(data):
        content = plistlib.loads(data)
        change(content)
        return plistlib.dumps(content, fmt=plistlib.FMT_BINARY)

    return body(operate, "balloon_bundle_id LIKE '%URLBalloon%'", "payload_data")


def without_constraint(table, constraint, then):
    """Take a constraint out of a table's declaration, then run a statement."""

    def operate(connection):
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        assert constraint in sql
        connection.execute(f"CREATE TABLE other AS SELECT * FROM {table}")
        columns = sql.replace(constraint, "", 1)
        connection.execute(f"DROP TABLE {table}")
        connection.execute(columns)
        connection.execute(f"INSERT INTO {table} SELECT * FROM other")
        connection.execute("DROP TABLE other")
        return connection.execute(then)

    return operate


def _first_text(info):
    versions = next(iter(info["ec"].values()))
    versions[-1]["t"] = bodies.plain("something else", mutable=False)


def _gap(info):
    info["otr"]["0"]["le"] += 1
    info["otr"]["7"] = {"lo": 99, "le": 1}


# name → (check that must name it, its table, what to do to the database)
MUTATIONS = {
    # structure
    "table dropped": ("structure", "kvtable", "DROP TABLE kvtable"),
    "column dropped": (
        "structure",
        "message",
        "ALTER TABLE message DROP COLUMN bia_reference_id",
    ),
    "column added": ("structure", "chat", "ALTER TABLE chat ADD COLUMN colour TEXT"),
    "index dropped": ("structure", "message_idx_date", "DROP INDEX message_idx_date"),
    "index added": ("structure", "mine", "CREATE INDEX mine ON message(version)"),
    "trigger dropped": (
        "structure",
        "verify_chat_insert",
        "DROP TRIGGER verify_chat_insert",
    ),
    "client version gone": (
        "file",
        "_SqliteDatabaseProperties",
        "DELETE FROM _SqliteDatabaseProperties WHERE key = '_ClientVersion'",
    ),
    # values of a message
    "date_read NULL": (
        "required-values",
        "message",
        message("date_read = NULL"),
    ),
    "associated type NULL": (
        "required-values",
        "message",
        message("associated_message_type = NULL", PLAIN),
    ),
    "group_id NULL": (
        "required-values",
        "chat",
        "UPDATE chat SET group_id = NULL WHERE ROWID = 1",
    ),
    "transfer_name NULL": (
        "required-values",
        "attachment",
        "UPDATE attachment SET transfer_name = NULL WHERE ROWID = 1",
    ),
    "guid in lower case": ("guids", "message", message("guid = lower(guid)")),
    "guid with a part": ("guids", "message", message("guid = 'p:0/' || guid")),
    "attachment guid no UUID": (
        "guids",
        "attachment",
        "UPDATE attachment SET guid = 'IMG_1.jpg' WHERE ROWID = 1",
    ),
    "seconds for nanoseconds": (
        "dates",
        "message",
        message("date = date / 1000000000"),
    ),
    "milliseconds for nanoseconds": (
        "dates",
        "message",
        message("date = date / 1000000"),
    ),
    "read date in seconds": (
        "dates",
        "message",
        message("date_read = date_read / 1000000000", "date_read > 0"),
    ),
    "date beyond 2100": ("dates", "message", message("date = 4000000000000000000")),
    "date as text": ("dates", "message", message("date = '2025-11-01'")),
    "last read in seconds": (
        "dates",
        "chat",
        "UPDATE chat SET last_read_message_timestamp = 785000000 WHERE ROWID = 1",
    ),
    "flag of two": ("message-values", "message", message("is_read = 2")),
    "unknown service": ("message-values", "message", message("service = 'Telegraph'")),
    "wrong version": ("message-values", "message", message("version = 1")),
    "received and sent": (
        "message-values",
        "message",
        message("is_sent = 1", "is_from_me = 0"),
    ),
    "account without prefix": (
        "message-values",
        "message",
        message("account = 'me@example.com'"),
    ),
    "unknown effect": (
        "message-values",
        "message",
        message("expressive_send_style_id = 'slam'"),
    ),
    "event with a text": (
        "message-values",
        "message",
        message("text = 'renamed'", "item_type = 2"),
    ),
    # chats, handles, joins
    "style flipped": (
        "chats",
        "chat",
        "UPDATE chat SET style = 88 - style WHERE ROWID = 1",
    ),
    "guid of an older release": (
        "chats",
        "chat",
        "UPDATE chat SET guid = replace(guid, 'any;', 'iMessage;') WHERE ROWID = 1",
    ),
    "identifier of another": (
        "chats",
        "chat",
        "UPDATE chat SET chat_identifier = '+12025550199' WHERE ROWID = 1",
    ),
    "room name in one-to-one": (
        "chats",
        "chat",
        f"UPDATE chat SET room_name = 'x' WHERE ROWID = {first('style = 45', 'chat')}",
    ),
    "group without room name": (
        "chats",
        "chat",
        f"UPDATE chat SET room_name = NULL WHERE ROWID = {first('style = 43', 'chat')}",
    ),
    "stranger in one-to-one": (
        "chat-members",
        "chat",
        "INSERT INTO chat_handle_join SELECT c.ROWID, h.ROWID FROM chat c, handle h "
        "WHERE c.style = 45 AND h.id != c.chat_identifier LIMIT 1",
    ),
    "group without members": (
        "chat-members",
        "chat",
        f"DELETE FROM chat_handle_join WHERE chat_id = {first('style = 43', 'chat')}",
    ),
    "handle gone": ("senders", "message", "DELETE FROM handle WHERE ROWID = 1"),
    "sender of another chat": (
        "senders",
        "message",
        "UPDATE message SET handle_id = (SELECT max(handle_id) FROM chat_handle_join) "
        f"WHERE ROWID = {first('is_from_me = 0 AND handle_id = 1 AND item_type = 0')}",
    ),
    "own group message with handle": (
        "senders",
        "message",
        message("handle_id = 1", GROUP_MESSAGE),
    ),
    "received from nobody": (
        "senders",
        "message",
        message("handle_id = 0", "is_from_me = 0 AND item_type = 0"),
    ),
    "handle of an unknown service": (
        "handles",
        "handle",
        "UPDATE handle SET service = 'Telegraph' WHERE ROWID = 1",
    ),
    "unused handle": (
        "handles",
        "handle",
        "INSERT INTO handle (id, service) VALUES ('+12025550177', 'SMS')",
    ),
    "join to no message": (
        "membership",
        "chat_message_join",
        "INSERT INTO chat_message_join (chat_id, message_id) VALUES (1, 99999)",
    ),
    "join to no message, as a foreign key": (
        "foreign-keys",
        "chat_message_join",
        "INSERT INTO chat_message_join (chat_id, message_id) VALUES (1, 99999)",
    ),
    "message in two chats": (
        "membership",
        "message",
        "INSERT INTO chat_message_join (chat_id, message_id, message_date) "
        "SELECT 2, m.ROWID, m.date FROM message m JOIN chat_message_join j "
        "ON j.message_id = m.ROWID WHERE j.chat_id = 1 LIMIT 1",
    ),
    "message in no chat": (
        "membership",
        "message",
        f"DELETE FROM chat_message_join WHERE message_id = {first(PLAIN)}",
    ),
    "wrong message_date": (
        "join-dates",
        "chat_message_join",
        "UPDATE chat_message_join SET message_date = 0 WHERE ROWID = 3",
    ),
    "wrong message_date by one": (
        "join-dates",
        "chat_message_join",
        "UPDATE chat_message_join SET message_date = message_date + 1 WHERE ROWID = 3",
    ),
    # bodies
    "body cut short": ("bodies", "message", body(lambda data: data[:-3])),
    "body cut in its text": ("bodies", "message", body(lambda data: data[:130])),
    "body goes on": ("bodies", "message", body(lambda data: data + b"\x86")),
    "body is text": ("bodies", "message", message("attributedBody = text", PLAIN)),
    "run too long": ("bodies", "message", body(run_length(+1))),
    "run too short": ("bodies", "message", body(run_length(-1))),
    "other text in the body": (
        "bodies",
        "message",
        message("text = 'X' || substr(text, 2)", PLAIN),
    ),
    "mutable with immutable string": (
        "bodies",
        "message",
        body(
            swap(
                b"\x0fNSMutableString\x01\x84\x84\x08NSString\x01", b"\x08NSString\x01"
            ),
            f"{PLAIN} AND instr(attributedBody, x'0f4e534d757461626c65') > 0",
        ),
    ),
    "run without part": (
        "bodies",
        "message",
        body(swap(b"__kIMMessagePartAttributeName", b"__kIMMessagePartAttributeNama")),
    ),
    "part_count of two": ("bodies", "message", message("part_count = 2", PLAIN)),
    "nothing said": (
        "bodies",
        "message",
        message("text = NULL, attributedBody = NULL", PLAIN),
    ),
    "file of another guid": (
        "body-attachments",
        "message",
        body(lambda data: FILE_GUID.sub(rb"\g<1>00000000", data), WITH_FILE),
    ),
    "file not joined": (
        "body-attachments",
        "message",
        f"DELETE FROM message_attachment_join WHERE message_id = {first(WITH_FILE)}",
    ),
    "file joined to a plain text": (
        "body-attachments",
        "message",
        "INSERT INTO message_attachment_join SELECT "
        f"{first(PLAIN)}, {first('hide_attachment = 0', 'attachment')}",
    ),
    "attachment date in nanoseconds": (
        "attachments",
        "attachment",
        "UPDATE attachment SET created_date = created_date * 1000000000 "
        "WHERE ROWID = 1",
    ),
    "attachment in the wrong folder": (
        "attachments",
        "attachment",
        "UPDATE attachment SET filename = replace(filename, '/Attachments/', "
        "'/Attachments/0') WHERE ROWID = 1",
    ),
    "attachment in the wrong half": (
        "attachments",
        "attachment",
        "UPDATE attachment SET filename = '~/Library/Messages/Attachments/9b/12/A/a' "
        "WHERE ROWID = 1",
    ),
    "unknown transfer state": (
        "attachments",
        "attachment",
        "UPDATE attachment SET transfer_state = 12 WHERE ROWID = 1",
    ),
    # what points at messages
    "tapback at nobody": (
        "associations",
        "message",
        message(f"associated_message_guid = 'p:0/{NEVER}'", TAPBACK),
    ),
    "tapback with a bare guid": (
        "associations",
        "message",
        message(
            "associated_message_guid = substr(associated_message_guid, 5)", TAPBACK
        ),
    ),
    "tapback at a part that is not": (
        "associations",
        "message",
        message(
            "associated_message_guid = 'p:9/' || substr(associated_message_guid, 5)",
            TAPBACK,
        ),
    ),
    "tapback at a balloon that is not": (
        "associations",
        "message",
        message(
            "associated_message_guid = 'bp:' || substr(associated_message_guid, 5)",
            TAPBACK,
        ),
    ),
    "tapback beyond the text": (
        "associations",
        "message",
        message("associated_message_range_length = 9999", TAPBACK),
    ),
    "tapback of an unknown type": (
        "associations",
        "message",
        message("associated_message_type = 2009", TAPBACK),
    ),
    "emoji on a heart": (
        "associations",
        "message",
        message("associated_message_emoji = 'x'", TAPBACK),
    ),
    "emoji tapback without emoji": (
        "associations",
        "message",
        message("associated_message_emoji = NULL", "associated_message_type = 2006"),
    ),
    "tapback in another chat": (
        "associations",
        "message",
        "UPDATE chat_message_join SET chat_id = (SELECT max(ROWID) FROM chat) "
        f"WHERE message_id = {first(TAPBACK)}",
    ),
    "vote with a part": (
        "associations",
        "message",
        message(
            "associated_message_guid = 'p:0/' || associated_message_guid",
            "associated_message_type = 4000",
        ),
    ),
    "reply to nobody": (
        "threads",
        "message",
        message(f"thread_originator_guid = '{NEVER}'", REPLY),
    ),
    "reply with an odd part": (
        "threads",
        "message",
        message("thread_originator_part = '0'", REPLY),
    ),
    "reply to a part that is not": (
        "threads",
        "message",
        message("thread_originator_part = '8:0:1'", REPLY),
    ),
    "reply beyond the text": (
        "threads",
        "message",
        message("thread_originator_part = '0:0:9999'", REPLY),
    ),
    "reply to itself": (
        "threads",
        "message",
        message("thread_originator_guid = guid", REPLY),
    ),
    "previous message unknown": (
        "reply-chain",
        "message",
        message(f"reply_to_guid = '{NEVER}'", "reply_to_guid IS NOT NULL"),
    ),
    "previous message no guid": (
        "reply-chain",
        "message",
        message("reply_to_guid = 'before'", "reply_to_guid IS NOT NULL"),
    ),
    # history
    "edited without a date": ("edits", "message", message("date_edited = 0", EDITED)),
    "history gone": (
        "edits",
        "message",
        message("message_summary_info = NULL", EDITED),
    ),
    "otr gone": ("edits", "message", summary(lambda info: info.pop("otr"))),
    "otr with a gap": ("edits", "message", summary(_gap)),
    "last text is not the body's": ("edits", "message", summary(_first_text)),
    "edited part unlisted": ("edits", "message", summary(lambda i: i.pop("ep"))),
    "first edit at another time": (
        "edits",
        "message",
        summary(lambda i: next(iter(i["ec"].values()))[0].update(d=1.0)),
    ),
    "unsent with a body": ("edits", "message", message("text = 'still here'", UNSENT)),
    "unsent with parts": ("edits", "message", message("part_count = 1", UNSENT)),
    "unsent and not empty": ("edits", "message", message("is_empty = 0", UNSENT)),
    # plists
    "summary spoilt": (
        "plists",
        "message",
        message("message_summary_info = x'62706c6973743030ffff'", PLAIN),
    ),
    "summary in XML": (
        "plists",
        "message",
        message("message_summary_info = '<plist/>'", PLAIN),
    ),
    "chat properties spoilt": (
        "plists",
        "chat",
        "UPDATE chat SET properties = substr(properties, 1, 20) WHERE ROWID = 1",
    ),
    "payload cut short": (
        "app-messages",
        "message",
        body(
            lambda data: data[:-9], "instr(payload_data, x'62706c') = 1", "payload_data"
        ),
    ),
    "payload with a dangling UID": (
        "app-messages",
        "message",
        archive(lambda content: content["$top"].update(root=plistlib.UID(999))),
    ),
    "payload of another archiver": (
        "app-messages",
        "message",
        archive(lambda content: content.pop("$archiver")),
    ),
    "payload gone": (
        "app-messages",
        "message",
        message("payload_data = NULL", "balloon_bundle_id IS NOT NULL"),
    ),
    "app without a team": (
        "app-messages",
        "message",
        message(
            "balloon_bundle_id = "
            "'com.apple.messages.MSMessageExtensionBalloonPlugin:com.example.app'",
            "balloon_bundle_id IS NOT NULL",
        ),
    ),
    # what Apple's triggers keep
    "attachments not cached": (
        "caches",
        "message",
        message("cache_has_attachments = 0", WITH_FILE),
    ),
    "attachments cached in vain": (
        "caches",
        "message",
        message("cache_has_attachments = 1", PLAIN),
    ),
    "room name not cached": (
        "caches",
        "chat_message_join",
        message("cache_roomnames = NULL", GROUP_MESSAGE),
    ),
    "chat_service short": (
        "chat-service",
        "chat_service",
        "DELETE FROM chat_service WHERE ROWID = 1",
    ),
    "chat_service in vain": (
        "chat-service",
        "chat_service",
        "INSERT INTO chat_service VALUES ('iMessageLite', 1)",
    ),
    "chat_lookup of another": (
        "chat-lookup",
        "chat_lookup",
        f"UPDATE chat_lookup SET identifier = '{NEVER}' WHERE ROWID = 1",
    ),
    "chat_lookup short": (
        "chat-lookup",
        "chat",
        "DELETE FROM chat_lookup WHERE ROWID = 1",
    ),
    "index state of the join": (
        "index-state",
        "chat_message_join",
        "UPDATE chat_message_join SET index_state = 3 WHERE ROWID = 1",
    ),
    "index state of an event": (
        "index-state",
        "message",
        message("index_state = 1", "item_type != 0"),
    ),
    "metrics counted wrong": (
        "index-state",
        "index_state_metrics",
        "UPDATE index_state_metrics SET donated_count = donated_count + 1",
    ),
    "deleted and still in its chat": (
        "recently-deleted",
        "chat_recoverable_message_join",
        "INSERT INTO chat_message_join (chat_id, message_id, message_date) SELECT "
        "chat_id, message_id, date FROM chat_recoverable_message_join "
        "JOIN message m ON m.ROWID = message_id LIMIT 1",
    ),
    "deleted in seconds": (
        "recently-deleted",
        "chat_recoverable_message_join",
        "UPDATE chat_recoverable_message_join SET delete_date = 785000000",
    ),
    "deleted for good and still there": (
        "recently-deleted",
        "deleted_messages",
        "INSERT INTO deleted_messages (guid) SELECT guid FROM message LIMIT 1",
    ),
    "recoverable part spoilt": (
        "recently-deleted",
        "recoverable_message_part",
        "UPDATE recoverable_message_part SET part_text = substr(part_text, 1, 40)",
    ),
    # what constraints forbid, in a file that has lost them
    "message guid twice": (
        "guids",
        "message",
        without_constraint(
            "message",
            "UNIQUE NOT NULL",
            "UPDATE message SET guid = (SELECT guid FROM message WHERE ROWID = 2) "
            "WHERE ROWID = 1",
        ),
    ),
    "handle twice": (
        "handles",
        "handle",
        without_constraint(
            "handle",
            ", UNIQUE (id, service)",
            "INSERT INTO handle (id, service) SELECT id, service FROM handle LIMIT 1",
        ),
    ),
}


def mutate(path, operation):
    """Do `operation` to the database; its triggers stand aside meanwhile."""
    with closing(sqlite3.connect(path)) as connection:
        register_functions(connection)
        objects = "SELECT name, sql FROM sqlite_master WHERE type = "
        triggers = connection.execute(f"{objects}'trigger'").fetchall()
        indexes = connection.execute(f"{objects}'index' AND sql NOTNULL").fetchall()
        is_structural = isinstance(operation, str) and operation.startswith(
            ("DROP", "ALTER", "CREATE")
        )
        if not is_structural:
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
        if isinstance(operation, str):
            cursor = connection.execute(operation)
        else:
            cursor = operation(connection)
        assert is_structural or cursor.rowcount > 0, "the mutation changed nothing"
        left = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master")
        }
        if not is_structural:
            for name, sql in (*indexes, *triggers):
                if name not in left:
                    connection.execute(sql)
        connection.commit()


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_single_mutation_is_found_and_named(copy, findings_before, name):
    check, table, operation = MUTATIONS[name]
    mutate(copy, operation)
    report = validate(copy)
    new = [
        f
        for f in report.findings
        if (f.check, f.table, f.rowid, f.reason) not in findings_before
    ]
    assert (check, table) in {(f.check, f.table) for f in new}, str(report)
    text = str(report)
    assert f"{check}: {table}" in text


def test_there_are_enough_mutations():
    assert len(MUTATIONS) >= 40
    assert {check for check, _, _ in MUTATIONS.values()} >= set(CHECKS) - {"integrity"}
