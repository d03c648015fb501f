"""What must hold between tables: chats, their members, handles and messages."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown

GROUP = 43


def unique(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """GUIDs and handles occur once, whatever the constraints of this file say."""
    for table, check, key in (
        ("message", "guids", "guid"),
        ("chat", "guids", "guid"),
        ("attachment", "guids", "guid"),
        ("handle", "handles", "id, service"),
    ):
        names = key.split(", ")
        if not columns.has(table, *names):
            continue
        ledger.look(check, columns.count(table))
        # With the file's own unique index this is a walk along it.
        query = (
            f"SELECT max(ROWID), count(*), {key} FROM {table} "
            f"WHERE {names[0]} IS NOT NULL GROUP BY {key} HAVING count(*) > 1"
        )
        for rowid, number, *values in connection.execute(query):
            what = ", ".join(map(shown, values))
            ledger.find(check, table, rowid, f"{key} {what} occurs {number} times")


def membership(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns
) -> None:
    """Each message is in one chat; joins name rows that are there."""
    if not columns.has("chat_message_join", "message_id"):
        return
    check = "membership"
    ledger.look(check, columns.count("message"))
    query = (
        "SELECT message_id, count(*) FROM chat_message_join "
        "WHERE message_id IS NOT NULL GROUP BY message_id HAVING count(*) > 1"
    )
    for rowid, number in connection.execute(query):
        reason = f"it is in {number} chats"
        ledger.find(check, "message", rowid, reason, "unusual")
    for table, column in (
        ("chat_message_join", "chat_id"),
        ("chat_message_join", "message_id"),
        ("message_attachment_join", "message_id"),
        ("message_attachment_join", "attachment_id"),
        ("chat_handle_join", "chat_id"),
        ("chat_handle_join", "handle_id"),
    ):
        if columns.has(table, column):
            _dangling(connection, ledger, table, column)


def _dangling(
    connection: sqlite3.Connection, ledger: Ledger, table: str, column: str
) -> None:
    """Joins name rows that are there, foreign keys declared or not."""
    parent = column.removesuffix("_id")
    try:
        rows = connection.execute(
            f"SELECT j.ROWID, j.{column} FROM {table} j LEFT JOIN {parent} p "
            f"ON p.ROWID = j.{column} WHERE p.ROWID IS NULL"
        )
    except sqlite3.OperationalError:
        return  # the parent table is not there: a difference of structure
    for rowid, number in rows:
        reason = f"dangling join: {parent} {shown(number)} is not there"
        ledger.find("membership", table, rowid, reason)


def members(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """A one-to-one chat has one other person in it, a group has members."""
    if not (
        columns.has("chat", "style", "chat_identifier")
        and columns.has("chat_handle_join", "chat_id", "handle_id")
        and columns.has("handle", "id")
    ):
        return
    group_ids(connection, ledger, columns)
    check = "chat-members"
    ledger.look(check, columns.count("chat"))
    query = (
        "SELECT c.ROWID, c.style, c.chat_identifier, count(DISTINCT h.id), min(h.id) "
        "FROM chat c LEFT JOIN chat_handle_join ch ON ch.chat_id = c.ROWID "
        "LEFT JOIN handle h ON h.ROWID = ch.handle_id GROUP BY c.ROWID"
    )
    for rowid, style, identifier, number, address in connection.execute(query):
        reason = ""
        severity: Severity = "unusual"
        if style == GROUP:
            if number == 0:
                reason = "a group without members"
            elif number == 1:
                reason, severity = "a group of one member", "note"
        elif number != 1:
            reason = f"a one-to-one chat with {number} members"
        elif address != identifier:
            reason = f"its member is {shown(address)}, not {shown(identifier)}"
        if reason:
            ledger.find(check, "chat", rowid, reason, severity)


def group_ids(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """A group_id is one group's; the chats of one person share theirs."""
    if not columns.has("chat", "group_id", "style"):
        return
    query = (
        "SELECT max(ROWID), count(*), group_id FROM chat WHERE group_id != '' "
        "GROUP BY group_id HAVING count(*) > 1 AND max(style) = 43"
    )
    for rowid, number, group in connection.execute(query):
        reason = f"group_id {shown(group)} is that of {number} chats"
        ledger.find("chats", "chat", rowid, reason, "unusual")


