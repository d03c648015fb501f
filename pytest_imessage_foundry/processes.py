"""Whether a process still runs, and how one of the package's own is started."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from types import ModuleType


def command_of(script: ModuleType) -> list[str]:
    """Return the command that runs a module of the package in a process of its own.

    Raises:
        FoundryError: the module is no file that Python could run.
    """
    path = str(script.__file__)
    if not os.path.isfile(path):
        raise FoundryError(
            "the process that writes for live() and conditions cannot be started\n"
            f"looked for: {path}; there is no such file, as in a zip archive\n"
            "install the package into a folder, as pip does"
        )
    # Isolated and without site-packages: it starts in a third of the time.
    return [sys.executable, "-I", "-S", path]


def is_running(process: int) -> bool:
    """Return whether a process of this machine runs; True where nobody can tell."""
    if os.name == "nt":  # where signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is somebody else's
        return True
    return True
