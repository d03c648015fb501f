"""What a build makes on its way, so that one which fails can take it back."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Made:
    """Files and folders that were not there before."""

    def __init__(self) -> None:
        self._paths: list[Path] = []

    def folder(self, path: Path) -> None:
        """Make a folder, with those above it that are missing."""
        missing = takewhile(lambda each: not each.exists(), (path, *path.parents))
        for each in reversed([*missing]):
            # Noted first: Ctrl-C may come right after it is made.
            self._paths.append(each)
            each.mkdir(exist_ok=True)

    def file(self, path: Path) -> None:
        """Note a file that is about to be written, unless one is there."""
        if not path.exists():
            self._paths.append(path)

    def take_back(self) -> None:
        """Remove what was made, but no folder that somebody else uses by now."""
        for path in reversed(self._paths):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()


@contextmanager
def taken_back() -> Iterator[Made]:
    """What is made within is removed if anything is raised, Ctrl-C too."""
    made = Made()
    try:
        yield made
    except BaseException:
        made.take_back()
        raise
