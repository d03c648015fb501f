"""The people that a user keeps, and the builds made with them: `foundry.db`.

A test run opens it only to read, and only where its scenario names somebody of it.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pytest_imessage_foundry.errors import FoundryError, meant
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import checks, records, storage
from pytest_imessage_foundry.personas.census import Census
from pytest_imessage_foundry.personas.storage import default_path
from pytest_imessage_foundry.replaceable import IN_CODE, check_apart, check_output

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["Build", "Library", "default_path", "opened", "people"]

_NAMES = ", ".join(records.COLUMNS)
_VALUES = ", ".join(f":{name}" for name in records.COLUMNS)
_CHANGES = ", ".join(
    f"{name} = :{name}" for name in records.COLUMNS if name not in ("id", "created_at")
)
_IDS = "SELECT id FROM personas ORDER BY rowid"
_RECORD = """INSERT INTO generation_history
    (id, output_path, macos_version, persona_ids, message_count, created_at)
    VALUES (?, ?, ?, ?, ?, ?)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A database that was built with people of the library.

    An `id` or a `created_at` that is left empty is filled in by `Library.record`.
    """

    output_path: str
    macos_version: str
    persona_ids: tuple[str, ...]
    message_count: int
    id: str = ""
    created_at: str = ""


def now() -> str:
    """Return the time as a library writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def opened(
    path: Path | None = None,
    *,
    readonly: bool = False,
    clock: Callable[[], str] = now,
) -> Iterator[Library]:
    """Open the library at `path`, or the user's own; make it if it is missing.

    Open it for the moment and not for a whole session: each change is on disk
    when its call returns, and other processes may want it too.

    Args:
        readonly: change nothing; a library must be there then.
        clock: what tells the time of an entry.

    Raises:
        FoundryError: it cannot be opened, is something else, or of a later version.
    """
    place = path or default_path()
    with storage.connected(place, readonly=readonly) as connection:
        yield Library(connection, place, clock)


def people(ids: Iterable[str], path: Path | None = None) -> tuple[Persona, ...]:
    """Return the personas with these ids; the library is only read.

    They have no dates of their own: the same people give the same bytes, whenever
    they were added.

    Raises:
        FoundryError: there is no library, nobody of that id, or the entry does not
            hold: whatever wrote it, nobody in a database is real.
    """
    with opened(path, readonly=True) as library:
        return tuple(_undated(checks.checked(library.get(each))) for each in ids)


def _undated(persona: Persona) -> Persona:
    usual = Persona(id="", name="", identifier="")
    return replace(persona, created_at=usual.created_at, updated_at=usual.updated_at)


