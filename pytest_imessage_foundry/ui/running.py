"""A command of ours in a process of its own, whose lines a screen shows."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "imessage-foundry"
_LINES = 2000  # the last ones are what matters


@dataclass(slots=True)
class CommandRun:
    """One run. Its end is `code`; nothing that it prints can reach the terminal.

    A process of its own is what the user would have started, and can be ended."""

    words: Sequence[str]
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))
    code: int | None = None
    was_stopped: bool = False
    _process: subprocess.Popen[str] | None = None

    def wait(self) -> int:
        """Run it to its end, on a thread."""
        command = [sys.executable, "-m", "pytest_imessage_foundry.cli", *self.words]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as self._process:
            if self.was_stopped:  # before there was anything to stop
                self._process.terminate()
            assert self._process.stdout is not None
            for line in self._process.stdout:
                self.lines.append(line.rstrip("\n"))
        self.code = self._process.returncode
        return self.code

    def stop(self) -> None:
        """End it, as SIGTERM ends the command: what was half done is removed."""
        self.was_stopped = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
