"""Texts of a model on their way to a terminal, and into a conversation."""

from __future__ import annotations

import re
import unicodedata

MAX_LINE = 1000  # characters of one message: people write less
# What reorders a line, or hides in it: shown as its number.
_UNSAFE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffc\ufffd\u2028\u2029]")


def escaped(text: str, longest: int | None = None) -> str:
    """`text` on one line, with nothing in it that a terminal would obey."""
    cut = text if longest is None or len(text) <= longest else text[:longest] + "…"
    return "".join(map(_shown, cut))


def escaped_lines(said: object) -> str:
    """The lines of an error, which may quote files and models, each escaped."""
    return "\n".join(map(escaped, str(said).split("\n")))


def _shown(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character in _BIDI or unicodedata.category(character) in _UNSAFE:
        return ascii(character)[1:-1]
    return character


def cleaned(text: str) -> str:
    """`text` with only what a message may hold: no controls, no object marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _BAD.sub("", lines).strip()


def sameness(text: str) -> str:
    """What two texts have in common that read the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))
