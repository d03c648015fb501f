"""Refuse to write where a command reads, or two files in one place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_apart(
    outputs: Iterable[Path | None],
    inputs: Iterable[str | Path | None] = (),
    *,
    folders: Iterable[Path | None] = (),
) -> None:
    """Refuse an output that is also read, or written twice, even by --force.

    None stands for a file that no option names.

    Args:
        outputs: the files to write.
        inputs: the files to read.
        folders: those to write that are replaced as a whole.

    Raises:
        FoundryError: with the file that would be lost.
    """
    read = [Path(each) for each in inputs if each is not None]
    whole = [each for each in folders if each is not None]
    written: list[Path] = []
    for output in filter(None, outputs):
        for each in read:
            if _is_one(output, each):
                raise _would_be_lost(output, each)
        if any(_is_one(output, each) for each in written):
            raise FoundryError(
                f"two files cannot both be {output}\n"
                "looked at the files to write; nothing was written\n"
                "give each a name of its own"
            )
        written.append(output)
    for folder in whole:
        for each in (*read, *written):
            if Path(_real(each)).is_relative_to(_real(folder)):
                raise _would_be_lost(folder, each)


def _would_be_lost(output: Path, file: Path) -> FoundryError:
    return FoundryError(
        f"{output} would take the place of a file of this command\n"
        f"looked at {file}, which the options name, too; nothing was written\n"
        "name another place"
    )


def _is_one(first: Path, second: Path) -> bool:
    try:
        return _real(first) == _real(second) or first.samefile(second)
    except OSError:  # one of them is not there, or is a link in a circle
        return False


def _real(path: Path) -> str:
    # Path.resolve raises at a circle of links before Python 3.13.
    return os.path.realpath(path)
