"""The way from a file to its anonymised copy: read, replace, prove, publish."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from pytest_imessage_foundry.anonymise import proof
from pytest_imessage_foundry.anonymise.column_classes import (
    UNKNOWN,
    class_of,
)
from pytest_imessage_foundry.anonymise.column_classes import (
    columns as listed,
)
from pytest_imessage_foundry.anonymise.copy_report import CopyReport
from pytest_imessage_foundry.anonymise.copying import (
    Batch,
    NewCopy,
    Row,
    TableShape,
    as_text,
    batches,
    shapes,
)
from pytest_imessage_foundry.anonymise.dates import (
    NANOSECONDS,
    SECOND,
    Dates,
    drawn_weeks,
)
from pytest_imessage_foundry.anonymise.kept import words_in
from pytest_imessage_foundry.anonymise.number_search import large_numbers
from pytest_imessage_foundry.anonymise.recounts import recount
from pytest_imessage_foundry.anonymise.rows import Replacing
from pytest_imessage_foundry.anonymise.schema_texts import names_of
from pytest_imessage_foundry.anonymise.secret import Secret
from pytest_imessage_foundry.anonymise.selected_rows import Asked, Selection, selected
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary
from pytest_imessage_foundry.atomic import naming_disk_errors, replacing
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.reading.open_readonly import BROKEN, opened, unreadable
from pytest_imessage_foundry.replaceable import IN_CODE, check_apart, check_output

Progress = Callable[[int, int], None]
_ATTEMPTS = 3
_PASSES = 3  # what the original tells, the copy, the proof
_STEP = 1000


def anonymise(
    path: str | Path,
    out: str | Path,
    *,
    chats: Sequence[str] = (),
    messages: Sequence[str] = (),
    last: int | None = None,
    kinds: Sequence[str] = (),
    keep_dates: bool = False,
    stubs: bool = False,
    seed: str | int | None = None,
    force: bool = False,
    remedy: str = IN_CODE,
    progress: Progress | None = None,
) -> CopyReport:
    """Write an anonymised copy of the database at `path` to `out`.

    The original is not touched: its write-ahead log is read, never moved into it. The
    copy is there whole and proved, or not at all.

    Args:
        path: the original.
        out: the copy.
        chats: keep these alone: ROWID, guid, chat_identifier or display_name.
        messages: keep these alone, by guid.
        last: keep the newest alone, this many.
        kinds: keep messages of these kinds alone (`selected_rows.KINDS`).
        keep_dates: leave dates as they are.
        stubs: put a small file of its type where each attachment should be, in the
            folder Attachments beside the copy.
        seed: what the stand-ins derive from, for tests. Without it they are random,
            and what they derive from is kept nowhere.
        force: replace what is at `out`.
        remedy: what to do about it, for the error's message.
        progress: called with the rows done, and all.

    Raises:
        UnreadableFileError: the original is missing or no readable database.
        FoundryError: `out` is there already, or the proof failed.
    """
    path, out = Path(path), Path(out)
    _check_target(path, out, force=force, remedy=remedy)
    asked = Asked(tuple(chats), tuple(messages), last, tuple(kinds))
    with (
        replacing(out, force=force, remedy=remedy) as draft,
        _reading(path) as (source, is_wal),
    ):
        work = _Work(source, draft, _Steps(source, progress))
        work.learn()
        selection = selected(source, asked)
        for attempt in range(_ATTEMPTS):
            secret = Secret(None if seed is None else str(seed), attempt)
            dates = Dates(0 if keep_dates else work.weeks(secret))
            try:
                with naming_disk_errors(out):
                    outcome = work.copy(out, secret, dates, selection, is_wal=is_wal)
                break
            except proof.Leak as leak:
                draft.unlink(missing_ok=True)
                if attempt == _ATTEMPTS - 1:
                    raise _refusal(leak) from None
    if stubs:
        from pytest_imessage_foundry.anonymise.stub_files import put_stubs

        return put_stubs(outcome)
    return outcome


def _check_target(path: Path, out: Path, *, force: bool, remedy: str) -> None:
    check_apart([out], [path])
    check_output(out, force=force, remedy=remedy)
    if not out.parent.is_dir():
        raise FoundryError(
            f"there is no folder for the copy\nlooked at {out.parent}\nmake it first"
        )


@contextmanager
def _reading(path: Path) -> Iterator[tuple[sqlite3.Connection, bool]]:
    """Give the original in one transaction, and whether it is in WAL mode."""
    try:
        with opened(path) as source, source.connect() as connection:
            connection.text_factory = as_text
            # It is walked from end to end, so that neither a map of it nor a large
            # cache is of use, and both would grow with it.
            for pragma in ("mmap_size = 0", "cache_size = -4096"):
                connection.execute(f"PRAGMA {pragma}").close()
            connection.execute("BEGIN")
            yield connection, source.is_wal
    except BROKEN as error:
        raise unreadable(path, error) from None


class _Steps:
    """Counts rows for the progress line."""

    def __init__(self, source: sqlite3.Connection, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0
        self._total = 0
        if progress is not None:
            for table in shapes(source):
                query = f'SELECT count(*) FROM "{table.name}"'
                self._total += source.execute(query).fetchone()[0]

    def counted(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Yield the batches, and tell how many rows there were so far."""
        for batch in batches:
            yield batch
            self.add(len(batch[2]))

    def add(self, rows: int) -> None:
        """Take in how many rows were done."""
        before, self._done = self._done, self._done + rows
        if self._progress is not None and before // _STEP < self._done // _STEP:
            self._progress(self._done, max(self._total * _PASSES, self._done))


