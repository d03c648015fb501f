"""A progress line on a terminal; nothing is printed elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 0.5  # seconds in which nobody wonders what goes on
EVERY = 0.1  # seconds between two drawings
WIDTH = 24


@contextmanager
def shown(
    what: str, stream: TextIO | None = None
) -> Iterator[Callable[[int, int], None] | None]:
    """Yield a callback for progress with a total; None without a terminal."""
    stream = sys.stderr if stream is None else stream
    if stream is None or not stream.isatty():  # None where it is closed
        yield None
        return
    bar = Bar(what, stream)
    try:
        yield bar
    finally:
        bar.clear()


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """Yield a callback for progress without a total; None without a terminal."""
    with shown(what) as at:
        yield None if at is None else lambda done: at(done, total)


class Bar:
    """A line that is redrawn with each call and cleared at the end."""

    def __init__(self, what: str, stream: TextIO) -> None:
        self._what = what
        self._stream = stream
        self._next = time.monotonic() + PATIENCE
        self._is_drawn = False

    def __call__(self, done: int, total: int) -> None:
        """Draw that `done` of `total` are done."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY
        columns = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\033[K{self._line(done, total)[:columns]}")
        self._stream.flush()
        self._is_drawn = True

    def _line(self, done: int, total: int) -> str:
        # A count that was guessed beforehand may be passed by.
        share = min(done / total, 1.0) if total else 1.0
        filled = "#" * int(share * WIDTH)
        return f"[{filled:-<{WIDTH}}] {share:4.0%}  {done:,} {self._what}"

    def clear(self) -> None:
        """Clear the line."""
        if self._is_drawn:
            self._stream.write("\r\033[K")
            self._stream.flush()
