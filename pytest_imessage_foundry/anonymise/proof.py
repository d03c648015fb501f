"""The proof that a copy tells nothing of the original.

Every value of the copy and every byte of its file is searched for what the original
tells: words of six and more letters (in scripts without spaces each three letters),
numbers of five and more digits, addresses, GUIDs, hosts, and of names all that is
longer than two characters. It shares no code with what replaces.
"""

from __future__ import annotations

import base64
import json
import plistlib
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.byte_search import tokens_of_file
from pytest_imessage_foundry.anonymise.column_classes import class_of
from pytest_imessage_foundry.anonymise.copying import TableShape
from pytest_imessage_foundry.anonymise.kept import format_words, literals
from pytest_imessage_foundry.anonymise.number_search import large_flag, large_numbers
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary

Tell = Callable[[str], list[str]]
Rows = Iterable[tuple[str, tuple[str, ...], tuple[Any, ...]]]
_TELLING = (str, bytes)
_NAMED = frozenset(("name", "path", "account", "address", "identifier"))
# What SQLite or the format states of itself: columns without a word of anybody.
_STRUCTURE = {
    "range": re.compile(r"(?:18446744073709551615|\d{0,5})(?:[:,;] ?\d{1,5}){0,9}"),
    "statistics": re.compile(r"[\d ]*"),
    # _ClientVersion: the last of Apple's migrations that the file went through.
    "setting_value": re.compile(r"1[4-9]\d{3}|2\d{4}"),
    "setting_key": re.compile(""),
    "table": re.compile(""),
}
_BODY, _TEXT, _END, _TWO_BYTES = b"\x04\x0bstreamtyped", b"\x84\x01+", b"\x86", 0x81
_MOST_FRAMES = 5000
_DATA_URL = re.compile(r"data:[^,\s]*,([A-Za-z0-9+/_=-]{8,})")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile("(?:%[0-9A-Fa-f]{2})+")
_PRINTED = re.compile(
    rb"(?:[\x20-\x7e\n\t]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}){3,}"
)
_WIDE = (
    re.compile(rb"(?:[\x20-\x7e]\0){3,}"),
    re.compile(rb"(?:\0[\x20-\x7e]){3,}"),
)
_TRAILER = re.compile(rb"\0{5}[\0-\x08][\1-\x08][\1-\x08]\0{4}")
_MOST_TRAILERS = 50
_REMEMBERED = 100_000
_SHORT_VALUE = 200
_DEEPEST = 6


class Teller:
    """What values tell: all tokens of a value, read by the class of its column."""

    def __init__(
        self, of_text: Tell, of_name: Tell, names: Collection[str] = ()
    ) -> None:
        """Begin; `names` are those of the file's tables and indexes."""
        self._of_text = of_text
        self._of_name = of_name
        self._own = names
        self._seen: dict[bool, set[str | bytes]] = {False: set(), True: set()}
        self._met: set[bytes] = set()
        self._frames: set[tuple[bytes, bytes]] = set()

    def tokens(self, kind: str, value: str | bytes) -> Collection[str]:
        """Return the tokens of a value of a column; none if it was met lately."""
        is_name = kind in _NAMED
        seen = self._seen[is_name]
        if value in seen or (kind in _STRUCTURE and self._is_structure(kind, value)):
            return ()
        if len(value) < _SHORT_VALUE:
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen.add(value)
        if isinstance(value, bytes):
            return dict.fromkeys(self._blob(value, 0))
        if len(value) == 36 and tokens.GUID_FORM.fullmatch(value):
            return (tokens.GUID + value.replace("-", "").upper(),)
        return self._text(value, self._of_name if is_name else self._of_text)

    def _is_structure(self, kind: str, value: str | bytes) -> bool:
        """Tell whether a value is a position, a length, a version or a table's name."""
        if not isinstance(value, str):
            return False
        if kind == "table":
            return value.casefold() in self._own
        if any(map(str.isalpha, value)):
            return False
        return bool(_STRUCTURE[kind].fullmatch(value))

    def _text(self, text: str, tell: Tell) -> list[str]:
        found: list[str] = []
        if "data:" in text:
            for coded in _DATA_URL.findall(text):
                plain = _decoded(coded)
                if plain:  # letters of base64 are no words
                    found += tell(plain)
                    text = text.replace(coded, " ")
        found += tell(text)
        if "%" in text:
            found += tell(_PERCENT.sub(_unescaped, text))
        return found

    def _blob(self, data: bytes, depth: int) -> Iterator[str]:
        """Property lists are read, wherever they stand; of the rest, what can be read
        as a text."""
        parts = _around_text(data)
        if parts is not None:
            yield from self._body(*parts)
            return
        at = end = 0
        while depth < _DEEPEST and (at := data.find(b"bplist00", at)) >= 0:
            content, size = _property_list(data[at:])
            if size:
                yield from self._raw(data[end:at])
                yield from self._plist(content, depth)
                end = at + size
            at += max(size, 1)
        yield from self._raw(data[end:])

    def _body(self, head: bytes, text: str, tail: bytes) -> Iterator[str]:
        """A text and what stands around it, which is the same in most bodies."""
        yield from self._told_once(text)
        if (head, tail) in self._frames:
            return
        if len(self._frames) < _MOST_FRAMES and len(tail) < _SHORT_VALUE:
            self._frames.add((head, tail))
        yield from self._raw(head)
        yield from self._blob(tail, 1)

    def _told_once(self, text: str) -> Collection[str]:
        """Return the tokens of a text in an archive; none if it was met lately."""
        seen = self._seen[False]
        if text in seen:
            return ()
        if len(text) < _SHORT_VALUE:
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen.add(text)
        return self._text(text, self._of_text)

    def _plist(self, content: Any, depth: int) -> Iterator[str]:
        waiting = [content]
        seen = 0
        while waiting and seen < 1_000_000:
            seen += 1
            each = waiting.pop()
            if isinstance(each, str):
                yield from self._told_once(each)
            elif isinstance(each, bytes):
                if len(each) == 16:
                    yield tokens.GUID + each.hex().upper()
                yield from self._blob(each, depth + 1)
            elif isinstance(each, dict):
                waiting += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                waiting += each
            elif isinstance(each, int) and not isinstance(each, bool) and each > 99_999:
                token = f"{tokens.NUMBER}{each}"
                if token[1:] not in format_words():
                    yield token

    def _raw(self, data: bytes) -> Iterator[str]:
        """Text in bytes, behind a byte of its length or not."""
        if b"bplist00" in data:  # a damaged one, whose keys touch each other
            data = _literals().sub(b" ", data)
        met = self._met
        for piece in _PRINTED.findall(data):
            if piece in met:
                continue
            if len(piece) < _SHORT_VALUE:
                if len(met) >= _REMEMBERED:
                    met.clear()
                met.add(piece)
            told = self._text(_without_length(piece), self._of_text)
            yield from [each for each in told if each[0] != tokens.WHOLE]
        if b"\0" not in data or (data.startswith(_BODY) and b"c]" not in data):
            return  # its strings are UTF-8, and it holds no data
        for form, code in zip(_WIDE, ("utf-16-le", "utf-16-be"), strict=True):
            for piece in form.findall(data):
                yield from self._text(piece.decode(code), self._of_text)


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


