"""Show the line of a test whose error a user can fix, and nothing of ours below it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    import pytest

PACKAGE = Path(__file__).parents[1]
# What leads into our code without being a line that a user wrote.
_BETWEEN = Path(contextlib.__file__)
_OF_PYTEST = {"_pytest", "pluggy"}


def cut(item: pytest.Item, traceback: TracebackType) -> None:
    """Cut a traceback where it enters this package for the last time.

    One with no line of the user's stays as it is, and so does one that `--full-trace`
    asks for.
    """
    # The option is of the plugin `terminal`, which a run may leave out.
    if item.config.getoption("fulltrace", False):
        return
    # pytest makes its own of the traceback itself, so that this one is changed.
    entries = list(_entries(traceback))
    while entries and _is_ours(entries[-1]):
        entries.pop()
    if entries and not _is_of_pytest(entries[-1]):
        entries[-1].tb_next = None


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _is_ours(entry: TracebackType) -> bool:
    path = Path(entry.tb_frame.f_code.co_filename)
    return path == _BETWEEN or path.is_relative_to(PACKAGE)


def _is_of_pytest(entry: TracebackType) -> bool:
    name: str = entry.tb_frame.f_globals.get("__name__", "")
    return name.partition(".")[0] in _OF_PYTEST
