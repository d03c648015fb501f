"""The exceptions of this package.

A message says what happened, where it was looked for, and what to do.
"""

from __future__ import annotations


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


class MisreadError(AssertionError):
    """A reader misread a file; the message tells what is wrong, by kind."""
