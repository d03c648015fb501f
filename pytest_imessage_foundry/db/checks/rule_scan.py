"""Run rules over a table, all of them in one pass of SQLite.

A rule is an expression that is true of a wrong row. All rules of a scan are
asked in one statement; what they show of the rows they hit is asked again,
for those rows alone. A rule that names a column which this file lacks is left
out: the structure's differences say so.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_imessage_foundry.db.checks.findings import Ledger, Severity

_MISSING = re.compile(r"no such (?:column|table): (?:\w+\.)?(\w+)\Z")
_SHOWN = 80  # characters of a value


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression that is true of a wrong row, and what to say of it.

    `{}` in `reason` stands for the value of `shown`. Rules with one `guard`, which is
    false of most rows, are asked only where it is true.
    """

    check: str
    wrong: str
    reason: str
    shown: str = "NULL"
    severity: Severity = "error"
    guard: str = ""

    @property
    def whole(self) -> str:
        return f"({self.guard}) AND ({self.wrong})" if self.guard else self.wrong


@dataclass(frozen=True, slots=True)
class Scan:
    """Rules over one table, or over a join of some.

    `source` is what follows FROM, `rowid` names the row that a finding is of.
    """

    table: str
    rules: tuple[Rule, ...]
    source: str = ""
    rowid: str = "ROWID"
    where: str = "1"

    @property
    def from_clause(self) -> str:
        return f"{self.source or self.table} WHERE {self.where}"

    @property
    def counted(self) -> str:
        """What is looked at, without the tables that are asked for it."""
        return self.table if self.source else self.from_clause


def run(connection: sqlite3.Connection, ledger: Ledger, scan: Scan) -> None:
    """Ask all rules of `scan` and write down what they found."""
    if _refusal(connection, scan, "1"):
        return  # a table that this file lacks
    rules = _possible(connection, scan)
    if not rules:
        return
    number = connection.execute(f"SELECT count(*) FROM {scan.counted}").fetchone()
    for check in dict.fromkeys(rule.check for rule in rules):
        ledger.look(check, number[0])
    for rowid, rule in _hits(connection, scan, rules):
        kind = reason = rule.reason
        if "{}" in reason and ledger.lists(rule.check, rule.severity, kind):
            value = _value(connection, scan, rule, rowid)
            reason = reason.replace("{}", shown(value))
        ledger.find(rule.check, scan.table, rowid, reason, rule.severity, kind=kind)


def shown(value: Any) -> str:
    """Return a value as a reason shows it."""
    if value is None:
        return "NULL"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _any(rules: tuple[Rule, ...]) -> str:
    guarded: dict[str, list[str]] = {}
    for rule in rules:
        guarded.setdefault(rule.guard, []).append(f"({rule.wrong})")
    return " OR ".join(
        f"(({guard}) AND ({' OR '.join(each)}))" if guard else " OR ".join(each)
        for guard, each in guarded.items()
    )


def _possible(connection: sqlite3.Connection, scan: Scan) -> tuple[Rule, ...]:
    """Return the rules whose tables and columns are all there."""
    rules = scan.rules
    while rules and (refusal := _refusal(connection, scan, _any(rules))):
        missing = _MISSING.search(refusal)
        named = re.compile(rf"\b{missing[1]}\b") if missing else None
        left = tuple(r for r in rules if named is None or not named.search(r.whole))
        if named is None or left == rules:
            return tuple(r for r in rules if not _refusal(connection, scan, r.whole))
        rules = left
    return rules


def _refusal(connection: sqlite3.Connection, scan: Scan, expression: str) -> str:
    """Why SQLite does not take an expression; empty if it does."""
    try:
        connection.execute(
            f"EXPLAIN SELECT {scan.rowid} FROM {scan.from_clause} AND ({expression})"
        ).close()
    except sqlite3.OperationalError as error:
        return str(error)
    return ""


