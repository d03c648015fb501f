"""Built databases, kept: within a run, and from one run to the next.

A template is a folder: the database, and the bundle of its attachments beside it.
It is made aside and moved into place, so that nobody sees half of one. Nothing links
into it: what clears or spoils it takes nothing from a test that runs. A lock for each
name saves building it twice; whoever gets none builds all the same, and the first to
move its folder into place wins.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import contextmanager, suppress
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import bundle
from pytest_imessage_foundry.chatdb.handle import FILE_NAME
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.file_locks import held
from pytest_imessage_foundry.processes import is_running
from pytest_imessage_foundry.termination import as_ctrl_c

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Of what is kept from one run to the next, in a project's pytest cache.
MOST_BYTES = 256 << 20
_FILES = (FILE_NAME, bundle.NAME)
_IN_USE = 3600.0  # seconds in which a run that took a template may still need it
_LOCK = ".lock"
_DIGEST = "digest"  # the file that tells what a kept template held


class Templates:
    """The templates of a run, in a folder that its workers share."""

    def __init__(self, folder: Path, kept: Kept | None = None) -> None:
        self._folder = folder
        self._kept = kept

    def get(self, name: str, build: Callable[[Path], object], *, lasts: bool) -> Path:
        """The database called `name`; where there is none yet, `build` writes it, and
        the bundle beside it.

        `lasts` lets later runs have it too.
        """
        place = self._folder / name
        if not (place / FILE_NAME).exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            # Workers wait for the one that is at it, rather than build it as well.
            with as_ctrl_c(), held(_lock_of(place)):
                if not (place / FILE_NAME).exists():
                    self._make(place, build, lasts=lasts)
        return place / FILE_NAME

    def _make(
        self, place: Path, build: Callable[[Path], object], *, lasts: bool
    ) -> None:
        with _draft_of(place) as draft:
            kept = self._kept if lasts else None
            if kept is None or not kept.bring(place.name, draft, build):
                _build(draft, build)
            _publish(draft, place)


class Kept:
    """Templates of earlier runs, the least recently used of which make room.

    Losing one costs no more than building it again, so nothing that goes wrong here
    is an error: a full disk, a folder that cannot be written, another run that
    clears it meanwhile.
    """

    def __init__(self, root: Path, most: int = MOST_BYTES) -> None:
        self._root = root
        self._folder = root / _stamp()
        self._most = most

    def bring(self, name: str, draft: Path, build: Callable[[Path], object]) -> bool:
        """Make `draft` a copy of a template, which is built where there is none as
        it was; False where nothing can be kept."""
        place = self._folder / name
        try:
            if _is_copied(place, draft):
                return True
            self._folder.mkdir(parents=True, exist_ok=True)
            with held(_lock_of(place)):
                # Another run may have built it while this one waited.
                if not _is_copied(place, draft):
                    self._add(place, draft, build)
        except (OSError, FoundryError):
            # Where the build itself is at fault, building elsewhere says so.
            shutil.rmtree(draft, ignore_errors=True)
            return False
        return True

    def _add(self, place: Path, draft: Path, build: Callable[[Path], object]) -> None:
        """Build a template; keep it at `place`, and a copy at `draft`."""
        self._sweep()
        _discard(place)
        with _draft_of(place) as own:
            _build(own, build)
            shutil.copytree(own, draft, dirs_exist_ok=True)
            # From here on there is a template, whatever becomes of the kept one.
            with suppress(OSError):
                if self._has_room():
                    (own / _DIGEST).write_text(_digest(own))
                    _publish(own, place)

    def _sweep(self) -> None:
        """Remove what runs that were killed left behind."""
        for left in self._root.glob("*/.*"):
            if left.name.endswith(_LOCK):
                with held(left, patience=0):  # which removes it, if nobody holds it
                    pass
            elif _is_abandoned(left):
                shutil.rmtree(left, ignore_errors=True)

    def _has_room(self) -> bool:
        """Whether all that is there fits, once what nobody needs any more is gone."""
        used, recent = 0, time.time() - _IN_USE
        for last_used, place in sorted(self._places(), reverse=True):
            size = _size(place)
            if used + size > self._most and last_used < recent:
                _discard(place)
            else:
                used += size
        return used <= self._most

    def _places(self) -> Iterator[tuple[float, Path]]:
        """Yield the folders of all that is kept, and when each was last used."""
        for place in self._root.glob("*/*"):
            with suppress(OSError):  # another run has removed it
                if place.is_dir():
                    yield place.stat().st_mtime, place


def _build(folder: Path, build: Callable[[Path], object]) -> None:
    """Make a template in a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    build(folder / FILE_NAME)


def _stamp() -> str:
    """Changes with the code that builds: fingerprints know no more of it than the
    version, and whoever works on the package builds anew under the same one."""
    facts = [sqlite3.sqlite_version]
    root = Path(__file__).parent
    for entry in _files(root) if root.is_dir() else ():  # not in a zipped install
        state = entry.stat()
        facts.append(f"{entry.name} {state.st_size} {state.st_mtime_ns}")
    return blake2b("\n".join(sorted(facts)).encode(), digest_size=8).hexdigest()


def _files(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir():
                yield entry
            elif entry.name != "__pycache__":
                yield from _files(entry.path)


def _size(folder: Path) -> int:
    try:
        return sum(entry.stat().st_size for entry in _files(folder))
    except FileNotFoundError:  # another run is removing it
        return 0


def _is_copied(place: Path, draft: Path) -> bool:
    """Copy a kept template to a new folder; whether it is as it was when it was added.

    The copy is what is looked at: another run may clear or replace the original.
    """
    try:
        digest = (place / _DIGEST).read_text()
        draft.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            shutil.copyfile(place / name, draft / name)
        if digest == _digest(draft):
            with suppress(OSError):
                os.utime(place)  # used just now
            return True
    except OSError:
        pass
    shutil.rmtree(draft, ignore_errors=True)
    return False


def _digest(folder: Path) -> str:
    """Say what a template holds: its files' content."""
    found = []
    for name in _FILES:
        with (folder / name).open("rb") as file:
            found.append(file_digest(file, "sha256").hexdigest())
    return " ".join(found)


def _lock_of(place: Path) -> Path:
    """Return the lock file of whoever makes what will stand at `place`."""
    return place.with_name(f".{place.name}{_LOCK}")


@contextmanager
def _draft_of(place: Path) -> Iterator[Path]:
    """Yield where this process makes what will stand at `place`, and remove it."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _is_abandoned(draft: Path) -> bool:
    process = draft.name.rpartition(".")[2]
    return process.isdigit() and not is_running(int(process))


def _discard(place: Path) -> None:
    """Remove a template in one step, for whoever is about to copy it."""
    aside = place.with_name(f".{place.name}.old.{os.getpid()}")
    with suppress(OSError):  # it is not there, or another run was first
        place.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _publish(draft: Path, place: Path) -> None:
    """Move a finished folder into place; another worker may have been first."""
    try:
        draft.rename(place)
    except OSError:
        if not (place / FILE_NAME).exists():
            raise
