"""Refuse to write where a command reads, or two files in one place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_apart(
    outputs: Iterable[Path | None], inputs: Iterable[str | Path | None] = ()
) -> None:
    """Refuse an output that is also read, or written twice, even by --force.

    None stands for a file that no option names.

    Raises:
        FoundryError: with the file that would be lost.
    """
    read = [Path(each) for each in inputs if each is not None]
    written: list[Path] = []
    for output in outputs:
        if output is None:
            continue
        if any(_is_one(output, each) for each in read):
            raise FoundryError(
                f"{output} would take the place of what the command reads\n"
                "looked at the files that it names; nothing was written\n"
                "name another file to write"
            )
        if any(_is_one(output, each) for each in written):
            raise FoundryError(
                f"two files cannot both be {output}\n"
                "looked at the files to write; nothing was written\n"
                "give each a name of its own"
            )
        written.append(output)


def _is_one(first: Path, second: Path) -> bool:
    try:
        return first.resolve() == second.resolve() or first.samefile(second)
    except OSError:  # one of them is not there
        return False
