"""The folders of whoever runs this: where their data and their caches are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pytest_imessage_foundry.errors import FoundryError

_NAME = "pytest-imessage-foundry"


def data() -> Path:
    """Return our folder among the user's data.

    Raises:
        FoundryError: nothing says where that is.
    """
    return _folder("XDG_DATA_HOME", ".local/share", mac="Library/Application Support")


def cache() -> Path:
    """Return our folder among the user's caches, which others may empty.

    Raises:
        FoundryError: nothing says where that is.
    """
    return _folder("XDG_CACHE_HOME", ".cache", mac="Library/Caches")


def expanded(path: str, variable: str) -> Path:
    """Return the path in an environment variable, which may begin with ~.

    Raises:
        FoundryError: the home folder that this means is not known.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise FoundryError(
            "the home folder that is meant is not known\n"
            f"looked at: {variable}, which is {path!r}\n"
            f"write it out in {variable}"
        ) from None


def _folder(variable: str, usual: str, *, mac: str) -> Path:
    home = os.environ.get(variable, "").strip()
    if home and Path(home).is_absolute():
        return Path(home) / _NAME
    if sys.platform == "win32" and (home := os.environ.get("LOCALAPPDATA", "")):
        return Path(home) / _NAME
    below = mac if sys.platform == "darwin" else usual
    return _home(variable) / ("" if sys.platform == "win32" else below) / _NAME


def _home(variable: str) -> Path:
    try:
        return Path.home()
    except RuntimeError:
        # A container may run as a user whom its system does not know.
        own = "USERPROFILE" if sys.platform == "win32" else "HOME"
        raise FoundryError(
            "the home folder of whoever runs this is not known\n"
            f"looked at: {own}, {variable}, and the system's list of users\n"
            f"set {own}, or {variable} to the path of a folder"
        ) from None