def senders(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Who sent a message is a member of its chat; services are registered.

    Messages are taken together by chat, sender and service: few rows come out.
    """
    if not (
        columns.has("message", "handle_id", "is_from_me", "item_type", "service")
        and columns.has("chat_message_join", "chat_id", "message_id")
        and columns.has("chat", "style")
        and columns.has("handle", "id")
    ):
        return
    ledger.look("senders", columns.count("message"))
    addresses = dict(connection.execute("SELECT ROWID, id FROM handle"))
    styles = dict(connection.execute("SELECT ROWID, style FROM chat"))
    people = _people(connection, columns, addresses)
    services: set[tuple[str, int]] = set()
    query = (
        "SELECT j.chat_id, m.handle_id, m.is_from_me, m.item_type != 0, m.service, "
        "count(*), min(m.ROWID) AS first FROM chat_message_join j "
        "JOIN message m ON m.ROWID = j.message_id "
        "GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, first"
    )
    for chat, handle, mine, is_event, service, number, first in connection.execute(
        query
    ):
        if service is not None:
            services.add((service, chat))
        reason, severity = _sender_fault(
            handle, mine, is_event, styles.get(chat), addresses, people[chat]
        )
        if reason:
            more = f" (and {number - 1} more)" if number > 1 else ""
            ledger.find("senders", "message", first, reason + more, severity)
    _others(connection, ledger, columns)
    _services(connection, ledger, columns, services)


def _people(
    connection: sqlite3.Connection, columns: Columns, addresses: dict[int, str]
) -> defaultdict[int, set[str]]:
    """Chat → addresses of those who are, or announced to have been, in it."""
    people: defaultdict[int, set[str]] = defaultdict(set)
    if columns.has("chat_handle_join", "chat_id", "handle_id"):
        rows = connection.execute("SELECT chat_id, handle_id FROM chat_handle_join")
        for chat, handle in rows:
            people[chat].add(addresses.get(handle, ""))
    if columns.has("message", "other_handle"):
        # CROSS JOIN: from the few events to their chats, not the other way.
        rows = connection.execute(
            "SELECT j.chat_id, m.handle_id, m.other_handle FROM message m "
            "CROSS JOIN chat_message_join j ON j.message_id = m.ROWID "
            f"WHERE {columns.groups.among('event', 'm.ROWID')} AND item_type IN (1, 3)"
        )
        for chat, *named in rows:
            people[chat].update(addresses.get(handle, "") for handle in named)
    return people


def _sender_fault(
    handle: object,
    mine: object,
    is_event: object,
    style: object,
    addresses: dict[int, str],
    people: set[str],
) -> tuple[str, Severity]:
    if not handle:
        if not mine and not is_event:
            return "a received message without handle_id", "unusual"
        return "", "note"
    address = addresses.get(handle) if isinstance(handle, int) else None
    if address is None:
        return f"handle_id {shown(handle)} is of no handle", "error"
    if mine and style == GROUP and not is_event:
        reason = f"an own message in a group has handle_id {handle}, not 0"
        return reason, "unusual"
    if not is_event and address not in people:
        return f"handle_id {handle} ({address}) is not in its chat", "unusual"
    return "", "note"


def _others(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    if not columns.has("message", "other_handle"):
        return
    rows = connection.execute(
        "SELECT m.ROWID, m.other_handle FROM message m LEFT JOIN handle h "
        f"ON h.ROWID = m.other_handle WHERE {columns.groups.among('event', 'm.ROWID')} "
        "AND m.other_handle > 0 AND h.ROWID IS NULL"
    )
    for rowid, handle in rows:
        reason = f"other_handle {shown(handle)} is of no handle"
        ledger.find("senders", "message", rowid, reason)


def _services(
    connection: sqlite3.Connection,
    ledger: Ledger,
    columns: Columns,
    used: set[tuple[str, int]],
) -> None:
    """chat_service holds each service that a chat's messages came over (26+)."""
    check, table = "chat-service", "chat_service"
    if not columns.has(table, "service", "chat"):
        return
    ledger.look(check, columns.count(table))
    rows = connection.execute("SELECT ROWID, service, chat FROM chat_service")
    stated = {(service, chat): rowid for rowid, service, chat in rows}
    for service, chat in sorted(used - set(stated), key=repr):
        reason = f"chat {chat} lacks {service}, over which messages came"
        ledger.find(check, table, None, reason, "unusual")
    for (service, chat), rowid in stated.items():
        if (service, chat) not in used:
            reason = f"no message of chat {shown(chat)} came over {shown(service)}"
            ledger.find(check, table, rowid, reason, "note")


def handles(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """A handle is named by a chat or a message: triggers delete the others."""
    if not (
        columns.has("handle", "id")
        and columns.has("message", "handle_id", "other_handle")
        and columns.has("chat_handle_join", "handle_id")
    ):
        return
    ledger.look("handles", columns.count("handle"))
    query = (
        "SELECT ROWID, id FROM handle EXCEPT SELECT h.ROWID, h.id FROM handle h "
        "WHERE h.ROWID IN (SELECT handle_id FROM chat_handle_join UNION "
        "SELECT handle_id FROM message UNION "
        f"SELECT other_handle FROM message WHERE {columns.groups.among('event')})"
    )
    for rowid, address in connection.execute(query):
        reason = f"{shown(address)} is in no chat and sent nothing"
        ledger.find("handles", "handle", rowid, reason, "note")


def lookups(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """On 26 and later each group can be found by its group_id."""
    if not columns.has("chat_lookup", "domain", "chat") or not columns.has(
        "chat", "style"
    ):
        return
    query = (
        "SELECT ROWID FROM chat WHERE style = 43 AND ROWID NOT IN "
        "(SELECT chat FROM chat_lookup WHERE domain = 'iMessageGroupID')"
    )
    for (rowid,) in connection.execute(query):
        reason = "a group that chat_lookup does not name"
        ledger.find("chat-lookup", "chat", rowid, reason, "note")


def metrics(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """index_state_metrics counts the joins by their state (26.5 and later)."""
    table, check = "index_state_metrics", "index-state"
    names = ("pending_count", "donated_count", "redonation_count")
    if not columns.has(table, "id", *names) or not columns.has(
        "chat_message_join", "index_state"
    ):
        return
    rows = connection.execute(f"SELECT {', '.join(names)} FROM {table} WHERE id = 1")
    stated = rows.fetchone()
    if stated is None:
        ledger.find(check, table, None, "row id 1 is not there", "unusual")
        return
    query = "SELECT index_state, count(*) FROM chat_message_join GROUP BY 1"
    counted = dict(connection.execute(query).fetchall())
    for name, state, number in zip(names, (0, 1, 3), stated, strict=True):
        if number != counted.get(state, 0):
            reason = f"{name} is {shown(number)}, joins in it {counted.get(state, 0)}"
            ledger.find(check, table, 1, reason, "unusual")
