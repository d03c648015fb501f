"""Values that Apple's archives tell apart and Python does not.

Both archive formats of a chat.db take them: `typedstream` (bodies) and
`archives` (plists). Plain `str`, `int`, `float`, `bool`, `bytes`, lists and
dictionaries stand for their immutable Foundation classes.
"""

from __future__ import annotations

from typing import Literal

from pytest_imessage_foundry.models.frozen import dataclass

Code = Literal["i", "q", "d", "f", "c", "s"]


@dataclass(frozen=True, slots=True)
class Number:
    """An NSNumber with an explicit Objective-C type code."""

    value: int | float
    code: Code = "i"


@dataclass(frozen=True, slots=True)
class Url:
    """An NSURL without a base."""

    text: str


@dataclass(frozen=True, slots=True)
class Date:
    """An NSDate: seconds since 2001-01-01T00:00:00Z."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Uuid:
    """An NSUUID (keyed archives only)."""

    text: str


@dataclass(frozen=True, slots=True)
class MutableData:
    """NSMutableData, where plain `bytes` is NSData."""

    data: bytes
