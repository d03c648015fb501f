"""The search of a copy's bytes, whatever its pages say they hold.

Values of neighbouring columns touch each other there, so that shorter words and numbers
would be found by chance: all values are searched one by one besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pytest_imessage_foundry.anonymise import tokens

_CHUNK = 1 << 20
_OVERLAP = 256
_WORD, _NUMBER, _GUID = 8, 9, 32
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGITS = b"0123456789"
_HEX = b"0123456789ABCDEFabcdef-"
_HIGH = bytes(range(0x80, 0x100))
_WIDE = (
    (b"a0", "utf-16-le", re.compile(rb"(?:[\x20-\x7e]\0){3,}")),
    (b"0a", "utf-16-be", re.compile(rb"(?:\0[\x20-\x7e]){3,}")),
)


def _only(kept: bytes) -> bytes:
    """Return the table that makes a space of every other byte."""
    return bytes(code if code in kept else 0x20 for code in range(256))


_WORDS, _NUMBERS, _GUIDS = (_only(k) for k in (_LETTERS + _HIGH, _DIGITS, _HEX))
# Letters and digits as `a`, zeros as `0`.
_SHAPES = bytes(
    ord("a") if code in _LETTERS + _DIGITS else ord("0") if code == 0 else 0x20
    for code in range(256)
)


def tokens_of_file(path: Path) -> Iterator[set[str]]:
    """Yield what the bytes of a file tell, piece by piece."""
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(_CHUNK):
            data = before + chunk
            yield _told(data) | _told_wide(data)
            before = chunk[-_OVERLAP:]


def _told(data: bytes) -> set[str]:
    found: set[str] = set()
    for piece in set(data.translate(_WORDS).split()):
        if len(piece) < _WORD:
            continue
        if piece.isascii():
            found.add(tokens.WORD + piece.decode().lower())
        else:
            found.update(tokens.long_ones(piece.decode("utf-8", "replace"), _WORD))
    for piece in data.translate(_NUMBERS).split():
        if len(piece) >= _NUMBER:
            found.add(tokens.NUMBER + piece.decode())
    for piece in data.translate(_GUIDS).split():
        if len(piece) >= _GUID:
            found.update(tokens.identities(piece.decode()))
    return found


def _told_wide(data: bytes) -> set[str]:
    """Of texts in UTF-16; where none can be, no more than a look is taken."""
    found: set[str] = set()
    shapes = data.translate(_SHAPES)
    for shape, code, form in _WIDE:
        if shape * _WORD in shapes:
            for piece in form.findall(data):
                found |= _told(piece.decode(code).encode())
    return found
