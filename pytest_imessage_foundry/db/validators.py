"""Name the release of a chat.db, and check whether Messages could have written it.

One validator for built files, for the command and for cached content. It looks
and leaves no trace; whatever the bytes are, it answers with a report or with
one `UnreadableFileError`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db import content_digest
from pytest_imessage_foundry.db import schema as registry
from pytest_imessage_foundry.db.checks import (
    body_checks,
    edits,
    file_header,
    joins,
    links,
    message_walk,
    plists,
    polls,
    reaction_rules,
    rule_scan,
    sql_rules,
    storage_classes,
    stored_files,
    structure,
)
from pytest_imessage_foundry.db.checks.findings import (
    Finding,
    FindingTally,
    Ledger,
    Report,
    Severity,
)
from pytest_imessage_foundry.db.schema import introspect
from pytest_imessage_foundry.reading import open_readonly

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.db.schema.differences import Difference
    from pytest_imessage_foundry.db.schema.introspect import Structure
    from pytest_imessage_foundry.reading.open_readonly import Source

__all__ = ["CHECKS", "Finding", "FindingTally", "Report", "Severity", "validate"]

# Every check, in the order in which a report states them.
CHECKS: dict[str, str] = {
    "file": "WAL mode, UTF-8, page size, _SqliteDatabaseProperties",
    "structure": "every table, column, index and trigger of the release",
    "integrity": "PRAGMA integrity_check",
    "foreign-keys": "PRAGMA foreign_key_check",
    "storage-classes": "values of the declared class, text in UTF-8",
    "required-values": "columns that no row leaves NULL",
    "guids": "form and uniqueness of GUIDs",
    "dates": "nanoseconds since 2001, in a plausible order",
    "message-values": "flags, services, types and states of messages",
    "membership": "each message in one chat; joins name rows that are there",
    "join-dates": "chat_message_join.message_date is message.date",
    "senders": "handle_id against is_from_me and the chat's members",
    "chats": "style, guid, identifier and room_name agree",
    "chat-members": "one member in one-to-one chats, some in groups",
    "handles": "unique, of a known service, and used",
    "bodies": "attributedBody parses and agrees with text and part_count",
    "body-attachments": "each U+FFFC is a joined file and the other way round",
    "attachments": "paths, states, and dates in seconds",
    "associations": "reactions, stickers and votes point at what is there",
    "threads": "inline replies point at a thread's first message",
    "reply-chain": "reply_to_guid is of a message",
    "edits": "history of edited and unsent parts against the body",
    "app-messages": "balloons and their payload_data",
    "polls": "polls have options, votes are for them",
    "plists": "property lists parse, archived UIDs resolve",
    "caches": "cache_has_attachments and cache_roomnames",
    "chat-service": "services of each chat (macOS 26)",
    "chat-lookup": "groups by their id (macOS 26)",
    "index-state": "states of messages, joins and metrics (macOS 26.5)",
    "events": "group events stand in groups",
    "filters": "categories of messages and of their joins (macOS 27)",
    "recently-deleted": "recoverable and deleted messages",
}
_DAMAGE_LISTED = 100
Check = Callable[[sqlite3.Connection, Ledger, rule_scan.Columns], None]
# Walks over several tables; each says under which check a damaged table is told.
_ACROSS: tuple[tuple[str, Check], ...] = (
    ("storage-classes", storage_classes.look),
    ("guids", joins.unique),
    ("membership", joins.membership),
    ("reply-chain", message_walk.walk),
    ("senders", joins.senders),
    ("chat-members", joins.members),
    ("handles", joins.handles),
    ("bodies", body_checks.walk),
    ("associations", links.associations),
    ("associations", reaction_rules.across_chats),
    ("associations", reaction_rules.standing),
    ("threads", links.threads),
    ("edits", edits.histories),
    ("app-messages", plists.payloads),
    ("polls", polls.polls),
    ("plists", plists.columns_of_plists),
    ("chat-lookup", joins.lookups),
    ("index-state", joins.metrics),
    ("recently-deleted", body_checks.recoverable_parts),
)


def validate(
    path: str | os.PathLike[str],
    *,
    release: str | None = None,
    extra: Mapping[str, Schema] | None = None,
    progress: Callable[[int, int], None] | None = None,
    digest: bool = False,
) -> Report:
    """Look at the database at `path` and say what is wrong with it.

    The file, and what stands beside it, stays as it is.

    Args:
        path: the file; not a directory that holds it.
        release: what it must be, by name or number; its structure is held
            against that release, and else against the closest one.
        extra: schemas that a user adds, by name.
        progress: called with how many walks over the rows are done, and of how
            many.
        digest: whether the report has the digest of the file's content, which
            takes a quarter as long again.

    Raises:
        UnreadableFileError: not there, not SQLite, a directory, encrypted,
            truncated, locked, empty.
        UnknownReleaseError: `release` is none.
    """
    own = extra or {}
    extra = {k: v for k, v in own.items() if not introspect.is_built_in(v)}
    if release is not None:
        release = registry.resolve(release, extra)
    with open_readonly.opened(Path(path)) as source, ThreadPoolExecutor(1) as elsewhere:
        # SQLite's own check takes longest and runs beside all others.
        integrity = elsewhere.submit(_integrity, source)
        with source.connect() as connection:
            ledger = Ledger()
            actual = introspect.read(connection)
            schema, differences = _release(actual, release, extra)
            is_expected = release is not None
            is_older = not is_expected and structure.is_older(actual, schema)
            if is_older:
                structure.look_at_older(ledger, actual)
            else:
                structure.look(
                    ledger, schema, actual, differences, is_expected=is_expected
                )
            file_header.look(connection, ledger, source, schema)
            _foreign_keys(connection, ledger)
            _rows(connection, ledger, schema, progress or _nobody_looks)
            _disk(connection, ledger, Path(path).parent)
            content = _content(connection) if digest else None
        _add_integrity(ledger, integrity.result())
    return Report(
        path=Path(path),
        release=schema.name,
        title=schema.title,
        layout=schema.layout,
        is_expected=is_expected,
        is_experimental=schema.experimental,
        is_older=is_older,
        differences=() if is_older else tuple(map(str, differences)),
        checks=ledger.tallies(CHECKS),
        findings=ledger.ordered(CHECKS),
        errors=ledger.count("error"),
        unusual=ledger.count("unusual"),
        notes=ledger.count("note"),
        content=content,
    )


def _content(connection: sqlite3.Connection) -> str | None:
    try:
        return content_digest.of(connection)
    except sqlite3.DatabaseError:  # told by the check that met it
        return None


def _release(
    actual: Structure, release: str | None, extra: Mapping[str, Schema] | None
) -> tuple[Schema, list[Difference]]:
    if release is None:
        return introspect.closest(actual, extra)
    layouts: tuple[registry.Layout, ...] = ("fresh", "migrated")
    schemas = (registry.get(release, layout=each, extra=extra) for each in layouts)
    found = [(each, introspect.differences(each, actual)) for each in schemas]
    return min(found, key=lambda candidate: len(candidate[1]))


def _foreign_keys(connection: sqlite3.Connection, ledger: Ledger) -> None:
    check = "foreign-keys"
    try:
        rows = connection.execute("PRAGMA foreign_key_check").fetchall()
        keys = connection.execute(
            "SELECT count(*) FROM sqlite_master m, pragma_foreign_key_list(m.name) "
            "WHERE m.type = 'table'"
        ).fetchone()
        ledger.look(check, keys[0])
    except sqlite3.DatabaseError as error:
        ledger.find(check, "file", None, f"it cannot be asked: {error}")
        return
    for table, rowid, parent, _ in rows:
        ledger.find(check, table, rowid, f"it names a row that {parent} has not")


def _nobody_looks(done: int, total: int) -> None:
    """Progress that is shown to nobody."""


def _rows(
    connection: sqlite3.Connection,
    ledger: Ledger,
    schema: Schema,
    progress: Callable[[int, int], None],
) -> None:
    is_any = "any_guids" in schema.features
    own = sql_rules.ANY_GUIDS if is_any else sql_rules.SERVICE_GUIDS
    chats = rule_scan.Scan("chat", (*sql_rules.CHAT.rules, own))
    alone = (chats, *sql_rules.SCANS)
    walks = len(alone) + len(_ACROSS)
    for done, scan in enumerate(alone):
        progress(done, walks)
        try:
            rule_scan.run(connection, ledger, scan)
        except sqlite3.DatabaseError as error:
            check = scan.rules[0].check
            ledger.find(check, scan.table, None, f"it cannot be read: {error}")
    columns = rule_scan.Columns(connection)
    for done, (check, look) in enumerate(_ACROSS, len(alone)):
        progress(done, walks)
        try:
            look(connection, ledger, columns)
        except sqlite3.DatabaseError as error:
            ledger.find(check, "file", None, f"it cannot be read: {error}")


def _disk(connection: sqlite3.Connection, ledger: Ledger, folder: Path) -> None:
    try:
        stored_files.look(connection, ledger, rule_scan.Columns(connection), folder)
    except sqlite3.DatabaseError as error:
        ledger.find("attachments", "file", None, f"it cannot be read: {error}")


def _integrity(source: Source) -> list[str]:
    try:
        with source.connect() as connection:
            query = f"PRAGMA integrity_check({_DAMAGE_LISTED})"
            return [str(row[0]) for row in connection.execute(query)]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def _add_integrity(ledger: Ledger, lines: list[str]) -> None:
    ledger.look("integrity", 1)
    for line in lines:
        if line != "ok":
            ledger.find("integrity", "file", None, line)
