"""Cleaning and comparing the texts that a model writes."""

from __future__ import annotations

import re

MAX_LINE = 1000  # most characters of one message; people write fewer
_BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffc\ufffd\u2028\u2029]")


def cleaned(text: str) -> str:
    """Return `text` without control characters and object replacement characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _BAD.sub("", lines).strip()


def comparison_key(text: str) -> str:
    """Return a key that is equal for texts that read the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))
