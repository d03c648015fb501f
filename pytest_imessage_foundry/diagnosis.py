"""What a maintainer asks first of a chat.db that shows a bug, without its content."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.anonymise.selected_rows import KINDS
from pytest_imessage_foundry.db import validators, version_detect
from pytest_imessage_foundry.rates.file_rates import rates_of
from pytest_imessage_foundry.reading.open_readonly import BROKEN, opened, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Diagnosis:
    """What is in a file, as counts.

    Attributes:
        release: the nearest release.
        notice: how far the file is from it; '' if not at all.
        size: bytes of the file without its log.
        log: bytes of its write-ahead log.
        tables: rows by table.
        kinds: messages by kind.
        states: how often it has what phones in use have; those that it has.
        findings: what the validator says, as (level, check) → how often.
    """

    release: str
    notice: str
    size: int
    log: int
    tables: Mapping[str, int]
    kinds: Mapping[str, int]
    states: Mapping[str, int]
    findings: Mapping[tuple[str, str], int]

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "release": self.release,
            "notice": self.notice,
            "size": self.size,
            "log": self.log,
            "tables": dict(self.tables),
            "kinds": dict(self.kinds),
            "states": dict(self.states),
            "findings": [
                {"level": level, "check": check, "count": count}
                for (level, check), count in self.findings.items()
            ],
        }

    def __str__(self) -> str:
        distance = f" ({self.notice})" if self.notice else ""
        log = f", and {self.log:,} in its write-ahead log" if self.log else ""
        lines = [f"release: {self.release}{distance}", f"bytes: {self.size:,}{log}"]
        for title, counts in (
            ("rows", self.tables),
            ("kinds of messages", self.kinds),
            ("states of a phone in use", self.states),
        ):
            lines += ["", f"{title}:", *_columns(counts)]
        said = {f"{check} ({level})": n for (level, check), n in self.findings.items()}
        lines += ["", "what the validator says:", *(_columns(said) or ["  nothing"])]
        return "\n".join(lines)


def _columns(counts: Mapping[str, int]) -> list[str]:
    wide = max(map(len, counts), default=0)
    return [f"  {name:{wide}}  {count:>9,}" for name, count in counts.items()]


def diagnose(path: Path) -> Diagnosis:
    """Count what is in the database at `path`, which is only read.

    Nothing of its content is in the answer: no text, name, address, path or date.

    Raises:
        FoundryError: the file cannot be read, or is none of Messages.
    """
    found = version_detect.detect_file(path)
    log = path.with_name(f"{path.name}-wal")
    try:
        with opened(path) as source, source.connect() as connection:
            tables, kinds = _tables(connection), _kinds(connection)
    except BROKEN as error:
        raise unreadable(path, error) from None
    report = validators.validate(path)
    said = Counter((each.severity, each.check) for each in report.findings)
    return Diagnosis(
        release=found.release,
        notice=found.notice or "",
        size=path.stat().st_size,
        log=log.stat().st_size if log.is_file() else 0,
        tables=tables,
        kinds=kinds,
        states=_states(path),
        findings=dict(sorted(said.items())),
    )


def _tables(connection: sqlite3.Connection) -> dict[str, int]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    names = [name for (name,) in connection.execute(query)]
    counts = {}
    for name in names:
        quoted = name.replace('"', '""')
        row = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()
        counts[name] = row[0]
    return {name: count for name, count in counts.items() if count}


def _kinds(connection: sqlite3.Connection) -> dict[str, int]:
    counts = {}
    for kind, condition in KINDS.items():
        try:
            row = connection.execute(f"SELECT count(*) FROM message WHERE {condition}")
        except sqlite3.OperationalError:
            continue  # a release without the column has none of the kind
        counts[kind] = row.fetchone()[0]
    return {kind: count for kind, count in counts.items() if count}


def _states(path: Path) -> dict[str, int]:
    measures = (each for part in rates_of(path).sections.values() for each in part)
    return {each.name: each.part for each in measures if each.part}
