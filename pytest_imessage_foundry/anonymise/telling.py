"""What values tell: their tokens, read by the class of their column.

Values come by the hundred, and their texts are read at once.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.met_lately import MetLately
from pytest_imessage_foundry.anonymise.readable_bytes import ReadableBytes

Tell = Callable[[Sequence[str]], list[str]]
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
_GUID = re.compile("[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_GUID_LENGTH = 36
_DATA_URL = re.compile(r"data:[^,\s]*,([A-Za-z0-9+/_=-]{8,})")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile("(?:%[0-9A-Fa-f]{2})+")


class Teller:
    """What values tell: all tokens of a value, read by the class of its column."""

    def __init__(
        self, of_texts: Tell, of_names: Tell, names: Collection[str] = ()
    ) -> None:
        """Begin; `names` are those of the file's tables and indexes."""
        self._of_texts = of_texts
        self._of_names = of_names
        self._own = names
        self._seen = {False: MetLately(), True: MetLately()}
        self._archives = ReadableBytes(self._seen[False])

    def tokens(self, kind: str, values: Iterable[str | bytes]) -> Collection[str]:
        """Return the tokens of values of a column, without those met lately."""
        is_name = kind in _NAMED
        if kind in _STRUCTURE:
            values = [each for each in values if not self._is_structure(kind, each)]
        # Most GUIDs are met once, so that to remember them would be of no use.
        guids, others = _guids([*dict.fromkeys(values)])
        new = self._seen[is_name].first(others)
        texts = [each for each in new if isinstance(each, str)]
        found = guids + _told(texts, self._of_names if is_name else self._of_texts)
        if len(texts) < len(new):
            blobs = (each for each in new if isinstance(each, bytes))
            found += self._of_archives(blobs)
        return dict.fromkeys(found)

    def _is_structure(self, kind: str, value: str | bytes) -> bool:
        """Tell whether a value is a position, a length, a version or a table's name."""
        if not isinstance(value, str):
            return False
        if kind == "table":
            return value.casefold() in self._own
        if any(map(str.isalpha, value)):
            return False
        return bool(_STRUCTURE[kind].fullmatch(value))

    def _of_archives(self, blobs: Iterable[bytes]) -> list[str]:
        read = self._archives.read(blobs)
        found = read.tokens + _told(read.texts, self._of_texts)
        told = _told(read.pieces, self._of_texts)
        return found + [each for each in told if each[0] != tokens.WHOLE]


def _guids(values: list[str | bytes]) -> tuple[list[str], list[str | bytes]]:
    """Return the texts that are GUIDs as tokens, and the other values."""
    of_length = (each for each in values if len(each) == _GUID_LENGTH)
    long = [each for each in of_length if isinstance(each, str)]
    joined = "\n".join(long)
    if len(_GUID.findall(joined)) != len(long):
        long = [each for each in long if _GUID.fullmatch(each)]
        joined = "\n".join(long)
    if not long:
        return [], values
    plain = joined.replace("-", "").upper().split("\n")
    known = set(long)
    others = [each for each in values if each not in known]
    return [tokens.GUID + each for each in plain], others


def _told(texts: list[str], tell: Tell) -> list[str]:
    """Return the tokens of texts, and of what is coded in them."""
    joined = "\0".join(texts)
    if "%" not in joined and "data:" not in joined:
        return tell(texts)
    more: list[str] = []
    for at, text in enumerate(texts):
        if "data:" in text:
            text = texts[at] = _without_data(text, more)
        if "%" in text:
            more.append(_PERCENT.sub(_unescaped, text))
    return tell(texts + more)


def _without_data(text: str, more: list[str]) -> str:
    """Return a text without the JSON in its data URLs, which goes to `more`: letters
    of base64 are no words."""
    for coded in _DATA_URL.findall(text):
        plain = _decoded(coded)
        if plain:
            more.append(plain)
            text = text.replace(coded, " ")
    return text


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