class _Work:
    """One original on its way to a copy."""

    def __init__(self, source: sqlite3.Connection, draft: Path, steps: _Steps) -> None:
        self._source = source
        self._draft = draft
        self._steps = steps
        self._tables = shapes(source)
        self._vocabulary = Vocabulary()
        self._names = names_of(source)

    def learn(self) -> None:
        """Take in what the original tells."""
        large = large_numbers(self._source, self._tables)
        self._vocabulary.add(token for _, token in large)
        told = batches(self._source, self._tables)
        proof.collected(self._vocabulary, self._steps.counted(told), self._names)

    def weeks(self, secret: Secret) -> int:
        """Return the offset of all dates, in weeks."""
        # Some rows count seconds.
        query = (
            "SELECT min(CASE WHEN date < ?1 THEN date * ?2 ELSE date END) "
            "FROM message WHERE date > 0"
        )
        try:
            oldest = self._source.execute(query, (NANOSECONDS, SECOND)).fetchone()[0]
        except sqlite3.OperationalError:
            oldest = None
        number = secret.below(1 << 40, "weeks", "")
        return drawn_weeks(number, oldest if isinstance(oldest, int) else 0)

    def copy(
        self,
        out: Path,
        secret: Secret,
        dates: Dates,
        selection: Selection | None,
        *,
        is_wal: bool,
    ) -> CopyReport:
        """Write the copy and prove it.

        Raises:
            Leak: something of the original is in it.
        """
        new = Replacing(secret, self._vocabulary, dates, self._names)
        draft = NewCopy(self._draft, self._source)
        with closing(draft.connection):
            draft.create("table")
            counts = {
                table.name: self._filled(draft, table, new, selection)
                for table in self._tables
            }
            draft.create("index")
            if selection is not None:
                recount(draft.connection)  # before triggers that count as well
            draft.create("trigger", "view")
            draft.finish(self._draft, is_wal=is_wal)
        proved = self._proved(is_wal=is_wal)
        return _outcome(out, self._tables, counts, new, proved)

    def _filled(
        self,
        draft: NewCopy,
        table: TableShape,
        new: Replacing,
        selection: Selection | None,
    ) -> tuple[int, int]:
        def holds(rows: list[Row]) -> list[Row]:
            self._steps.add(len(rows))
            if selection is None:
                return rows
            return [
                row for row in rows if selection.holds(table.name, table.columns, row)
            ]

        replace = new.of_table(table.name, table.columns)
        return draft.fill(table, replace, holds, new.key)

    def _proved(self, *, is_wal: bool) -> int:
        address = f"{self._draft.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as copy:
            copy.text_factory = as_text
            tables, names = shapes(copy), names_of(copy)
            schema = copy.execute("SELECT name, tbl_name, sql FROM sqlite_master")
            words = words_in(str(each) for row in schema for each in row if each)
            proof.prove_numbers(self._vocabulary, copy, tables)
            told = self._steps.counted(batches(copy, tables))
            count = proof.prove_values(self._vocabulary, told, names)
        proof.prove_bytes(self._vocabulary, self._draft, words)
        return count


def _outcome(
    out: Path,
    tables: list[TableShape],
    counts: dict[str, tuple[int, int]],
    new: Replacing,
    proved: int,
) -> CopyReport:
    unknown = [table.name for table in tables if table.name not in listed()]
    columns = [
        (table.name, column)
        for table in tables
        if table.name in listed()
        for column in table.columns
    ]
    unknown += [f"{t}.{c}" for t, c in columns if class_of(t, c) == UNKNOWN]
    changed = {
        f"{table}.{column}": dict(done)
        for (table, column), done in new.tally.counts.items()
        if any(kind != "kept" for kind in done)
    }
    return CopyReport(
        path=out,
        rows={name: kept for name, (kept, _) in counts.items()},
        dropped={name: dropped for name, (_, dropped) in counts.items()},
        columns=changed,
        unknown=tuple(unknown),
        unreadable=new.archives.unreadable,
        unknown_values=new.archives.emptied,
        proved=proved,
        dates_kept=not new.dates.weeks,
        kept=tuple(f"{t}.{c}" for t, c in columns if f"{t}.{c}" not in changed),
    )


def _refusal(leak: proof.Leak) -> FoundryError:
    return FoundryError(
        "the copy holds something of the original, and was not written\n"
        f"looked at all values and bytes of the copy; found in {leak.place}\n"
        "report this with the name of the column, and without the file"
    )
