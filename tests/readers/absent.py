"""What a test does without the readers that it needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import pytest

from .install import InstallError, find

if TYPE_CHECKING:
    from pathlib import Path


def absent(said: str) -> NoReturn:
    """Skip the test, or fail where all readers are required."""
    required = os.environ.get("IMESSAGE_READERS") == "required"
    if required or os.environ.get("CI") == "true":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


def needed(name: str, program: str) -> Path:
    """Return a program of an installed reader."""
    try:
        return find(name, program)
    except InstallError as error:
        absent(str(error))
