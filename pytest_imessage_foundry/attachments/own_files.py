"""Each test's own files of attachments.

A database of three megabytes has a hundred small files in three hundred folders.
Making those takes ten times as long as copying the database, whatever is copied how
(hard links and clones need the folders as well), and links of any kind let one test
write into what the next one reads. So the files that a passing test leaves behind
are moved to the next one that wants the same, if none has been touched: inodes, sizes
and times tell that when the test is over, so that the next one need not wait for it.
At no time have two tests the same files, and no template has any.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import FOLDERS, bundle

if TYPE_CHECKING:
    from pathlib import Path

State = tuple[int, ...]


class OwnFiles:
    """Gives files out, and takes them back; what waits for the next is in `place`."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._number = 0
        self._given: dict[Path, _Given] = {}
        self._back: dict[Path, list[_Given]] = {}

    def give(self, source: Path, folder: Path) -> None:
        """Put the files of a bundle into a folder that has none of them."""
        given = self._moved(source, folder) or _Given.laid_out(source, folder)
        self._given[folder] = given

    def is_untouched(self, folder: Path) -> bool:
        """Return whether the files in `folder` are as they were given."""
        given = self._given.get(folder)
        return given is None or given.is_untouched()

    def take_back(self, folder: Path) -> None:
        """Take the untouched files anywhere below `folder` for the next test."""
        for known in [each for each in self._given if each.is_relative_to(folder)]:
            given = self._given.pop(known)
            if not given.is_untouched():
                continue
            self._number += 1
            place = self._place / str(self._number)
            try:
                place.mkdir(parents=True)
                given.move(place)
            except OSError:  # removed by the test, or held open on Windows
                continue
            self._back.setdefault(given.source, []).append(given)

    def _moved(self, source: Path, folder: Path) -> _Given | None:
        back = self._back.get(source)
        if not back:
            return None
        given = back.pop()
        try:
            given.move(folder)
        except FileNotFoundError:  # somebody cleared the temporary folder
            return None
        return given


@dataclass
class _Given:
    """The files of a bundle in a folder."""

    source: Path
    folder: Path
    states: dict[str, State]  # by path relative to the folder

    @classmethod
    def laid_out(cls, source: Path, folder: Path) -> _Given:
        paths = bundle.lay_out(source, folder)
        return cls(
            source,
            folder,
            {name: _state(os.path.join(folder, name), name) for name in paths},
        )

    def move(self, folder: Path) -> None:
        for name in FOLDERS:
            if name in self.states:
                os.rename(self.folder / name, folder / name)
        self.folder = folder

    def is_untouched(self) -> bool:
        root = f"{self.folder}{os.sep}"
        try:
            return all(
                _state(root + name, name) == state
                for name, state in self.states.items()
            )
        except OSError:
            return False


def _state(path: str, name: str) -> State:
    """Return what changes when a file is written, replaced, linked or given other
    rights, or when a folder gets or loses an entry."""
    stat = os.lstat(path)
    # Nobody can set the ctime, so a time that was put back does not hide a change.
    # But moving a folder sets its own.
    changed = 0 if name in FOLDERS else stat.st_ctime_ns
    return stat.st_mode, stat.st_ino, stat.st_size, stat.st_mtime_ns, changed
