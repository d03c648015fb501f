"""The declarative form of a chat.db schema, and the DDL it stands for.

A release is written as text (see `parse`), read once into these values, and a
later release is what it adds to and changes in the one before (`Schema.evolve`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pytest_imessage_foundry.db.schema import evolve

if TYPE_CHECKING:
    from typing import Unpack

    from pytest_imessage_foundry.db.schema.declarations import Index, Table, Trigger
    from pytest_imessage_foundry.db.schema.evolve import Changes

# Where a part of a release is known from: a real file, the SQL in Apple's own code, or
# the release before it, of which nothing says that it changed.
Origin = Literal["file", "apple-sql", "carried-over"]
Kind = Literal["table", "index", "trigger"]


# Compared and hashed by identity: a schema is made once and shared.
@dataclass(frozen=True, eq=False)
class Schema:
    """All that a chat.db of one macOS release declares.

    `macos` says which versions the schema was seen on, `properties` are the rows
    of `_SqliteDatabaseProperties` in a new file, and `features` the kinds of
    content that the release can hold. `internal_tables` are those that SQLite
    makes itself: `sqlite_stat1` is there after an ANALYZE. `origins` says where single
    parts are known from ("index NAME"), `origin` where all others are.
    """

    name: str
    title: str
    macos: str
    tables: Mapping[str, Table]
    indexes: Mapping[str, Index]
    triggers: Mapping[str, Trigger]
    properties: Mapping[str, str] = field(default_factory=dict)
    features: frozenset[str] = frozenset()
    internal_tables: tuple[str, ...] = ("sqlite_sequence",)
    page_size: int = 4096
    encoding: str = "UTF-8"
    experimental: bool = False
    note: str = ""
    layout: str = "fresh"
    origin: Origin = "file"
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Schemas are cached and shared: nobody may change one in place.
        for name in ("tables", "indexes", "triggers", "properties", "origins"):
            frozen = MappingProxyType(dict(getattr(self, name)))
            object.__setattr__(self, name, frozen)

    def table_sql(self) -> Iterator[str]:
        """Give what makes the tables, and SQLite's own statistics table if due."""
        return iter(self._sql["table"])

    def index_sql(self) -> Iterator[str]:
        return iter(self._sql["index"])

    def trigger_sql(self) -> Iterator[str]:
        return iter(self._sql["trigger"])

    @cached_property
    def _sql(self) -> Mapping[Kind, tuple[str, ...]]:
        """All statements, kept because each new file needs them."""
        tables = [table.sql() for table in self.tables.values()]
        if "sqlite_stat1" in self.internal_tables:
            # On tables without rows this makes sqlite_stat1 and leaves it empty.
            tables.append("ANALYZE sqlite_master")
        return {
            "table": tuple(tables),
            "index": tuple(index.sql() for index in self.indexes.values()),
            "trigger": tuple(trigger.sql() for trigger in self.triggers.values()),
        }

    def ddl(self) -> tuple[str, ...]:
        """Give every statement, in an order that works: tables, indexes, triggers.

        A builder may put its rows after `table_sql()` and before the rest.
        """
        return (*self.table_sql(), *self.index_sql(), *self.trigger_sql())

    def facts(self) -> tuple[str, ...]:
        """Give all that shapes a file of this schema, as text."""
        properties = sorted(self.properties.items())
        own = (self.internal_tables, self.page_size, sorted(self.features), properties)
        return (*self.ddl(), *map(repr, own))

    def origin_of(self, kind: Kind, name: str) -> Origin:
        """Say where a part is known from."""
        return self.origins.get(f"{kind} {name}", self.origin)

    def evolve(self, **changes: Unpack[Changes]) -> Schema:
        """Give the schema of a later release: this one with `changes` applied.

        The words of `changes` are those of `evolve.Changes`. What cannot be (a
        change to a column that is not there) raises FoundryError.
        """
        return evolve.evolve(self, changes)

    def laid_out(
        self,
        *,
        change_columns: Mapping[str, str] | None = None,
        table_order: str = "",
        note: str = "",
    ) -> Schema:
        """Give the same release as a file of another age holds it.

        Apple adds columns to an old file by ALTER TABLE, so order and defaults
        tell when a file was born and not which macOS runs. A release whose only
        dump is such a file states that here, apart from what Apple changed.
        """
        changes: dict[str, Any] = {
            "change_columns": change_columns or {},
            "table_order": table_order,
            "note": note or self.note,
        }
        return self.evolve(**changes)