class Library:
    """An open library. Each change is made whole or not at all."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, clock: Callable[[], str] = now
    ) -> None:
        self.path = path
        self._connection = connection
        self._clock = clock

    # --- people -------------------------------------------------------------

    def personas(self) -> tuple[Persona, ...]:
        """Return all personas, in the order in which they were added."""
        rows = self._read("SELECT * FROM personas ORDER BY rowid")
        return tuple(map(records.persona, rows))

    def get(self, id: str) -> Persona:
        """Return the persona with this id.

        Raises:
            FoundryError: there is none; the message lists who there is.
        """
        found = self._read("SELECT * FROM personas WHERE id = ?", id)
        if found:
            return records.persona(found[0])
        known = [str(row["id"]) for row in self._read(_IDS)]
        listing = ", ".join(known[:60])
        raise FoundryError(
            f"the library has no persona {id!r}{meant(id, known)}\n"
            f"looked among the {len(known)} in {self.path}\n"
            + (f"choose from {listing}" if known else "add somebody first")
        )

    def add(self, persona: Persona) -> None:
        """Add a persona; `created_at` and `updated_at` are now.

        Raises:
            FoundryError: a field does not hold, or the id, an address or the phone
                is somebody else's.
        """
        self.add_all((persona,))

    def add_all(self, personas: Iterable[Persona]) -> tuple[Persona, ...]:
        """Add all of these or none; return them as kept."""
        checked = [checks.checked(each) for each in personas]
        with self._change():
            census = Census(self.personas())
            return tuple(self._insert(each, census) for each in checked)

    def add_made(self, make: Callable[[Census], Persona]) -> Persona:
        """Add whom `make` returns when told what is taken, and return it as kept.

        Nobody else changes the library meanwhile, so that a free number stays free.
        """
        with self._change():
            census = Census(self.personas())
            return self._insert(checks.checked(make(census)), census)

    def adopt(self, persona: Persona) -> Persona:
        """Add somebody made up by a model, with another id or number where theirs
        is taken; gives the persona as kept."""
        checked = checks.checked(persona)
        with self._change():
            census = Census(self.personas())
            return self._insert(census.fitted(checked), census)

    def update(self, persona: Persona) -> None:
        """Replace the persona with the same id; `created_at` stays.

        Raises:
            FoundryError: nobody has that id, or what `add` refuses.
        """
        checked = checks.checked(persona)
        with self._change():
            self.get(checked.id)
            others = (each for each in self.personas() if each.id != checked.id)
            Census(others).admit(checked)
            values = {**records.row(checked), "updated_at": self._clock()}
            self._run(f"UPDATE personas SET {_CHANGES} WHERE id = :id", values)

    def remove(self, id: str) -> Persona:
        """Remove a persona and return it."""
        with self._change():
            persona = self.get(id)
            self._run("DELETE FROM personas WHERE id = ?", (id,))
        return persona

    def owner(self) -> Persona | None:
        """Return the persona with `is_self`, the owner of the phone."""
        found = self._read("SELECT * FROM personas WHERE is_self")
        return records.persona(found[0]) if found else None

    def define_self(self, id: str) -> Persona:
        """Make a persona the only owner of the phone."""
        with self._change():
            self.get(id)
            # First the old one: the index lets no two stand even for a moment.
            self._run("UPDATE personas SET is_self = 0 WHERE is_self")
            self._run(
                "UPDATE personas SET is_self = 1, updated_at = ? WHERE id = ?",
                (self._clock(), id),
            )
            return self.get(id)

    def census(self) -> Census:
        """Return the ids and addresses that are taken."""
        return Census(self.personas())

    # --- history ------------------------------------------------------------

    def record(self, build: Build) -> None:
        """Add a build to the history."""
        values = (
            build.id or str(uuid4()),
            build.output_path,
            build.macos_version,
            json.dumps(build.persona_ids),
            build.message_count,
            build.created_at or self._clock(),
        )
        with self._change():
            self._run(
                "INSERT INTO generation_history VALUES (?, ?, ?, ?, ?, ?)", values
            )

    def history(self) -> tuple[Build, ...]:
        """Return all builds, the newest first."""
        rows = self._read("SELECT * FROM generation_history ORDER BY rowid DESC")
        return tuple(_build(row) for row in rows)

    # --- files --------------------------------------------------------------

    def export_to(
        self,
        path: Path,
        ids: Sequence[str] = (),
        *,
        force: bool = False,
        remedy: str = IN_CODE,
    ) -> int:
        """Write these people, or all, as JSON; return how many.

        Args:
            force: replace what is at `path`.
            remedy: what to do about it, for the error's message.

        Raises:
            FoundryError: somebody is not there, or a file is and `force` is not.
        """
        from pytest_imessage_foundry.atomic import replacing

        chosen = [self.get(each) for each in ids] if ids else self.personas()
        check_apart([path], [self.path])
        check_output(path, force=force, remedy=remedy)
        text = json.dumps(records.as_json(chosen), ensure_ascii=False, indent=1)
        written = replacing(path, force=force, remedy=remedy, makes_folder=True)
        with written as draft:
            draft.write_text(f"{text}\n", encoding="utf-8")
        return len(chosen)

    # --- the database -------------------------------------------------------

    def _insert(self, persona: Persona, census: Census) -> Persona:
        census.admit(persona)
        moment = self._clock()
        kept = replace(persona, created_at=moment, updated_at=moment)
        self._run(
            f"INSERT INTO personas ({_NAMES}) VALUES ({_VALUES})", records.row(kept)
        )
        return kept

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Run a transaction that no other process can interrupt."""
        with storage.told(self.path), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield

    def _run(self, sql: str, values: Any = ()) -> None:
        self._connection.execute(sql, values)

    def _read(self, sql: str, *values: str) -> list[dict[str, Any]]:
        with storage.told(self.path):
            return [dict(row) for row in self._connection.execute(sql, values)]


def _build(row: dict[str, Any]) -> Build:
    try:
        return Build(
            id=str(row["id"]),
            output_path=str(row["output_path"]),
            macos_version=str(row["macos_version"]),
            persona_ids=tuple(map(str, json.loads(row["persona_ids"]))),
            message_count=int(row["message_count"] or 0),
            created_at=str(row["created_at"]),
        )
    except (TypeError, ValueError, RecursionError):
        raise FoundryError(
            f"build {row['id']!r} of the history cannot be read\n"
            "looked at: its persona_ids and message_count, which somebody else has "
            "written\nmend the row with any SQLite program, or remove it"
        ) from None
