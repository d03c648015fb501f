"""What an anonymised copy holds, and what was done to the original's values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.terminal import escaped


@dataclass(frozen=True)
class CopyReport:
    """The report of a copy that was proved and published.

    Attributes:
        path: the copy.
        rows: how many rows of each table it holds.
        dropped: how many rows of each table it leaves out.
        columns: what was done, by column: 'replaced', 'moved' or 'emptied' → count.
        unknown: tables and columns that no list knows; what they held is gone.
        unreadable: archives that could not be read and were emptied as a whole.
        unknown_values: values within archives that were emptied.
        proved: how many words, numbers and names of the copy were looked up.
        dates_kept: whether dates are as they were.
    """

    path: Path
    rows: Mapping[str, int]
    dropped: Mapping[str, int]
    columns: Mapping[str, Mapping[str, int]]
    unknown: tuple[str, ...]
    unreadable: int
    unknown_values: int
    proved: int
    dates_kept: bool
    stubs: int = 0
    kept: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "path": str(self.path),
            "rows": dict(self.rows),
            "dropped": {name: n for name, n in self.dropped.items() if n},
            "columns": {name: dict(each) for name, each in self.columns.items()},
            "kept": list(self.kept),
            "unknown": list(self.unknown),
            "unreadable_archives": self.unreadable,
            "emptied_in_archives": self.unknown_values,
            "dates": "kept" if self.dates_kept else "moved",
            "stubs": self.stubs,
            "proved": self.proved,
        }

    def __str__(self) -> str:
        totals: Counter[str] = Counter()
        for each in self.columns.values():
            totals.update(each)
        rows = ", ".join(f"{n:,} {name}" for name, n in self.rows.items() if n)
        lines = [
            f"wrote {escaped(str(self.path))}",
            f"rows: {rows or 'none'}",
            f"left out: {counted(sum(self.dropped.values()), 'row')}",
            f"replaced: {counted(totals['replaced'], 'value')}; "
            f"moved: {counted(totals['moved'], 'date')}; "
            f"emptied: {counted(totals['emptied'], 'value')}",
            f"kept as they are: {counted(len(self.kept), 'column')} of numbers, "
            "flags and kinds",
            f"emptied in archives: {counted(self.unknown_values, 'value')} that no "
            f"list knows, {counted(self.unreadable, 'archive')} that cannot be read",
        ]
        if self.unknown:
            lines.append(f"no list knows, emptied: {', '.join(self.unknown)}")
        if self.dates_kept:
            lines.append("dates: kept, as --keep-dates says")
        if self.stubs:
            lines.append(f"files: {self.stubs:,} small ones that stand for attachments")
        lines.append(
            f"proved: {self.proved:,} words, numbers and names of the copy were looked "
            "up, none is the original's"
        )
        return "\n".join(lines)
