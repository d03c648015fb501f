"""Upper and lower case, with the two letters i of Turkish."""

from __future__ import annotations

_DOTTED = frozenset({"tr", "az"})  # there İ is the capital of i, and I of ı


def upper(text: str, code: str) -> str:
    """Return the text in capital letters, as the language with this code writes it."""
    return text.replace("i", "İ").upper() if code in _DOTTED else text.upper()


def lower(text: str, code: str) -> str:
    """Return the text in small letters, as the language with this code writes it."""
    if code in _DOTTED:
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()
