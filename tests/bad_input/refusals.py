"""What every refusal has: an end in time, a whole message, and nothing left or lost."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SECONDS = 20  # each of these takes milliseconds; a hang takes for ever


@contextmanager
def limited() -> Iterator[None]:
    """Fail after SECONDS instead of waiting for ever."""

    def late(*_: object) -> None:
        # No Exception: the code under test might take it for an error of its own.
        pytest.fail(f"still at it after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def stands_in(folder: Path) -> dict[str, object]:
    """All files and folders below a folder, with their content."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@dataclass
class Refusal:
    """How a command that could not do it ended."""

    code: int
    out: str
    err: str

    def says(self, wanted: Sequence[str]) -> None:
        """Check the code, and the message: what, where, what to do."""
        told = self.err + self.out
        missing = [each for each in wanted if each not in told]
        assert not missing, f"{missing} missing in:\n{told}"
        assert "Traceback" not in told
        assert all(each.isprintable() for each in self.err.splitlines()), self.err
        assert self.code == 2, told
        assert not self.out or self.out.startswith("plan: ")
        assert _is_whole(self.err), f"too little is said:\n{self.err}"


def _is_whole(message: str) -> bool:
    """Whether a message has three parts, or shows the usage or the choice."""
    is_of_parser = message.startswith("usage:")
    return is_of_parser or "choose from" in message or message.count("\n") >= 3
