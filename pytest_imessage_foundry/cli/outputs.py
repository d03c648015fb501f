"""What commands say of the files that they write."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path


def path(text: str) -> Path:
    """Return the path of what a command writes, for the option that names it.

    Raises:
        ArgumentTypeError: it is -, with which other programs mean standard output.
    """
    if text == "-":
        raise ArgumentTypeError(
            "'-' is no file, and standard output is not written to; name a file ('./-' "
            "is one of that name)"
        )
    return Path(text)


def by_force(option: str = "") -> str:
    """Return what to do about a file that is there; `option` names another."""
    how = f" with {option}" if option else ""
    return f"name another file{how}, or replace it with --force"
