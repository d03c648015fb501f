"""Temporary folders, which a later process removes where this one is killed.

They may hold a copy of somebody's messages, so none of them is to stay.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.processes import is_running

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGINNING = "imessage-foundry."


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a temporary folder, and remove it afterwards."""
    place = tempfile.gettempdir()
    _sweep(place)
    own = f"{_BEGINNING}{os.getpid()}."
    with tempfile.TemporaryDirectory(prefix=own, dir=place) as folder:
        yield Path(folder)


def _sweep(place: str) -> None:
    """Remove the folders of processes that were killed."""
    with suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            if entry.name.startswith(_BEGINNING) and _is_abandoned(entry):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_abandoned(entry: os.DirEntry[str]) -> bool:
    process = entry.name.split(".")[1]
    return (
        process.isdigit()
        and entry.is_dir(follow_symlinks=False)
        and not is_running(int(process))
    )
