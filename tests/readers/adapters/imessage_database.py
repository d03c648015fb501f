"""The crate imessage-database, by our program for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.readers.adapters import flat_lines
from tests.readers.install import find
from tests.readers.running import run, scratch_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.readers.lines import Line


def readings(db: Path) -> Iterator[Line]:
    program = find("imessage-database", "imessage-database-reader")
    with scratch_home() as scratch:
        out, _ = run(scratch, program, db)
    return flat_lines.readings(out)
