"""The exceptions of this package, and words that their messages share.

A message says what happened, where it was looked for, and what to do.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


# As in pyproject.toml; the pages of the documentation are not installed.
_PAGES = (
    "https://github.com/pytest-imessage-foundry/pytest-imessage-foundry/blob/main/docs"
)
SEMANTICS = "reference/SEMANTICS.md"  # the page whose sections rules name


class FoundryError(Exception):
    """Base of every error that this package raises on purpose."""


class UnknownReleaseError(FoundryError):
    """A macOS release was asked for that no schema describes."""


class UnsupportedError(FoundryError):
    """A release cannot hold what was asked of it (a poll on sonoma)."""


class MissingConversationError(FoundryError):
    """No cached conversation answers the request, and only the cache may."""


class UnreadableFileError(FoundryError):
    """A file is not there, not a database, encrypted, truncated or locked."""


class UnwritableFileError(FoundryError):
    """The disk or its rights refuse a file that was to be written."""

    def __init__(
        self, what: str, reason: str, path: str | os.PathLike[str], remedy: str
    ) -> None:
        super().__init__(
            f"{what} could not be written: {reason}\n"
            f"tried to write: {os.fspath(path)}\n{remedy}"
        )
        self.reason = reason
        self.remedy = remedy


class MisreadError(AssertionError):
    """A reader misread a file; the message tells what is wrong, by kind."""


def page(name: str) -> str:
    """Return the address of a page of the documentation, such as "readings.md"."""
    return f"{_PAGES}/{name}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def nearest(word: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Return the names that a misspelt word may stand for, the likeliest first.

    Names with the same first part before a hyphen (`edit-` of `edit-twice`) come last.
    """
    from difflib import get_close_matches

    by_fold = {each.casefold(): each for each in known}
    folded = word.casefold()
    first, hyphen, _ = folded.partition("-")
    found = get_close_matches(folded, by_fold, most)
    if hyphen:
        found += [e for e in by_fold if e.startswith(f"{first}-") and e not in found]
    return [by_fold[each] for each in found[:most]]


def meant(word: str, known: Iterable[str], most: int = 1) -> str:
    """Return `: did you mean 'x'?` to go behind a word, '' if nothing is like it."""
    return did_you_mean(nearest(word, known, most))


def did_you_mean(names: Iterable[str]) -> str:
    """Return `: did you mean 'x' or 'y'?` to go behind a word, '' without names."""
    *others, last = [repr(each) for each in names] or [""]
    if not last:
        return ""
    listed = f"{', '.join(others)} or {last}" if others else last
    return f": did you mean {listed}?"