def _unescaped(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace")


def _decoded(coded: str) -> str:
    """Return the JSON in base64; empty if it is none."""
    standard = coded.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        raw = base64.b64decode(standard + "=" * (-len(standard) % 4))
        text = raw.decode()
        json.loads(text)
    except ValueError:
        return ""
    # Escapes of letters are letters.
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _property_list(data: bytes) -> tuple[Any, int]:
    """Return the property list that data begin with, and its length; 0 for none."""
    for end in (len(data), *_ends(data)):
        try:
            return plistlib.loads(data[:end], fmt=plistlib.FMT_BINARY), end
        except Exception:  # whatever damaged offsets make Python raise
            continue
    return None, 0


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


def collected(vocabulary: Vocabulary, rows: Rows, names: Collection[str] = ()) -> None:
    """Put into `vocabulary` what the rows of the original tell."""
    teller = Teller(tokens.told, tokens.told_by_name, names)
    for table, columns, values in rows:
        for kind, value in zip(_kinds(table, columns), values, strict=True):
            if isinstance(value, _TELLING) and (found := teller.tokens(kind, value)):
                vocabulary.add(found)


@cache
def _kinds(table: str, columns: tuple[str, ...]) -> list[str]:
    return [class_of(table, each) for each in columns]


class Leak(Exception):
    """Something of the original is in the copy.

    Attributes:
        place: the column.
        token: what it is; never to be shown, for it is what is kept secret.
    """

    def __init__(self, place: str, token: str = "") -> None:
        super().__init__(place)
        self.place = place
        self.token = token


def prove_values(
    vocabulary: Vocabulary, rows: Rows, names: Collection[str] = ()
) -> int:
    """Return how many tokens were looked at in the rows of the copy.

    Raises:
        Leak: a token of the original is in one.
    """
    teller = Teller(tokens.looked_at, tokens.looked_at, names)
    count = 0
    for table, columns, values in rows:
        kinds = _kinds(table, columns)
        for at, value in enumerate(values):
            if isinstance(value, _TELLING):
                found = teller.tokens(kinds[at], value)
                count += len(found)
                if found and (known := vocabulary.known(found)):
                    raise Leak(f"{table}.{columns[at]}", known[0])
    return count


def prove_numbers(
    vocabulary: Vocabulary,
    connection: sqlite3.Connection,
    tables: Sequence[TableShape],
) -> None:
    """Check columns of numbers, and that the file holds no pages that were given up.

    Raises:
        Leak: a flag is large, or a key or size is the original's.
    """
    if connection.execute("PRAGMA freelist_count").fetchone()[0]:
        raise Leak("its free pages")
    if (column := large_flag(connection, tables)) is not None:
        raise Leak(column)
    for place, token in large_numbers(connection, tables):
        if vocabulary.known([token]):
            raise Leak(place, token)


def prove_bytes(
    vocabulary: Vocabulary, path: Path, names: Collection[str] = ()
) -> None:
    """Search the file itself, whatever its pages say it holds.

    `names` are words of its schema.

    Raises:
        Leak: a token of the original is in it.
    """
    for found in tokens_of_file(path):
        for token in vocabulary.known(found):
            if token[1:] not in names:
                raise Leak("the bytes of the file", token)
