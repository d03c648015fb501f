"""Copies of a whole file that can be spoilt, and what the validator says anew."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing

from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.validators import validate

# Conditions on rows of `message`.
CONDITIONS = {
    "PLAIN": (
        "item_type = 0 AND associated_message_type = 0 AND length(text) > 12 "
        "AND attributedBody IS NOT NULL AND balloon_bundle_id IS NULL "
        "AND date_edited = 0 AND cache_has_attachments = 0 AND service = 'iMessage' "
        "AND thread_originator_guid IS NULL "
        "AND ROWID IN (SELECT message_id FROM chat_message_join)"
    ),
    "RECEIVED": "is_from_me = 0 AND item_type = 0 AND handle_id = 1",
    "REPLY": "thread_originator_part LIKE '0:%'",
    # `ep` as a binary plist writes it: a string of two characters.
    "EDITED": (
        "instr(message_summary_info, x'526570') > 0 AND attributedBody IS NOT NULL "
        "AND part_count = 1"
    ),
    "LINK": "balloon_bundle_id LIKE '%URLBalloon%' AND payload_data IS NOT NULL",
    "POLL": "balloon_bundle_id LIKE '%Polls' AND associated_message_type IN (0, 3)",
    "WITH_FILE": (
        "cache_has_attachments = 1 AND attributedBody IS NOT NULL AND item_type = 0 "
        "AND balloon_bundle_id IS NULL AND date_edited = 0 "
        "AND associated_message_type = 0"
    ),
    "IN_GROUP": (
        "ROWID IN (SELECT message_id FROM chat_message_join WHERE chat_id = 2)"
    ),
    "LIKES": "associated_message_type = 2001 AND associated_message_guid LIKE 'p:%'",
}
CONDITIONS["TAPBACK"] = (
    "associated_message_type = 2000 AND associated_message_guid LIKE 'p:%' AND "
    "substr(associated_message_guid, 5) IN "
    f"(SELECT guid FROM message WHERE {CONDITIONS['PLAIN']})"
)
_NAME = re.compile(r"\$([A-Z_]+)")
_FIRST = re.compile(r"\$\{(?:(\w+): )?([^{}]+)\}")


def statement(text):
    """SQL from a statement of the table: `${condition}` is the first such row."""
    text = _NAME.sub(lambda match: CONDITIONS[match[1]], text)

    def first(match):
        return f"(SELECT min(ROWID) FROM {match[1] or 'message'} WHERE {match[2]})"

    return _FIRST.sub(first, text)


def without_triggers(whole, path):
    """Copy a whole file without its triggers, so that any row can be written."""
    shutil.copyfile(whole, path)
    with closing(register_functions(sqlite3.connect(path))) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in connection.execute(query).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA journal_mode = DELETE").close()
        connection.commit()
    return path


def spoil(path, *statements):
    """Run statements against the file, and prove that each changed something."""
    with closing(register_functions(sqlite3.connect(path))) as connection:
        for each in statements:
            sql = statement(each)
            number = connection.execute(sql).rowcount
            if sql.startswith(("UPDATE", "INSERT", "DELETE")):
                assert number > 0, f"nothing was changed by {sql}"
        connection.commit()


def key(finding):
    return finding.check, finding.table, finding.rowid, finding.reason


def findings_of(path):
    return {key(each) for each in validate(path).findings}


def new_findings(path, before):
    return [each for each in validate(path).findings if key(each) not in before]
