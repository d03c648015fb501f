"""Standard input, where a command reads it."""

from __future__ import annotations

import sys
from typing import BinaryIO

from pytest_imessage_foundry.errors import FoundryError


def opened() -> BinaryIO:
    """Return standard input.

    Raises:
        FoundryError: it is closed.
    """
    if sys.stdin is None:
        raise FoundryError(
            "there is nothing to read\n"
            "looked at standard input, which is closed\n"
            "name a file instead of '-', or pipe one in"
        )
    return sys.stdin.buffer


def is_terminal() -> bool:
    """Return whether somebody can answer a question there."""
    return sys.stdin is not None and sys.stdin.isatty()
