"""What is measured within a process of its own: `python -m benchmarks.tasks NAME`.

Each task prints one line of JSON. Seconds are CPU seconds of the part that counts;
what was needed to get there does not.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.db import builder, new_file, schema, validators
from pytest_imessage_foundry.foundry import Order, forge, truth_of
from pytest_imessage_foundry.spec import Spec

RELEASE = "tahoe"


@contextmanager
def _timed(result: dict[str, Any]) -> Iterator[None]:
    # What was made before must not be searched for garbage on our time.
    gc.collect()
    gc.freeze()
    started = time.process_time()
    yield
    result["seconds"] = time.process_time() - started


def _order(messages: str) -> Order:
    return Order(Spec(release=RELEASE, messages=int(messages)))


def pipeline(path: str, messages: str) -> dict[str, Any]:
    """A spec to a finished database, without the files of its attachments."""
    result: dict[str, Any] = {}
    with _timed(result):
        counts = forge(_order(messages), Path(path), attachments=False)
    return result | {"rows": counts.messages, "bytes": Path(path).stat().st_size}


def anonymised(path: str, target: str) -> dict[str, Any]:
    """An anonymised copy of a finished database, proved."""
    result: dict[str, Any] = {}
    with _timed(result):
        anonymise(path, target, seed=1)
    return result


def derivation(messages: str) -> dict[str, Any]:
    """The conversations' messages alone, thrown away as they come."""
    conversations = _order(messages).conversations
    result: dict[str, Any] = {}
    with _timed(result):
        for conversation in conversations:
            for _ in conversation.messages:
                pass
    return result


def writer(path: str, messages: str) -> dict[str, Any]:
    """The builder alone, its messages ready."""
    order = _order(messages)
    ready = truth_of(order)
    result: dict[str, Any] = {}
    with _timed(result):
        builder.build(
            Path(path),
            order.schema,
            ready,
            owner=order.scenario.owner,
            people=order.scenario.personas,
        )
    return result


def floor(path: str, source: str) -> dict[str, Any]:
    """The rows of `source` into the same schema by executemany: the least that
    SQLite takes for such a file, however the rows came to be, with nothing tuned but
    that neither journal nor disk is waited for."""
    release = schema.get(RELEASE)
    rows = _rows(Path(source))
    Path(path).unlink(missing_ok=True)
    result: dict[str, Any] = {}
    with (
        _timed(result),
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
    ):
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.execute("BEGIN")
        for statement in release.table_sql():
            connection.execute(statement)
        for table, values in rows.items():
            marks = ", ".join("?" * len(values[0]))
            connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', values)
        for statement in (*release.index_sql(), *release.trigger_sql()):
            connection.execute(statement)
        connection.execute("COMMIT")
    return result


def _rows(source: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(source)) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' "
                "AND name NOT LIKE 'sqlite_%'"
            )
        ]
        tables = {
            name: connection.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in names
        }
    return {name: rows for name, rows in tables.items() if rows}


def empty(path: str) -> dict[str, Any]:
    """A database with no message, the schema known."""
    order = Order(Spec(release=RELEASE, scenario="empty"))
    forge(order, Path(path))
    result: dict[str, Any] = {}
    with _timed(result):
        forge(order, Path(path))
    return result


def statements(path: str) -> dict[str, Any]:
    """The schema's statements alone: the least that an empty file takes."""
    release = schema.get(RELEASE)
    ready = release.ddl()
    Path(path).unlink(missing_ok=True)
    result: dict[str, Any] = {}
    with (
        _timed(result),
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
    ):
        for pragma in new_file.pragmas(release):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.execute("BEGIN")
        for statement in ready:
            connection.execute(statement)
        connection.execute("COMMIT")
    return result


def first_test(folder: str) -> dict[str, Any]:
    """All that the first test of a version waits for, in a project's first run and
    in the next, and what SQLite alone takes of it. Each in a process of its own:
    importing is part of it.

    `folder` is new, and stays: where the kernel does not use the numbers of files
    that were just removed (ext4 without a journal), each round would slow the next.
    """
    seconds, template = _first_of_run(folder, "1")
    again, _ = _first_of_run(folder, "2")
    least = floor(str(Path(folder, "floor.db")), template)
    return {"seconds": seconds, "again": again, "floor": least["seconds"]}


def _first_of_run(folder: str, run: str) -> tuple[float, str]:
    code = "import pytest, sys, benchmarks.first; benchmarks.first.main(*sys.argv[1:])"
    command = [sys.executable, "-c", code, folder, run]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds, template = said.stdout.split("\n")[:2]
    return float(seconds), template


def validation(path: str) -> dict[str, Any]:
    """The validator's checks of a file."""
    result: dict[str, Any] = {}
    with _timed(result):
        report = validators.validate(Path(path))
    return result | {"ok": report.ok}


def texts(path: str, messages: str) -> dict[str, Any]:
    """Write what is said as JSON, for a builder that has no words of its own."""
    told = [
        [m.text, m.sender is None, m.date, m.date_read, m.date_delivered]
        for conversation in truth_of(_order(messages))
        for m in conversation.messages
    ]
    Path(path).write_text(json.dumps(told))
    return {"messages": len(told)}


def page(path: str) -> dict[str, Any]:
    """The page of a database, read, drawn and written."""
    from pytest_imessage_foundry.preview import write

    result: dict[str, Any] = {}
    with _timed(result), TemporaryDirectory() as folder:
        write(path, Path(folder) / "page.html")
    return result


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    each.__name__: each
    for each in (
        *(pipeline, anonymised, derivation, writer, floor),
        *(empty, statements, first_test, validation, texts, page),
    )
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
