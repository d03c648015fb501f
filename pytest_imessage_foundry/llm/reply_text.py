"""Texts of a model on their way into a conversation."""

from __future__ import annotations

import re

MAX_LINE = 1000  # characters of one message: people write less
_BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffc\ufffd\u2028\u2029]")


def cleaned(text: str) -> str:
    """`text` with only what a message may hold: no controls, no object marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _BAD.sub("", lines).strip()


def sameness(text: str) -> str:
    """What two texts have in common that read the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))
