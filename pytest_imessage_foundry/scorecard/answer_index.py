"""What a reader said, kept on disk and found by GUID, ROWID or date.

Readers list rows in any order, and there may be a million of them: the lines go into
a temporary SQLite file, so that memory stays flat.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry import strict_json
from pytest_imessage_foundry.scorecard import nested_fields
from pytest_imessage_foundry.scorecard.agreement import OWN, all_fields
from pytest_imessage_foundry.scorecard.complaints import Complaints
from pytest_imessage_foundry.scorecard.iso_dates import seconds_of
from pytest_imessage_foundry.scorecard.readings import OF_THE_TRUTH, READINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Said = dict[str, Any]
_TABLE = """
CREATE TABLE said (
    id INTEGER PRIMARY KEY, number INTEGER, is_chat INTEGER,
    guid TEXT, rowid_ INTEGER, second INTEGER, line TEXT
)"""
_WAITING = "CREATE TABLE waiting (id INTEGER PRIMARY KEY, rank INTEGER, line TEXT)"
_PUT_OFF = "INSERT INTO waiting (rank, line) VALUES (?, ?)"
_INDEXES = (
    "CREATE INDEX by_rank ON waiting (rank, id)",
    "CREATE INDEX by_guid ON said (guid, is_chat)",
    "CREATE INDEX by_rowid ON said (rowid_, is_chat) WHERE guid IS NULL",
    "CREATE INDEX by_second ON said (second) WHERE guid IS NULL AND rowid_ IS NULL",
)
_LARGEST = 2**63 - 1
_BATCH = 1_000


class _NoReadingError(Exception):
    """A line is no reading; the message says why."""


class AnswerIndex:
    """The lines of one answer.

    Attributes:
        complaints: what is no reading, or no part of one.
        refused: how many lines name no row.
        told: the fields that any line fills.
        kinds: the kinds of rows that it lists by name.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._used = bytearray(1)
        self._has_nameless = False
        self.complaints = Complaints()
        self.refused = 0
        self.told: set[str] = set()
        self.kinds: set[str] = set()

    @property
    def count(self) -> int:
        return len(self._used) - 1

    def fill(self, lines: Iterable[str | bytes | Said]) -> None:
        """Take in all lines: JSON text, or objects already."""
        self._connection.execute(_TABLE)
        self._connection.execute(_WAITING)
        batch: list[tuple[Any, ...]] = []
        for number, line in enumerate(lines, 1):
            if isinstance(line, (str, bytes)) and not line.strip():
                continue
            try:
                batch.append(self._row(line, number))
            except _NoReadingError as error:
                self.refused += 1
                self.complaints.note(number, str(error))
            if len(batch) == _BATCH:
                self._insert(batch)
        self._insert(batch)
        for statement in _INDEXES:
            self._connection.execute(statement)

    def _insert(self, batch: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * 7)
        self._connection.executemany(f"INSERT INTO said VALUES ({marks})", batch)
        batch.clear()

    def _row(self, line: str | bytes | Said, number: int) -> tuple[Any, ...]:
        """Return a line as a row of the table.

        Raises:
            _NoReadingError: it names no row of a chat.db.
        """
        whole = line if isinstance(line, dict) else _parsed(line)
        said = self._understood(whole, number)
        _check_names(said)
        guid, rowid = said.get("guid"), said.get("rowid")
        second = None
        if guid is None and rowid is None:
            self._has_nameless = True
            moment = seconds_of(said.get("date"))
            second = None if moment is None else int(moment // 1)
        self._used.append(0)
        is_chat = int(said.get("kind") == "chat")
        is_text = isinstance(line, str) and said is whole
        text = line if is_text else json.dumps(said, default=str)
        return (self.count, number, is_chat, guid, rowid, second, text)

    def _understood(self, said: Said, number: int) -> Said:
        """Return a reading without the fields whose values are no part of the
        contract, which are complained of. All else of it is compared."""
        if not self.told.issuperset(said):
            self._look_at_names(said, number)
        faults = nested_fields.faults_in(said)
        kind = said.get("kind")
        if isinstance(kind, str) and kind in READINGS:
            self.kinds.add(kind)
        elif kind is not None:
            choice = ", ".join(READINGS)
            faults["kind"] = f"no kind {kind!r} (choose from {choice})"
        for fault in faults.values():
            self.complaints.note(number, fault)
        if not faults:
            return said
        return {key: value for key, value in said.items() if key not in faults}

    def _look_at_names(self, said: Said, number: int) -> None:
        """Note the fields that a line fills, and complain of those unknown."""
        known = all_fields() | OF_THE_TRUTH
        strange = [n for n in said if n not in known and not n.startswith(OWN)]
        self.told |= said.keys() - set(strange)
        if strange:
            self.complaints.note_fields(number, said.get("kind"), strange)

    def take(self, reading: Said) -> list[Said]:
        """Return what was said of a row, once for each line about it."""
        is_chat = int(reading["kind"] == "chat")
        query = "SELECT id, line FROM said WHERE guid = ? AND is_chat = ?"
        found = self._select(query, reading["guid"], is_chat)
        if found or not self._is_by_number:
            return self._mark(found)
        query = "SELECT id, line FROM said WHERE guid IS NULL AND rowid_ = ? "
        found = self._select(f"{query} AND is_chat = ?", reading["rowid"], is_chat)
        return self._mark(found)

    @property
    def _is_by_number(self) -> bool:
        return "rowid" in self.told

    @property
    def has_nameless(self) -> bool:
        """Return whether any line names its row by neither GUID nor ROWID."""
        return self._has_nameless

    def of_second(self, reading: Said) -> list[tuple[int, Said]]:
        """Return the nameless lines with a row's second that no other row has taken,
        each with what `use` calls it."""
        second = int((seconds_of(reading["date"]) or 0) // 1)
        query = "SELECT id, line FROM said WHERE guid IS NULL AND rowid_ IS NULL "
        rows = self._select(f"{query} AND second = ?", second)
        return [(key, json.loads(line)) for key, line in rows if not self._used[key]]

    def use(self, key: int) -> None:
        """Note that a line is about a row."""
        self._used[key] = 1

    def put_off(self, rank: int, reading: Said) -> None:
        """Keep a row until all others have been looked at."""
        text = json.dumps(reading)
        self._connection.execute(_PUT_OFF, (rank, text))

    def waiting(self, rank: int) -> Iterator[Said]:
        """Yield the rows that were put off with this rank, in their order."""
        query = "SELECT id, line FROM waiting WHERE rank = ? AND id > ? "
        query += "ORDER BY id LIMIT 1"
        last = 0
        while rows := self._select(query, rank, last):
            last, line = rows[0]
            yield json.loads(line)

    def _select(self, query: str, *values: object) -> list[tuple[int, str]]:
        return self._connection.execute(query, values).fetchall()

    def _mark(self, found: list[tuple[int, str]]) -> list[Said]:
        said = []
        for number, line in found:
            self._used[number] = 1
            said.append(json.loads(line))
        return said

    def left(self) -> Iterator[tuple[int, Said]]:
        """Yield what was said of no row, with the number of its line."""
        if 0 not in self._used[1:]:
            return
        query = "SELECT id, number, line FROM said ORDER BY id"
        for key, number, line in self._connection.execute(query):
            if not self._used[key]:
                yield number, json.loads(line)


def _parsed(line: str | bytes) -> Said:
    try:
        said = strict_json.loads(line)
    except strict_json.UnclearJSONError as error:
        raise _NoReadingError(f"it is no JSON: {error}") from None
    except (ValueError, RecursionError):
        raise _NoReadingError(f"it is no JSON: {line[:40]!r}") from None
    if not isinstance(said, dict):
        raise _NoReadingError(f"it is no JSON object: {line[:40]!r}")
    return said


def _check_names(said: Said) -> None:
    """Check what names the row: a GUID, a ROWID, or a date."""
    guid, rowid = said.get("guid"), said.get("rowid")
    if guid is None and rowid is None and said.get("date") is None:
        raise _NoReadingError("it names no row: no guid, rowid or date")
    if guid is not None and not (isinstance(guid, str) and guid.isprintable()):
        raise _NoReadingError(f"guid is no text: {guid!r}")
    is_number = isinstance(rowid, int) and not isinstance(rowid, bool)
    if rowid is not None and not (is_number and 0 <= rowid <= _LARGEST):
        raise _NoReadingError(f"rowid is no row's number: {rowid!r}")


@contextmanager
def indexed(lines: Iterable[str | bytes | Said]) -> Iterator[AnswerIndex]:
    """Yield the index of an answer, whose temporary file goes with the block."""
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF").close()
        connection.execute("PRAGMA synchronous = OFF").close()
        index = AnswerIndex(connection)
        connection.execute("BEGIN")
        index.fill(lines)
        connection.execute("COMMIT")
        yield index
