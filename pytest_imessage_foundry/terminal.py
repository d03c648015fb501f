"""Text of third parties made safe to print: nothing in it that a terminal obeys."""

from __future__ import annotations

import unicodedata

# What reorders a line, or hides in it: shown as its number.
_UNSAFE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_LONGEST = 60  # characters of a quoted value
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escaped(text: str, longest: int | None = None) -> str:
    """`text` on one line, with nothing in it that a terminal would obey."""
    cut = text if longest is None or len(text) <= longest else text[:longest] + "…"
    return "".join(map(_shown, cut))


def is_utf_8(text: str) -> bool:
    """Return whether a text can be stored: Python marks other bytes by surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def escaped_lines(said: object) -> str:
    """The lines of an error, which may quote files and models, each escaped."""
    return "\n".join(map(escaped, str(said).split("\n")))


def shown(value: object) -> str:
    """Return a value as a message quotes it: short, on one line, whatever it is."""
    try:
        return escaped(repr(value), _LONGEST)
    except Exception:  # an object of a user's, or a number of thousands of digits
        return f"an object of type {type(value).__name__}"


def _shown(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character in _BIDI or unicodedata.category(character) in _UNSAFE:
        return ascii(character)[1:-1]
    return character
