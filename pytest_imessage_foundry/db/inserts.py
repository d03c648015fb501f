"""Prepared INSERTs: constants stand in the statement, the rest is bound.

A row of `message` has 95 columns and differs from the next in eighteen. Writing
the others as literals keeps SQLite from copying them across the boundary a
million times, and states every column explicitly: none is left to a default.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pytest_imessage_foundry.db.schema.definition import Schema

    Values = Callable[[Mapping[str, Any]], tuple[Any, ...]]


class Statements(Protocol):
    """What runs statements: a connection of SQLite, here or in another process."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> ResultRows: ...

    def executemany(
        self, statement: str, rows: Iterable[Sequence[Any]], /
    ) -> object: ...


class ResultRows(Protocol):
    """The rows that a statement gave."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Inserts:
    """The INSERT statements of one connection."""

    def __init__(self, connection: Statements, schema: Schema) -> None:
        self._connection = connection
        self._columns = {
            table.name: {column.name: column for column in table.columns}
            for table in schema.tables.values()
        }
        self._statements: dict[tuple[str, tuple[str, ...]], str] = {}
        # By table and the names of a row: the statement, and what of them it takes.
        self._plans: dict[tuple[str, tuple[str, ...]], tuple[str, Values]] = {}
        self._states = [0, 0, 0, 0]
        self._has_state = "index_state" in self._columns["chat_message_join"]

    def one(
        self,
        table: str,
        row: Mapping[str, Any],
        others: Mapping[str, Any] | None = None,
    ) -> None:
        """Insert `row`; columns that the table lacks are left out."""
        statement, values = self._plan(table, row, others)
        self._connection.execute(statement, values(row))

    def many(
        self,
        table: str,
        columns: tuple[str, ...],
        rows: Iterable[Sequence[Any]],
        others: Mapping[str, Any],
    ) -> None:
        """Insert `rows`, each with the values of `columns` in order."""
        self._connection.executemany(self._sql(table, columns, others), rows)

    def joins(self, rows: list[tuple[int, int, int, int]]) -> None:
        """Insert (chat, message, date, index_state) into chat_message_join."""
        columns = ("chat_id", "message_id", "message_date")
        if not self._has_state:
            self.many("chat_message_join", columns, [row[:3] for row in rows], {})
            return
        for row in rows:
            self._states[row[3]] += 1
        self.many("chat_message_join", (*columns, "index_state"), rows, {})

    def filters(self, rows: list[tuple[int, int, int, int]]) -> None:
        """Put (filter_action, filter_sub_action) into the join of (chat, message).

        On 27 a trigger keeps them as the message has them, once it is there.
        """
        if not rows or "filter_action" not in self._columns["chat_message_join"]:
            return
        self._connection.executemany(
            "UPDATE chat_message_join SET filter_action = ?, filter_sub_action = ? "
            "WHERE chat_id = ? AND message_id = ?",
            rows,
        )

    def metrics(self) -> None:
        """The counters that 26.5's triggers keep of the joins' index states."""
        pending, donated, _, again = self._states
        self._connection.execute(
            "UPDATE index_state_metrics SET pending_count = ?, donated_count = ?, "
            "redonation_count = ? WHERE id = 1",
            (pending, donated, again),
        )

    def _plan(
        self, table: str, row: Mapping[str, Any], others: Mapping[str, Any] | None
    ) -> tuple[str, Values]:
        place = (table, tuple(row))
        plan = self._plans.get(place)
        if plan is None:
            known = self._columns[table]
            columns = tuple(name for name in row if name in known)
            statement = self._sql(table, columns, others or {})
            plan = self._plans[place] = statement, _values(columns)
        return plan

    def _sql(
        self, table: str, columns: tuple[str, ...], others: Mapping[str, Any]
    ) -> str:
        key = (table, columns)
        statement = self._statements.get(key)
        if statement is None:
            bound = set(columns)
            rest = {
                name: others[name]
                for name in self._columns[table]
                if name in others and name not in bound
            }
            names = ", ".join(f'"{name}"' for name in (*columns, *rest))
            values = ", ".join(
                ["?"] * len(columns) + [_literal(v) for v in rest.values()]
            )
            statement = f'INSERT INTO "{table}" ({names}) VALUES ({values})'
            self._statements[key] = statement
        return statement


def _values(columns: tuple[str, ...]) -> Values:
    """Return what takes the values of these columns from a row."""
    if len(columns) == 1:
        return lambda row: (row[columns[0]],)
    return itemgetter(*columns)


def _literal(value: int | bytes | None) -> str:
    if value is None:
        return "NULL"
    return f"x'{value.hex()}'" if isinstance(value, bytes) else str(value)
