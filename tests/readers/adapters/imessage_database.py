"""The crate imessage-database, by our program for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..install import find
from ..running import run, scratch_home
from . import flat_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..lines import Line


def readings(db: Path) -> Iterator[Line]:
    program = find("imessage-database", "imessage-database-reader")
    with scratch_home() as scratch:
        out, _ = run(scratch, program, db)
    return flat_lines.readings(out)
