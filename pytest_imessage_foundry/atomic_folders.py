"""Write folders whole or not at all."""

from __future__ import annotations

import glob
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.atomic import (
    naming_disk_errors,
    removing_on_error,
    replacing,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.processes import is_running
from pytest_imessage_foundry.replaceable import (
    NOTHING_KEPT,
    KeptFiles,
    check_is_regular,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_imessage_foundry.atomic import Created

_DRAFT, _OLD, _MAKING = "draft", "old", "making"
_LAST = ".last"  # what is moved after all others, in a draft


@contextmanager
def replacing_folder(
    path: Path,
    *,
    last: Path,
    swaps: bool = False,
    kept: KeptFiles = NOTHING_KEPT,
    check: Callable[[], object] | None = None,
) -> Iterator[Path]:
    """Yield a draft of a folder that takes its place at `path` if nothing is raised.

    Where `path` is not there, or empty, that is one step. Where it holds something
    already, what is new takes its place folder by folder and each other file by
    itself, and what else is there stays.

    Args:
        last: the file, relative to the folder, that readers look for. It comes
            after all others, so that whoever finds it finds them.
        swaps: replace a folder as a whole, and remove the old one.
        kept: files that are not replaced if they come meanwhile.
        check: raises where something else may not be replaced; asked right before
            that, as something may have come since the caller looked.
    """
    path = path.resolve()
    with naming_disk_errors(path), removing_on_error() as made:
        if path.exists() and not path.is_dir():
            raise FoundryError(
                f"a folder cannot take the place of a file\nlooked at: {path}\n"
                "name another folder, or remove what is there"
            )
        is_new = _is_free(path)
        made.folder(path.parent if is_new or swaps else path)
        # Inside a folder that stays, as it may be the root of a disk of its own.
        beside = path if is_new or swaps else path / path.name
        with _drafting(beside, _DRAFT, means=path) as draft:
            yield draft
            if check is not None:
                check()
            kept.check()
            if _is_free(path):
                os.replace(draft, path)
            elif swaps:
                _swap(draft, path)
            else:
                _merge(draft, path, last=last, kept=kept)


@contextmanager
def with_companions(path: Path, *, kept: KeptFiles = NOTHING_KEPT) -> Iterator[Path]:
    """Yield where to write the file that is meant for `path`, with folders beside it.

    All of it takes its place if nothing is raised, the file after the folders.

    Args:
        kept: files that are not replaced if they come meanwhile.

    Raises:
        FoundryError: what is at `path` is no regular file.
    """
    check_is_regular(path)
    with naming_disk_errors(path), removing_on_error() as made:
        made.folder(path.parent)
        with _drafting(path, _MAKING, means=path.parent) as draft:
            yield draft / path.name
            kept.check()
            _merge(draft, path.parent, last=Path(path.name), kept=kept)


@contextmanager
def _drafting(path: Path, kind: str, *, means: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`, and remove it; errors name what it `means`.

    What killed builds left there is removed first.
    """
    _sweep(path)
    draft = _aside(path, kind)
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir()
        yield draft
    except FoundryError as error:
        error.args = (str(error).replace(str(draft), str(means)),)
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _is_free(path: Path) -> bool:
    """Return whether a folder can take this place by being renamed."""
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def _aside(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def _sweep(path: Path) -> None:
    """Remove what builds of `path` left behind when they were killed."""
    for kind in (_DRAFT, _OLD, _MAKING):
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


def _merge(draft: Path, path: Path, *, last: Path, kept: KeptFiles) -> None:
    """Move what is in `draft` to its place in `path`; undo what is new if it fails."""
    final = draft / _LAST
    os.replace(draft / last, final)
    with removing_on_error() as made:
        for source in sorted(draft.iterdir()):
            if source != final:
                _put(source, path / source.name, path / source.name, made, kept)
        _put(final, path / last, path / last.parts[0], made, kept)


def _put(source: Path, place: Path, top: Path, made: Created, kept: KeptFiles) -> None:
    """Move a file, or a folder with all in it, to a place at or below `top`."""
    if source.is_dir():
        if not os.path.lexists(place):
            made.moved(source, place)
            with suppress(OSError):  # another build was first
                os.replace(source, place)
                return
        for each in sorted(source.iterdir()):
            _put(each, place / each.name, top, made, kept)
        return
    _refuse_detour(place, top)
    made.folder(place.parent)
    made.moved(source, place)
    # With a WAL of the file that was there, SQLite would spoil the new one.
    with replacing(place, force=not kept.has(place), remedy=kept.remedy) as beside:
        os.replace(source, beside)


def _refuse_detour(place: Path, top: Path) -> None:
    """Refuse a place that a link below `top` leads out of it."""
    if place != top and not place.parent.resolve().is_relative_to(top.resolve()):
        raise FoundryError(
            f"a link on the way leads elsewhere\nlooked at: {place}, which is in "
            f"{place.parent.resolve()}\nremove that link, or name another place"
        )
