"""Whether a process that has left something behind still runs."""

from __future__ import annotations

import os
from pathlib import Path


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


def started(process: int | None = None) -> str:
    """Return when a process started, this one by default; "" where the system does
    not tell.

    Ids of processes come round again: one that started at another time is another.
    """
    try:
        text = Path(f"/proc/{process or 'self'}/stat").read_text()
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]
