"""imessage-kit on Bun, the runtime that its README begins with, by our program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..install import find, home
from ..running import run
from . import flat_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..lines import Line


def readings(db: Path) -> Iterator[Line]:
    program = home("imessage-kit") / "read.mjs"
    out, _ = run(db.parents[2], find("imessage-kit", "bun"), program, db)
    return flat_lines.readings(out)
