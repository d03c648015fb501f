"""What can be read in archives and other bytes, for the proof.

Property lists are read, wherever they stand; of the rest, what can be read as a text.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from typing import Any

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.kept import format_words, literals
from pytest_imessage_foundry.anonymise.list_contents import Contents, contents
from pytest_imessage_foundry.anonymise.met_lately import MetLately

_LIST = b"bplist00"
_BODY, _TEXT, _END, _TWO_BYTES = b"\x04\x0bstreamtyped", b"\x84\x01+", b"\x86", 0x81
_MOST_FRAMES = 5000
_SHORT_FRAME = 200
# A run of ASCII is one step, which takes a third of the time of a step for each.
_PRINTED = re.compile(
    rb"(?:[\x20-\x7e\n\t]+|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})+"
)
_LATER_BYTES = bytes(range(0x80, 0xC0))  # of a character, behind its first
_FEWEST = 3  # characters
_WIDE = (
    (b"p0" * 3, re.compile(rb"(?:[\x20-\x7e]\0){3,}"), "utf-16-le"),
    (b"0p" * 3, re.compile(rb"(?:\0[\x20-\x7e]){3,}"), "utf-16-be"),
)
# Printed characters of ASCII as `p`, zeros as `0`.
_SHAPES = bytes(
    ord("p" if 0x20 <= code <= 0x7E else " " if code else "0") for code in range(256)
)
_TRAILER = re.compile(rb"\0{5}[\0-\x08][\1-\x08][\1-\x08]\0{4}")
_MOST_TRAILERS = 50
_DEEPEST = 6


@dataclass(slots=True)
class Read:
    """What was read in bytes.

    Attributes:
        texts: strings.
        pieces: what looks like text, and may not begin or end where a text does.
        tokens: of numbers and GUIDs.
    """

    texts: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


class ReadableBytes:
    """Reads the archives of one file. `seen` has the texts that were met lately."""

    def __init__(self, seen: MetLately) -> None:
        self._seen = seen
        self._met = MetLately()
        self._between = MetLately()
        self._frames: set[tuple[bytes, bytes]] = set()
        self._now = Read()
        self._printed: list[bytes] = []

    def read(self, blobs: Iterable[bytes]) -> Read:
        """Return what can be read in bytes, without what was met lately."""
        self._now, self._printed = Read(), []
        for each in blobs:
            self._blob(each, 0)
        read = self._now
        read.texts = self._seen.first(read.texts)
        new = filter(_is_long, self._met.first(self._printed))
        read.pieces = [*map(_without_length, new)]
        return read

    def _blob(self, data: bytes, depth: int) -> None:
        parts = _around_text(data)
        if parts is not None:
            self._body(*parts)
            return
        at = end = 0
        while depth < _DEEPEST and (at := data.find(_LIST, at)) >= 0:
            content, size = _property_list(data[at:])
            if content is not None:
                self._raw(data[end:at])
                self._contents(content, depth)
                end = at + size
            at += max(size, 1)
        self._raw(data[end:])

    def _body(self, head: bytes, text: str, tail: bytes) -> None:
        """A text and what stands around it, which is the same in most bodies."""
        self._now.texts.append(text)
        if (head, tail) in self._frames:
            return
        if len(self._frames) < _MOST_FRAMES and len(tail) < _SHORT_FRAME:
            self._frames.add((head, tail))
        self._raw(head)
        self._blob(tail, 1)

    def _contents(self, content: Contents, depth: int) -> None:
        now = self._now
        now.texts += content.texts
        for each in content.data:
            if len(each) == 16:
                now.tokens.append(tokens.GUID + each.hex().upper())
            self._blob(each, depth + 1)
        for number in content.numbers:
            if number > 99_999 and str(number) not in format_words():
                now.tokens.append(f"{tokens.NUMBER}{number}")

    def _raw(self, data: bytes) -> None:
        """Text in bytes, behind a byte of its length or not."""
        if not self._between.is_new(data):
            return
        if _LIST in data:  # a damaged one, whose keys touch each other
            data = _literals().sub(b" ", data)
        self._printed += _PRINTED.findall(data)
        if b"\0" not in data or (data.startswith(_BODY) and b"c]" not in data):
            return  # its strings are UTF-8, and it holds no data
        shapes = data.translate(_SHAPES)
        for shape, form, code in _WIDE:
            if shape in shapes:
                self._now.texts += [each.decode(code) for each in form.findall(data)]


def _is_long(piece: bytes) -> bool:
    return len(piece) >= _FEWEST and (
        piece.isascii() or len(piece.translate(None, _LATER_BYTES)) >= _FEWEST
    )


def _without_length(piece: bytes) -> str:
    """Return a text without the type code and the length that stand before it."""
    size = len(piece)
    starts = (at + 1 for at in (0, 1) if piece[at] == size - at - 1)
    return piece[next(starts, 0) :].decode("utf-8", "ignore")


def _around_text(data: bytes) -> tuple[bytes, str, bytes] | None:
    """Return a body's text and what stands before and behind it.

    Only where a byte that is no character's ends the text, so that no word is cut.
    """
    at = data.find(_TEXT, 0, 200) + len(_TEXT)
    if at < len(_TEXT) or not data.startswith(_BODY) or at + 4 > len(data):
        return None
    length, start = data[at], at + 1
    if length == _TWO_BYTES:
        length, start = int.from_bytes(data[at + 1 : at + 3], "little"), at + 3
    end = start + length
    if length > _TWO_BYTES > data[at] or data[end : end + 1] != _END:
        return None
    try:
        return data[:start], data[start:end].decode(), data[end:]
    except UnicodeDecodeError:
        return None


def _property_list(data: bytes) -> tuple[Contents | None, int]:
    """Return what the property list holds that data begin with, and its length; None
    and 0 for none."""
    for read in (contents, _loaded):
        for end in chain((len(data),), _ends(data)):
            found = read(data[:end])
            if found is not None:
                return found, end
    return None, 0


def _loaded(data: bytes) -> Contents | None:
    """Return what a property list holds, as plistlib reads it; None for none."""
    try:
        waiting = [plistlib.loads(data, fmt=plistlib.FMT_BINARY)]
    except Exception:  # whatever damaged offsets make Python raise
        return None
    found, seen = Contents([], [], []), 0
    while waiting and seen < 1_000_000:
        seen += 1
        _sorted_in(waiting.pop(), found, waiting)
    return found


def _sorted_in(each: Any, found: Contents, waiting: list[Any]) -> None:
    if isinstance(each, str):
        found.texts.append(each)
    elif isinstance(each, bytes):
        found.data.append(each)
    elif isinstance(each, dict):
        waiting += [*each.keys(), *each.values()]
    elif isinstance(each, list):
        waiting += each
    elif isinstance(each, int) and not isinstance(each, bool):
        found.numbers.append(each)


def _ends(data: bytes) -> Iterator[int]:
    """Yield where a property list may end: behind five zeros and small sizes."""
    for found in islice(_TRAILER.finditer(data), _MOST_TRAILERS):
        if found.start() + 32 < len(data):
            yield found.start() + 32


@cache
def _literals() -> re.Pattern[bytes]:
    known = sorted(
        (each for each in literals() if len(each) > 2), key=len, reverse=True
    )
    return re.compile(b"|".join(re.escape(each.encode()) for each in known))
