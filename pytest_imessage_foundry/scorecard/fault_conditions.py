"""Ask the database whether a row is one of those that a known fault names."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.reading import open_readonly
from pytest_imessage_foundry.scorecard.known_faults import UNKNOWN_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_imessage_foundry.scorecard.known_faults import KnownFault


_MESSAGE = " FROM message WHERE guid = :guid AND"
# What the file does not have is in no table; `:said` is all that there is of it.
_FROM = {"chat": " FROM chat WHERE guid = :guid AND", UNKNOWN_ROW: " WHERE"}


class FaultConditions:
    """The expressions of known faults, over the rows of one database.

    Without a database, entries with an expression cannot be used.
    """

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection

    def hold(
        self, fault: KnownFault, reading: dict[str, Any], said: Any, true: Any
    ) -> bool:
        """Return whether a row is one that `where` names.

        Raises:
            FoundryError: there is no database, or the expression is none.
        """
        if not fault.where:
            return True
        if reading["kind"] in _FROM and not fault.kind:
            return False  # the columns are those of `message`
        if self._connection is None:
            raise _refusal(fault, "there is no database to ask")
        query = f"SELECT 1{_FROM.get(reading['kind'], _MESSAGE)} ({fault.where})"
        values = {
            "guid": reading["guid"],
            "true": _plain(true),
            "said": _plain(said),
            "reading": json.dumps(reading) if ":reading" in fault.where else None,
        }
        try:
            return self._connection.execute(query, values).fetchone() is not None
        except sqlite3.Error as error:
            raise _refusal(fault, str(error)) from None


@contextmanager
def conditions_of(path: Path | None) -> Iterator[FaultConditions]:
    """Yield the conditions of known faults on the rows of a file."""
    if path is None:
        yield FaultConditions(None)
        return
    with open_readonly.opened(path) as source, source.connect() as connection:
        yield FaultConditions(connection)


def _plain(value: Any) -> Any:
    """Return a value as SQLite takes it: lists and objects as JSON."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


def _refusal(fault: KnownFault, why: str) -> FoundryError:
    return FoundryError(
        f"a known fault names rows that cannot be asked for\n"
        f"looked at: {fault.where}\n  {why}\n"
        "it is an SQL expression over the columns of `message`; `check` needs --db"
    )
