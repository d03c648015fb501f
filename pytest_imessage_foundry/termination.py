"""Let SIGTERM end a block as Ctrl-C does, so that what it made is removed."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Termination:
    """Whether SIGTERM came while a block ran."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, _number: int, frame: Any) -> None:
        self.came = True
        # `timeout` and service managers send it to a process and to its group. The
        # second one must not interrupt the cleaning up.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # Whoever handles Ctrl-C handles this one too, as asyncio does: it cancels.
        on_ctrl_c = signal.getsignal(signal.SIGINT)
        if callable(on_ctrl_c):
            on_ctrl_c(signal.SIGINT, frame)
        else:  # ignored, as in what a script starts in the background
            raise KeyboardInterrupt


@contextmanager
def as_ctrl_c() -> Iterator[Termination]:
    """Raise KeyboardInterrupt on SIGTERM during a block, if that would have ended the
    process at once. Who handles or ignores SIGTERM already goes on doing so."""
    termination = Termination()
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    )
    if is_ours:
        signal.signal(signal.SIGTERM, termination)
    try:
        yield termination
    finally:
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
