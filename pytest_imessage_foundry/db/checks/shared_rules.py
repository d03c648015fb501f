"""Rules that several tables share.

Section numbers are those of SEMANTICS.md, where the sources stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_imessage_foundry.db.checks.findings import Severity
from pytest_imessage_foundry.db.checks.rule_scan import Rule

_HEX = "[0-9A-F]"
UUID = "-".join(_HEX * size for size in (8, 4, 4, 4, 12))  # a GLOB pattern
# Nanoseconds since 2001: 1e15 is the twelfth day. What is smaller counts seconds (up
# to 1e11), milliseconds or microseconds (§18). 2040 is not yet, and a date counted
# from 1970 is beyond it if it is of 2009 or later.
LAST_SECOND = 1_230_768_000
FIRST, LAST, SECONDS = 10**15, LAST_SECOND * 10**9, 10**11
# Until macOS 10.13 dates counted seconds, and such rows stay as they are.
LAST_IN_SECONDS = 536_500_000  # 2018
SERVICES = "'iMessage', 'SMS', 'RCS', 'rcs', 'iMessageLite'"


def required(
    *columns: str, severity: Severity = "unusual", guard: str = ""
) -> Iterable[Rule]:
    for column in columns:
        wrong, reason = f"{column} IS NULL", f"{column} is NULL"
        yield Rule("required-values", wrong, reason, "NULL", severity, guard)


def unusual(
    check: str, wrong: str, reason: str, shown: str = "NULL", guard: str = ""
) -> Rule:
    """Return a rule that real files break, and ours only on purpose."""
    return Rule(check, wrong, reason, shown, "unusual", guard)


def nanoseconds(check: str, column: str, *, zero: bool = True) -> Iterable[Rule]:
    """Yield a date in nanoseconds; 0 means never where that may be.

    SQLite sorts text and blobs after every number: they are beyond LAST.
    """
    guard = f"{column} NOT BETWEEN {FIRST} AND {LAST} AND {column} != 0"
    yield unusual(
        check,
        f"{column} > 0 AND {column} < {SECONDS}",
        f"{column} {{}} counts seconds, not nanoseconds",
        column,
        guard,
    )
    yield Rule(
        check,
        f"{column} < 0 OR {column} >= {SECONDS}",
        f"{column} {{}} is no date between 2001 and 2040 in nanoseconds",
        column,
        guard=guard,
    )
    if not zero:
        yield unusual(check, f"{column} = 0", f"{column} is 0", column)
