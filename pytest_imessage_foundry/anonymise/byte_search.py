"""The search of a copy's bytes, whatever its pages say they hold.

Values of neighbouring columns touch each other there, so short words and numbers would
be found by chance. Only long ones are looked for here; all values are also searched one
by one.
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
    (b"a0", "utf-16-le", re.compile(rb"(?:[ap]0)+")),
    (b"0a", "utf-16-be", re.compile(rb"(?:0[ap])+")),
)


def _only(kept: bytes) -> bytes:
    """Return the table that makes a space of every other byte."""
    return bytes(code if code in kept else 0x20 for code in range(256))


_WORDS = _only(_LETTERS + _HIGH)
# Digits as `0`.
_DIGIT = b"0"
_DASHED = b"-".join(_DIGIT * count for count in (8, 4, 4, 4, 12))
_NUMBERS = bytes(0x30 if code in _DIGITS else 0x20 for code in range(256))
_GUIDS = bytes(
    0x30 if code in _HEX[:-1] else code if code == 0x2D else 0x20 for code in range(256)
)
# Letters and digits as `a`, other signs of ASCII as `p`, zeros as `0`.
_SHAPES = bytes(
    ord("a")
    if code in _LETTERS + _DIGITS
    else ord("p")
    if 0x20 <= code <= 0x7E
    else ord("0" if code == 0 else " ")
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
    runs = {each for each in data.translate(_WORDS).split() if len(each) >= _WORD}
    found = {tokens.WORD + each.decode().lower() for each in runs if each.isascii()}
    others = b" ".join(each for each in runs if not each.isascii())
    found.update(tokens.long_ones(others.decode("utf-8", "replace"), _WORD))
    for piece in _runs(data, _NUMBERS, _DIGIT * _NUMBER):
        found.add(tokens.NUMBER + piece.decode())
    plain = b" ".join(_with_dashes(data)).replace(b"-", b"").upper().decode()
    found.update(map(tokens.GUID.__add__, plain.split()))
    guids = {*_runs(data, _GUIDS, _DIGIT * _GUID)}
    found.update(tokens.identities(b" ".join(guids).decode()))
    return found


def _with_dashes(data: bytes) -> Iterator[bytes]:
    shape = data.translate(_GUIDS)
    at = 0
    while (at := shape.find(_DASHED, at)) >= 0:
        yield data[at : at + len(_DASHED)]
        at += 1


def _runs(data: bytes, shapes: bytes, part: bytes) -> Iterator[bytes]:
    """Yield each run in whose shape a part stands, from one space to the next."""
    shape = data.translate(shapes)
    at = 0
    while (at := shape.find(part, at)) >= 0:
        start = shape.rfind(b" ", 0, at) + 1
        at = shape.find(b" ", at)
        at = len(data) if at < 0 else at
        yield data[start:at]


def _told_wide(data: bytes) -> set[str]:
    """Return the tokens of texts in UTF-16.

    The shortest has a word of eight letters or digits, so only what stands around such
    a word is read.
    """
    found: set[str] = set()
    shapes = data.translate(_SHAPES)
    for shape, code, form in _WIDE:
        word, at = shape * _WORD, 0
        while (at := shapes.find(word, at)) >= 0:
            while at >= 2 and form.match(shapes, at - 2, at):
                at -= 2
            whole = form.match(shapes, at)
            assert whole is not None  # the word itself is of the form
            found |= _told(data[at : whole.end()].decode(code).encode())
            at = whole.end()
    return found
