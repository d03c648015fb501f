"""Print to terminals and pipes whose encoding lacks a character."""

from __future__ import annotations

import codecs
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ESCAPING = "imessage-foundry-escaping"


@contextmanager
def escaping() -> Iterator[None]:
    """Print a character that the output's encoding lacks as its number.

    Python would end the command with UnicodeEncodeError instead, after a part of the
    output, and with exit code 1, which means findings.
    """
    codecs.register_error(_ESCAPING, _escape)
    changed = [
        (stream, stream.errors)
        for stream in (sys.stdout, sys.stderr)
        if isinstance(stream, TextIOWrapper)
    ]
    for stream, _ in changed:
        stream.reconfigure(errors=_ESCAPING)
    try:
        yield
    finally:
        for stream, errors in changed:
            if not stream.closed:
                stream.reconfigure(errors=errors)


def _escape(error: UnicodeError) -> tuple[str, int]:
    r"""Return characters as \uXXXX, a form that JSON and Python code can hold."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    units = lacking.encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end