def _hits(
    connection: sqlite3.Connection, scan: Scan, rules: tuple[Rule, ...]
) -> Iterator[tuple[int, Rule]]:
    columns = ", ".join(f"({rule.whole})" for rule in rules)
    rows = connection.execute(
        f"SELECT {scan.rowid}, {columns} FROM {scan.from_clause} AND ({_any(rules)})"
    )
    for rowid, *hits in rows:
        for rule, hit in zip(rules, hits, strict=True):
            if hit:
                yield rowid, rule


def _value(
    connection: sqlite3.Connection, scan: Scan, rule: Rule, rowid: int | None
) -> Any:
    try:
        row = connection.execute(
            f"SELECT {rule.shown} FROM {scan.from_clause} "
            f"AND {scan.rowid} IS ? AND ({rule.whole})",
            (rowid,),
        ).fetchone()
    except sqlite3.OperationalError:
        return None
    return row[0] if row else None


class Columns:
    """Which columns each table of a file has, and which rows are of a group."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[str, frozenset[str]] = {}
        self.groups = RowGroups(connection)

    def of(self, table: str) -> frozenset[str]:
        """Return the columns of `table`, in lower case; none if it is not there."""
        if table not in self._known:
            rows = self._connection.execute(
                "SELECT name FROM pragma_table_info(?)", (table,)
            )
            self._known[table] = frozenset(name.lower() for (name,) in rows)
        return self._known[table]

    def has(self, table: str, *columns: str) -> bool:
        return {column.lower() for column in columns} <= self.of(table)

    def pick(self, table: str, *columns: str, alias: str = "") -> str:
        """Return a list for SELECT, NULL in place of a column that is not there."""
        own = self.of(table)
        prefix = f"{alias}." if alias else ""
        return ", ".join(
            f"{prefix}{column}" if column.lower() in own else "NULL"
            for column in columns
        )

    def count(self, table: str) -> int:
        """Return how many rows; 0 where there is no such table."""
        if not self.of(table):
            return 0
        query = f"SELECT count(*) FROM {table}"
        number: int = self._connection.execute(query).fetchone()[0]
        return number


# Few rows of `message` are of one of these, and many checks look at those alone.
_GROUPS = {
    "pointing": "associated_message_guid IS NOT NULL OR associated_message_type != 0",
    "replying": "thread_originator_guid IS NOT NULL OR thread_originator_part NOTNULL",
    # `otr` as it stands in a binary plist, a string of three characters: a row
    # without an edit date has it only by mistake.
    "changed": "date_edited != 0 OR is_empty != 0 "
    "OR instr(message_summary_info, x'536f7472') > 0",
    "app": "payload_data IS NOT NULL",
    "event": "item_type != 0 OR other_handle > 0",
}


class RowGroups:
    """The rows of `message` that belong to a group, found in one pass for all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[str, list[int]] = {}

    def among(self, group: str, rowid: str = "ROWID") -> str:
        """Return a condition for WHERE: the row is one of `group`."""
        if not self._known:
            self._known = dict(zip(_GROUPS, self._found(), strict=True))
        return f"{rowid} IN ({','.join(map(str, self._known[group]))})"

    def _found(self) -> list[list[int]]:
        bits = [
            f"coalesce(({condition}) * {1 << bit}, 0)"
            if self._holds(condition)
            else "0"
            for bit, condition in enumerate(_GROUPS.values())
        ]
        query = f"SELECT ROWID, {' + '.join(bits)} AS bits FROM message WHERE bits != 0"
        found: list[list[int]] = [[] for _ in bits]
        for rowid, number in self._connection.execute(query):
            for bit, rows in enumerate(found):
                if number >> bit & 1:
                    rows.append(rowid)
        return found

    def _holds(self, condition: str) -> bool:
        """Return whether the file has the columns that a condition names."""
        try:
            query = f"EXPLAIN SELECT 1 FROM message WHERE {condition}"
            self._connection.execute(query).close()
        except sqlite3.OperationalError:
            return False
        return True
