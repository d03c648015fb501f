"""The level of each difference from a release's structure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db import schema as registry
from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.schema import introspect

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.db.schema.differences import Difference
    from pytest_imessage_foundry.db.schema.introspect import Structure

# Without one of these no reader gets a message out.
_CORE = {
    "message": ("ROWID", "guid", "text", "date", "is_from_me", "handle_id"),
    "handle": ("ROWID", "id"),
    "chat": ("ROWID", "guid", "chat_identifier"),
    "chat_message_join": ("chat_id", "message_id"),
}
_OF_A_USER = ("extra table", "extra index", "extra view")


def is_older(actual: Structure, schema: Schema) -> bool:
    """Return whether a file of Messages has none of the columns that macOS 14 added.

    `schema` is the nearest one: that of a user may be of an older release.
    """
    return schema.name in registry.RELEASES and introspect.is_older(actual)


def look_at_older(ledger: Ledger, actual: Structure) -> None:
    """State in one line that a file is older than every known release."""
    _count(ledger, actual)
    reason = f"{introspect.OLDER}, so it is checked as far as it can be"
    ledger.find("structure", "message", None, reason, "note")


def look(
    ledger: Ledger,
    schema: Schema,
    actual: Structure,
    differences: Iterable[Difference],
    *,
    is_expected: bool,
) -> None:
    """State each difference from a release; from one that was named it is an error."""
    _count(ledger, actual)
    for each in differences:
        severity: Severity = "error" if is_expected else _severity(each)
        if each.kind in _OF_A_USER and not _is_apples(each):
            severity = "note"
        reason = f"{each} ({schema.name})"
        ledger.find("structure", each.name.partition(".")[0], None, reason, severity)


def _severity(difference: Difference) -> Severity:
    """Files of one release differ by their history (§0), but hold what all hold."""
    table, _, column = difference.name.partition(".")
    if difference.kind == "missing table":
        return "error" if table in _in_every_release() else "unusual"
    if difference.kind == "missing column":
        return "error" if column in _CORE.get(table, ()) else "unusual"
    return "unusual"


def _is_apples(difference: Difference) -> bool:
    """Return whether some release has a table or an index of this name."""
    known = (registry.get(name) for name in registry.RELEASES)
    return any(
        difference.name in schema.tables or difference.name in schema.indexes
        for schema in known
    )


def _in_every_release() -> set[str]:
    return set.intersection(*(set(registry.get(n).tables) for n in registry.RELEASES))


def _count(ledger: Ledger, actual: Structure) -> None:
    columns = sum(len(table.columns) for table in actual.tables.values())
    parts = (actual.tables, actual.indexes, actual.triggers)
    ledger.look("structure", columns + sum(map(len, parts)))
    for damage in actual.damage:
        ledger.find("structure", "sqlite_master", None, damage)
