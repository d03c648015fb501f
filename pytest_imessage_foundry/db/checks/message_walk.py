"""One walk along all messages: their chats, accounts and what they reply to.

`reply_to_guid` names the message before (SEMANTICS.md §1), which may since have been
deleted.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from pytest_imessage_foundry.db.checks.findings import Ledger
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown
from pytest_imessage_foundry.db.checks.storage_classes import is_utf8

CHECK = "reply-chain"
_GUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\Z")
_PREFIXED = re.compile("[EePp]:")
_ACCOUNT = ("account", "account_guid", "destination_caller_id")
Faults = Iterator[str]
_AT_ONCE = 10_000  # rows that one statement names


def walk(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Look at all messages in their order.

    Nearly all name the one before them in their chat, which is known by then. The
    others are looked up.
    """
    if not columns.has("chat_message_join", "chat_id", "message_id"):
        return
    ledger.look(CHECK, columns.count("message"))
    names = ("guid", "reply_to_guid", *_ACCOUNT)
    own = columns.pick("message", *names, alias="m")
    rows = connection.execute(
        f"SELECT m.ROWID, {own}, j.chat_id FROM message m "
        "LEFT JOIN chat_message_join j ON j.message_id = m.ROWID"
    )
    text_factory = connection.text_factory
    connection.text_factory = bytes  # compared, never shown
    try:
        last: dict[object, object] = {}
        alone: list[int] = []
        others: list[int] = []
        accounts: dict[tuple[Any, ...], int] = {}
        for rowid, guid, before, account, login, caller, chat in rows:
            accounts.setdefault((account, login, caller), rowid)
            if chat is None:
                alone.append(rowid)
            if before is not None and last.get(chat) != before:
                others.append(rowid)
            last[chat] = guid
    finally:
        connection.text_factory = text_factory
    _accounts(connection, ledger, columns, accounts)
    _orphans(connection, ledger, columns, alone)
    for at in range(0, len(others), _AT_ONCE):
        _look_up(connection, ledger, columns, others[at : at + _AT_ONCE])


def _accounts(
    connection: sqlite3.Connection,
    ledger: Ledger,
    columns: Columns,
    accounts: dict[tuple[Any, ...], int],
) -> None:
    """Look at each account, and at the first row that has it."""
    own = {_text(account)[2:] for account, _, _ in accounts}
    logins = ("account_login", "last_addressed_handle")
    if columns.has("chat", *logins):
        for login, last in connection.execute(f"SELECT {', '.join(logins)} FROM chat"):
            own.update((str(login)[2:], str(last)))
    for values, rowid in accounts.items():
        account, login, caller = map(_text, values)
        for reason in _account_faults(account, login, caller, own):
            ledger.find("message-values", "message", rowid, reason, "unusual")
        for name, value in zip(_ACCOUNT, values, strict=True):
            if isinstance(value, bytes) and not is_utf8(value):
                reason = f"{name} is not UTF-8"
                ledger.find("storage-classes", "message", rowid, reason)


def _account_faults(account: str, login: str, caller: str, own: set[str]) -> Faults:
    if account and not _PREFIXED.match(account):
        yield f"account {shown(account)} has no E: or P: before its address"
    elif account and len(account) == len("E:"):
        yield f"account {shown(account)} has no address after it"
    if login and not _GUID.match(login):
        yield f"account_guid {shown(login)} is no upper-case UUID"
    if caller and _PREFIXED.match(caller):
        yield f"destination_caller_id {shown(caller)} is no bare address"
    elif caller and caller not in own:
        # What one is reached at is the address of an account, without its prefix (§1).
        yield f"destination_caller_id {shown(caller)} is of no account here"


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return "" if value is None else str(value)


def _orphans(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns, alone: list[int]
) -> None:
    deleted: set[object] = set()
    if alone and columns.has("chat_recoverable_message_join", "message_id"):
        query = "SELECT message_id FROM chat_recoverable_message_join"
        deleted = {rowid for (rowid,) in connection.execute(query)}
    for rowid in alone:
        if rowid not in deleted:
            reason = "orphan message: it is in no chat, nor recently deleted"
            ledger.find("membership", "message", rowid, reason, "note")


def _look_up(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns, rows: list[int]
) -> None:
    chats = "SELECT chat_id FROM chat_message_join WHERE message_id"
    deleted = "0"
    if columns.has("deleted_messages", "guid"):
        deleted = "m.reply_to_guid IN (SELECT guid FROM deleted_messages)"
    query = (
        f"SELECT m.ROWID, m.reply_to_guid, {deleted}, t.ROWID, "
        f"EXISTS ({chats} = m.ROWID INTERSECT {chats} = t.ROWID), "
        f"EXISTS ({chats} = m.ROWID) AND EXISTS ({chats} = t.ROWID) "
        "FROM message m LEFT JOIN message t ON t.guid = m.reply_to_guid "
        f"WHERE m.ROWID IN ({','.join(map(str, rows))})"
    )
    for rowid, guid, is_deleted, target, is_shared, are_placed in connection.execute(
        query
    ):
        find = ledger.find
        if target == rowid:
            find(CHECK, "message", rowid, "reply_to_guid is its own guid")
        elif target is not None:
            if are_placed and not is_shared:
                reason = f"the message before it, {target}, is in another chat"
                find(CHECK, "message", rowid, reason, "unusual")
        elif not _GUID.match(str(guid)):
            reason = f"reply_to_guid {shown(guid)} is no upper-case UUID"
            find(CHECK, "message", rowid, reason, "unusual")
        elif not is_deleted:
            reason = f"reply_to_guid {guid} is of no message here"
            find(CHECK, "message", rowid, reason, "note")
