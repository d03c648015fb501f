"""Each test's own files of attachments.

A database of three megabytes has a hundred small files in three hundred folders.
Making those takes ten times as long as copying the database, whatever is copied how
(hard links and clones need the folders as well), and links of any kind let one test
write into what the next one reads. So the files that a passing test leaves behind
are moved to the next one that wants the same, if none has been touched: inodes, sizes
and times tell that when the test is over, so that the next one need not wait for it.
At no time have two tests the same files, and no template has any.

What waits when a run ends is there for the next run, which looks at it once more.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import FOLDERS, bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

State = list[int]
_STATES = "states.json"  # beside files that wait: how they were laid out


class OwnFiles:
    """Gives files out, and takes them back.

    Args:
        place: the folder for what waits for the next test. Its subfolders are named
            after the content of a bundle.
        earlier: such folders of runs that are over.
    """

    def __init__(self, place: Path, earlier: Iterable[Path] = ()) -> None:
        self._place = place
        self._earlier = tuple(earlier)
        self._numbers = count(1)
        self._given: dict[Path, _Given] = {}
        self._back: dict[Path, list[_Given]] = {}

    def give(self, source: Path, folder: Path) -> None:
        """Put the files of a bundle into a folder that has none of them."""
        if source not in self._back:
            self._back[source] = []
            given = self._of_earlier(source, folder)
        else:
            given = self._moved(source, folder)
        self._given[folder] = given or _Given.laid_out(source, folder)

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
            try:
                if given.place is None:
                    given.place = self._new_place(given.source)
                    given.place.mkdir()
                    given.note_states()
                given.move(given.place)
            except OSError:  # removed by the test, or held open on Windows
                continue
            self._back[given.source].append(given)

    def _new_place(self, source: Path) -> Path:
        """Return where files may wait, in a folder that is there; workers share it."""
        folder = self._place / _digest(source)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{os.getpid()}-{next(self._numbers)}"

    def _moved(self, source: Path, folder: Path) -> _Given | None:
        if not self._back[source]:
            return None
        given = self._back[source].pop()
        try:
            given.move(folder)
        except FileNotFoundError:  # cleared, or taken by a run that began later
            return None
        return given

    def _of_earlier(self, source: Path, folder: Path) -> _Given | None:
        """Take files that wait since an earlier run, if they are still untouched."""
        for place in self._taken_over(source):
            try:
                given = _Given.known(source, place)
                if given.is_untouched():
                    given.move(folder)
                    return given
            except (OSError, ValueError):  # cleared meanwhile, or written by halves
                continue
        return None

    def _taken_over(self, source: Path) -> Iterator[Path]:
        """Yield places of earlier runs, each moved here: only one run gets each."""
        for earlier in self._earlier:
            waiting = earlier / _digest(source)
            for each in sorted(waiting.iterdir()) if waiting.is_dir() else ():
                place = self._new_place(source)
                try:
                    os.replace(each, place)
                except OSError:  # another run was faster
                    continue
                yield place


@dataclass
class _Given:
    """The files of a bundle in a folder."""

    source: Path
    folder: Path
    states: dict[str, State]  # by path relative to the folder
    place: Path | None = None  # where they wait

    @classmethod
    def laid_out(cls, source: Path, folder: Path) -> _Given:
        paths = bundle.lay_out(source, folder)
        return cls(
            source,
            folder,
            {name: _state(os.path.join(folder, name), name) for name in paths},
        )

    @classmethod
    def known(cls, source: Path, place: Path) -> _Given:
        """Read back what waits in `place`."""
        states = json.loads((place / _STATES).read_bytes())
        return cls(source, place, states, place)

    def note_states(self) -> None:
        """Write down how the files were laid out, for the next run."""
        assert self.place is not None, "made for them"
        (self.place / _STATES).write_text(json.dumps(self.states))

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


def _digest(source: Path) -> str:
    return blake2b(source.read_bytes(), digest_size=16).hexdigest()


def _state(path: str, name: str) -> State:
    """Return what changes when a file is written, replaced, linked or given other
    rights, or when a folder gets or loses an entry."""
    stat = os.lstat(path)
    # Nobody can set the ctime, so a time that was put back does not hide a change.
    # But moving a folder sets its own.
    changed = 0 if name in FOLDERS else stat.st_ctime_ns
    return [stat.st_mode, stat.st_ino, stat.st_size, stat.st_mtime_ns, changed]
