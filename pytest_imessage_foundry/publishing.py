"""A file that is there whole or not at all."""

from __future__ import annotations

import glob
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def published(path: Path) -> Iterator[Path]:
    """A draft beside `path` that takes its place if nothing is raised."""
    _sweep(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    try:
        yield draft
        with _without_wal(path, draft):
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove the drafts that builds of `path` left behind when they were killed."""
    for draft in path.parent.glob(f".{glob.escape(path.name)}.*.draft"):
        process = draft.name.split(".")[-2]
        if process.isdigit() and not is_running(int(process)):
            draft.unlink(missing_ok=True)


def is_running(process: int) -> bool:
    """Whether a process that has left something behind may still want it."""
    if os.name == "nt":  # where signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def _without_wal(path: Path, draft: Path) -> Iterator[None]:
    """Set the WAL of the file that was at `path` aside: SQLite would replay it into
    the new one. It comes back if that cannot take its place."""
    aside = {
        path.with_name(path.name + suffix): draft.with_name(draft.name + suffix)
        for suffix in ("-wal", "-shm")
        if path.with_name(path.name + suffix).exists()
    }
    for old, kept in aside.items():
        os.replace(old, kept)
    try:
        yield
    except OSError:
        for old, kept in aside.items():
            os.replace(kept, old)
        raise
    for kept in aside.values():
        kept.unlink()
