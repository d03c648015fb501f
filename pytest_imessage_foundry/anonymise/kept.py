"""What is kept as it is: the words of Apple's format, which say nothing of anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

NAME_TOKEN = re.compile(r"\w{3,}")
LETTERS = re.compile(r"[^\W\d_]{3,}")
# Nothing of a file: what SQLite itself writes.
_OF_SQLITE = ("SQLite format", "sqlite_sequence", "sqlite_stat1", "sqlite_autoindex")
# The one length that is a number of many digits: part -1 of a thread (SEMANTICS §7).
_NUMBERS = ("18446744073709551615", "100000", "0000000000")


@cache
def kept(group: str) -> frozenset[str]:
    """Return the strings of one group in kept.json."""
    return frozenset(_groups()[group])


@cache
def _groups() -> dict[str, list[str]]:
    text = files(__package__).joinpath("kept.json").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = json.loads(text)
    return groups


@cache
def literals() -> frozenset[str]:
    """Return the strings that archives hold in all files: classes, keys, types."""
    groups = ("classes", "attributes", "keys", "values", "bundles", "mimes", "json")
    return frozenset().union(*map(kept, groups))


@cache
def format_words() -> frozenset[str]:
    """Return the format's own words, which the proof leaves out."""
    words = set(_NUMBERS)
    for group in _groups().values():
        words |= words_in(group)
    return frozenset(words | words_in(_OF_SQLITE))


def words_in(texts: Iterable[str]) -> set[str]:
    """Return all that counts as a word in some texts, in lower case."""
    words: set[str] = set()
    for text in texts:
        for pattern in (NAME_TOKEN, LETTERS):
            words.update(each.casefold() for each in pattern.findall(text))
    return words
