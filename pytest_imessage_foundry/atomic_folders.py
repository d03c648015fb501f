"""Write folders whole or not at all."""

from __future__ import annotations

import glob
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_imessage_foundry.atomic import removing_on_error, replacing
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.processes import is_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DRAFT, _OLD = "draft", "old"


@contextmanager
def replacing_folder(path: Path, *, last: Path, swaps: bool = False) -> Iterator[Path]:
    """Yield a draft of a folder that takes its place at `path` if nothing is raised.

    Where `path` is not there, or empty, that is one step. Where it holds something
    already, each file of the draft takes its place by itself, and what else is
    there stays.

    Args:
        last: the file, relative to the folder, that readers look for. It comes
            after all others, so that whoever finds it finds them.
        swaps: replace a folder as a whole, and remove the old one.
    """
    path = path.resolve()
    if path.exists() and not path.is_dir():
        raise FoundryError(
            f"a folder cannot take the place of a file\nlooked at: {path}\n"
            "name another folder, or remove what is there"
        )
    with removing_on_error() as made:
        is_new = _is_free(path)
        made.folder(path.parent if is_new or swaps else path)
        # Inside a folder that stays, as it may be the root of a disk of its own.
        beside = path if is_new or swaps else path / path.name
        _sweep(beside)
        draft = _aside(beside, _DRAFT)
        shutil.rmtree(draft, ignore_errors=True)
        try:
            draft.mkdir()
            yield draft
            if _is_free(path):
                os.replace(draft, path)
            elif swaps:
                _swap(draft, path)
            else:
                _merge(draft, path, last=last)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _is_free(path: Path) -> bool:
    """Return whether a folder can take this place by being renamed."""
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def _aside(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def _sweep(path: Path) -> None:
    """Remove what builds of `path` left behind when they were killed."""
    for kind in (_DRAFT, _OLD):
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.{kind}"):
            process = left.name.split(".")[-2]
            if left.is_dir() and process.isdigit() and not is_running(int(process)):
                if kind == _OLD and not path.exists():
                    # Killed between the two steps of a swap: the old one is whole.
                    left.rename(path)
                else:
                    shutil.rmtree(left, ignore_errors=True)


def _swap(draft: Path, path: Path) -> None:
    """Put `draft` where another folder is; it comes back if that fails."""
    old = _aside(path, _OLD)
    os.replace(path, old)
    try:
        os.replace(draft, path)
    except BaseException:  # Ctrl-C too
        os.replace(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _merge(draft: Path, path: Path, *, last: Path) -> None:
    """Move each file of `draft` to its place in `path`; undo new ones if it fails."""
    final = draft / last
    files = sorted(each for each in draft.rglob("*") if each.is_file())
    with removing_on_error() as made:
        for file in (*(each for each in files if each != final), final):
            place = path / file.relative_to(draft)
            made.folder(place.parent)
            made.file(place)
            # With a WAL of the file that was there, SQLite would spoil the new one.
            with replacing(place) as beside:
                os.replace(file, beside)
