"""Rules that several tables share.

Section numbers are those of SEMANTICS.md, where the sources stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_imessage_foundry.db.checks.rule_scan import Rule

_HEX = "[0-9A-F]"
UUID = "-".join(_HEX * size for size in (8, 4, 4, 4, 12))  # a GLOB pattern
# Nanoseconds since 2001: 1e15 is the twelfth day, 3.1e18 is in 2099. What is
# smaller counts seconds (up to 1e11), milliseconds or microseconds (§18).
FIRST, LAST, SECONDS = 10**15, 3_124_224_000 * 10**9, 10**11
LAST_SECOND = 3_124_224_000
SERVICES = "'iMessage', 'SMS', 'RCS', 'rcs', 'iMessageLite'"


def required(*columns: str) -> Iterable[Rule]:
    for column in columns:
        yield Rule("required-values", f"{column} IS NULL", f"{column} is NULL")


def nanoseconds(check: str, column: str, *, zero: bool = True) -> Iterable[Rule]:
    """A date in nanoseconds; 0 means never where that may be.

    SQLite sorts text and blobs after every number: they are beyond LAST.
    """
    yield Rule(
        check,
        f"{column} > 0 AND {column} < {SECONDS}",
        f"{column} {{}} counts seconds, not nanoseconds",
        column,
    )
    yield Rule(
        check,
        f"{column} < 0 OR {column} BETWEEN {SECONDS} AND {FIRST} - 1 OR "
        f"{column} > {LAST}" + ("" if zero else f" OR {column} = 0"),
        f"{column} {{}} is no date between 2001 and 2100 in nanoseconds",
        column,
    )
