"""Let SIGTERM and SIGHUP end a block as Ctrl-C does; what it made is removed."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# The second one comes when a terminal is closed; Windows has none.
_SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Termination:
    """Which signal came while a block ran; 0 if none did."""

    def __init__(self, signals: list[int]) -> None:
        self.signal = 0
        self._signals = signals

    def __call__(self, number: int, frame: Any) -> None:
        self.signal = number
        # `timeout` and service managers send it to a process and to its group. The
        # second one must not interrupt the cleaning up.
        for each in self._signals:
            signal.signal(each, signal.SIG_IGN)
        # Whoever handles Ctrl-C handles this one too, as asyncio does: it cancels.
        on_ctrl_c = signal.getsignal(signal.SIGINT)
        if callable(on_ctrl_c):
            on_ctrl_c(signal.SIGINT, frame)
        else:  # ignored, as in what a script starts in the background
            raise KeyboardInterrupt


@contextmanager
def as_ctrl_c() -> Iterator[Termination]:
    """Raise KeyboardInterrupt on SIGTERM or SIGHUP during a block, if that would have
    ended the process at once. Who handles or ignores one already goes on doing so."""
    is_main = threading.current_thread() is threading.main_thread()
    ours = [e for e in _SIGNALS if is_main and signal.getsignal(e) == signal.SIG_DFL]
    termination = Termination(ours)
    for each in ours:
        signal.signal(each, termination)
    try:
        yield termination
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


@contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP wait for the end of a short block.

    For code that would take a KeyboardInterrupt for an error of its own.
    """
    met: list[int] = []

    def note(number: int, frame: Any) -> None:
        met.append(number)

    is_main = threading.current_thread() is threading.main_thread()
    numbers = [signal.SIGINT, *_SIGNALS] if is_main else []
    before = {each: signal.getsignal(each) for each in numbers}
    ours = {e: h for e, h in before.items() if h not in (signal.SIG_IGN, None)}
    for each in ours:
        signal.signal(each, note)
    try:
        yield
    finally:
        for each, handler in ours.items():
            signal.signal(each, handler)
    if met:
        signal.raise_signal(met[0])


def forget_interrupt() -> None:
    """Let the process end with its exit code after a KeyboardInterrupt.

    Python marks one that leaves code made of text, as `dataclass` makes it, and ends
    a `python -m` by SIGINT even if it is caught. Any other such code clears the mark.
    """
    exec("")
