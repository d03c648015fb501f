"""Polls and votes of macOS 26: what their URLs hold (SEMANTICS.md §10)."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.checks.plists import loads
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown

CHECK = "polls"
_BUNDLE = "%:com.apple.messages.Polls"
_VOTES = (4000, 4001)
_URL = "data:,"
Faults = Iterator[tuple[str, Severity]]


class _Garbled(Exception):
    """A payload that holds no poll."""


@dataclass(frozen=True, slots=True)
class _Row:
    rowid: int
    guid: str
    kind: int
    target: str
    sender: str | None
    item: dict[str, Any]


def polls(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Options are there and are told apart; votes are for them."""
    names = ("guid", "associated_message_type", "associated_message_guid")
    if not columns.has("message", "balloon_bundle_id", "payload_data", *names):
        return
    address = "(SELECT id FROM handle WHERE ROWID = handle_id)"
    if not columns.has("handle", "id") or not columns.has("message", "handle_id"):
        address = "NULL"
    query = (
        f"SELECT ROWID, {', '.join(names)}, iif(is_from_me, NULL, {address}), "
        f"payload_data FROM message WHERE {columns.groups.among('app')} "
        "AND (balloon_bundle_id LIKE ? OR associated_message_type IN (4000, 4001))"
    )
    rows = []
    for rowid, guid, kind, target, sender, data in connection.execute(
        query, (_BUNDLE,)
    ):
        ledger.look(CHECK, 1)
        try:
            item = _item(data)
        except _Garbled as error:
            ledger.find(CHECK, "message", rowid, str(error))
            continue
        rows.append(_Row(rowid, str(guid), kind, str(target), sender, item))
    options = _options(rows)
    known = {row.guid for row in rows}
    for row in rows:
        is_vote = row.kind in _VOTES
        faults = _vote_faults(row, options, known) if is_vote else _poll_faults(row)
        for reason, severity in faults:
            ledger.find(CHECK, "message", row.rowid, reason, severity)


def _item(data: Any) -> dict[str, Any]:
    """Return the JSON in the URL of an app's payload."""
    try:
        content = loads(data)
        found = [
            each
            for each in content["$objects"]
            if isinstance(each, str) and each.startswith(_URL)
        ]
    except (KeyError, TypeError, ValueError):
        raise _Garbled("its payload is no archive of a poll") from None
    if not found:
        raise _Garbled("its payload has no URL with data")
    encoded = found[0].removeprefix(_URL).partition("?")[0]
    try:
        raw = base64.b64decode(
            encoded.replace("-", "+").replace("_", "/"), validate=True
        )
        item = json.loads(raw)["item"]
    except (binascii.Error, KeyError, RecursionError, TypeError, ValueError) as error:
        reason = f"the data in its URL does not parse ({type(error).__name__})"
        raise _Garbled(reason) from None
    if not isinstance(item, dict):
        raise _Garbled("the data in its URL holds no poll")
    return item


def _listed(item: dict[str, Any], name: str, key: str) -> list[Any] | None:
    """One key of each entry of a list; None if it is no such list."""
    entries = item.get(name)
    if not isinstance(entries, list):
        return None
    if not all(
        isinstance(each, dict) and isinstance(each.get(key), str) for each in entries
    ):
        return None
    return [each[key] for each in entries]


def _option_ids(item: dict[str, Any]) -> list[Any] | None:
    return _listed(item, "orderedPollOptions", "optionIdentifier")


def _options(rows: list[_Row]) -> dict[str, set[str]]:
    """Return the guid of each state of a poll → all options that the poll ever had."""
    options: dict[str, set[str]] = {}
    for row in rows:
        if row.kind in _VOTES:
            continue
        own = set(_option_ids(row.item) or ())
        root = row.target if row.target in options else row.guid
        options.setdefault(root, set()).update(own)
        options[row.guid] = options[root]
    return options


def _poll_faults(row: _Row) -> Faults:
    ids = _option_ids(row.item)
    if ids is None:
        yield "its options have an unknown form", "error"
    elif not ids:
        yield "a poll without options", "error"
    elif len(set(ids)) < len(ids):
        yield "two of its options have one identifier", "error"


def _vote_faults(row: _Row, options: dict[str, set[str]], known: set[str]) -> Faults:
    votes = _listed(row.item, "votes", "voteOptionIdentifier")
    if votes is None:
        yield "its votes have an unknown form", "error"
        return
    if row.target not in options:
        where = "a vote" if row.target in known else "no poll"
        # What the vote is for may be gone; that is told by the associations.
        yield f"it votes on {shown(row.target)}, which is {where}", "unusual"
        return
    for each in votes:
        if each not in options[row.target]:
            yield f"it votes for {shown(each)}, which is no option of its poll", "error"
    if len(set(votes)) < len(votes):
        yield "it votes twice for one option", "unusual"
    voters = {str(each.get("participantHandle")) for each in row.item["votes"]}
    if row.sender is not None and voters - {row.sender}:
        others = ", ".join(sorted(voters - {row.sender}))
        yield f"its sender {row.sender} votes for {shown(others)}", "unusual"
