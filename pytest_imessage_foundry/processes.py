"""Whether a process that has left something behind still runs."""

from __future__ import annotations

import os


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
