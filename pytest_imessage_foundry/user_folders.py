"""The folders of whoever runs this: where their data and their caches are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NAME = "pytest-imessage-foundry"


def data() -> Path:
    """Return our folder among the user's data."""
    return _folder("XDG_DATA_HOME", ".local/share", mac="Library/Application Support")


def cache() -> Path:
    """Return our folder among the user's caches, which others may empty."""
    return _folder("XDG_CACHE_HOME", ".cache", mac="Library/Caches")


def _folder(variable: str, usual: str, *, mac: str) -> Path:
    home = os.environ.get(variable, "").strip()
    if home and Path(home).is_absolute():
        return Path(home) / _NAME
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / _NAME
    return Path.home() / (mac if sys.platform == "darwin" else usual) / _NAME
