"""Built databases, kept: within a run, and from one run to the next.

A template is a folder: the database, and the files of its attachments beside it.
It is made aside and moved into place, so that nobody sees half of one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import FOLDERS
from pytest_imessage_foundry.chatdb.handle import FILE_NAME
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Of what is kept from one run to the next, in a project's pytest cache.
MOST_BYTES = 256 << 20
_IN_USE = 3600.0  # seconds in which a run that took a template may still need it
_SIZE = "size"  # the file that tells how large a kept template was


class Templates:
    """The templates of a run, in a folder that its workers share."""

    def __init__(self, folder: Path, kept: Kept | None = None) -> None:
        self._folder = folder
        self._kept = kept

    def get(self, name: str, build: Callable[[Path], object], *, lasts: bool) -> Path:
        """The database called `name`; `build` writes it where there is none yet.

        `lasts` lets later runs have it too.
        """
        place = self._folder / name
        if not (place / FILE_NAME).exists():
            draft = _draft_of(place)
            kept = self._kept if lasts else None
            if kept is None or not kept.bring(name, draft, build):
                draft.mkdir(parents=True)
                build(draft / FILE_NAME)
            _publish(draft, place)
        return place / FILE_NAME


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
        own = _draft_of(place)
        try:
            if not _is_whole(place):
                shutil.rmtree(place, ignore_errors=True)
                own.mkdir(parents=True)
                build(own / FILE_NAME)
                if not self._has_room():
                    shutil.move(own, draft)
                    return True
                (own / _SIZE).write_text(str(_size(own)))
                _publish(own, place)
            os.utime(place)  # used just now
            draft.mkdir(parents=True)
            shutil.copyfile(place / FILE_NAME, draft / FILE_NAME)
            share_attachments(place, draft)
        except (OSError, FoundryError):
            # Where the build itself is at fault, building elsewhere says so.
            shutil.rmtree(own, ignore_errors=True)
            shutil.rmtree(draft, ignore_errors=True)
            return False
        return True

    def _has_room(self) -> bool:
        """Whether all that is there fits, once what nobody needs any more is gone."""
        used, recent = 0, time.time() - _IN_USE
        for place in sorted(self._root.glob("*/*"), key=_last_used, reverse=True):
            size = _size(place)
            if used + size > self._most and _last_used(place) < recent:
                shutil.rmtree(place, ignore_errors=True)
            else:
                used += size
        return used <= self._most


def share_attachments(template: Path, folder: Path) -> None:
    """Copies share the template's files: a test reads them, it has no need to
    write them, and copying hundreds would cost more than the database."""
    for name in FOLDERS:
        source, target = template / name, folder / name
        if not source.is_dir():
            continue
        try:
            target.symlink_to(source.absolute(), target_is_directory=True)
        except OSError:  # Windows without the privilege
            shutil.copytree(source, target)


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
    """Bytes of all files, but for the one that tells so."""
    return sum(entry.stat().st_size for entry in _files(folder) if entry.name != _SIZE)


def _is_whole(place: Path) -> bool:
    """Whether a kept template is as it was when it was added."""
    try:
        return (place / _SIZE).read_text() == str(_size(place))
    except OSError:
        return False


def _last_used(place: Path) -> float:
    return place.stat().st_mtime


def _draft_of(place: Path) -> Path:
    """Where this process makes what will stand at `place`."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    return draft


def _publish(draft: Path, place: Path) -> None:
    """Move a finished folder into place; another worker may have been first."""
    try:
        draft.rename(place)
    except OSError:
        if not (place / FILE_NAME).exists():
            raise
        shutil.rmtree(draft, ignore_errors=True)
