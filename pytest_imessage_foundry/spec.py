"""The whole input of a build, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, get_args

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.terminal import escaped, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Source = Literal["auto", "cache", "faker"]
Layout = Literal["fresh", "migrated"]
SOURCES: tuple[Source, ...] = get_args(Source)
MOST_MESSAGES = 10_000_000
_MOST_SEED = 2**63  # seeds of other tools fit, and each prints on one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A database to build. Equal specs give equal bytes.

    Attributes:
        release: macOS release by name, see `db.schema.RELEASES`.
        scenario: name of the scenario that fills it.
        seed: what every random choice derives from.
        messages: how many messages in all; None keeps the scenario's own count.
        source: where conversations may come from; `auto` prefers the cache.
        layout: a file born on the release, or one migrated over the years.
        now: the end of the history, ISO 8601 in UTC. Nothing asks a clock.
    """

    release: str = "tahoe"
    scenario: str = "default"
    seed: int = 0
    messages: int | None = None
    source: Source = "auto"
    layout: Layout = "fresh"
    now: str = "2025-12-01T00:00:00Z"

    def __post_init__(self) -> None:
        for name in FAULTS:
            if what := fault(name, getattr(self, name)):
                raise FoundryError(
                    f"{name} {what}\nlooked at: the Spec of a database\n"
                    "give it another value, or leave it out for the usual one"
                )

    def fingerprint(self, *inputs: Iterable[str]) -> str:
        """16 hex digits that change with anything that could change the bytes.

        `inputs` are what the spec only names: the scenario's content, the packs'
        digests, the versions of the libraries that draw names.
        """
        material = json.dumps([asdict(self), [list(each) for each in inputs]])
        return hashlib.sha256(material.encode()).hexdigest()[:16]


def fault(name: str, value: object) -> str:
    """Return why a field of Spec cannot have this value, "" if it can."""
    what = FAULTS[name](value)
    return f"must be {what}, not {shown(value)}" if what else ""


def _word(value: object) -> str:
    is_one = isinstance(value, str) and value and escaped(value) == value
    return "" if is_one else "a word on one line, without control characters"


def _seed(value: object) -> str:
    is_one = type(value) is int and -_MOST_SEED <= value < _MOST_SEED
    return "" if is_one else "a whole number of 64 bits"


def _messages(value: object) -> str:
    is_one = type(value) is int and 0 <= value <= MOST_MESSAGES
    return "" if is_one or value is None else f"a number from 0 to {MOST_MESSAGES:,}"


def one_of(words: Sequence[str]) -> Callable[[object], str]:
    """Return a check for one of these words."""
    listed = f"one of {', '.join(words)}"
    return lambda value: "" if isinstance(value, str) and value in words else listed


# Checks of the fields: each returns what a value must be, "" if it is that.
FAULTS: dict[str, Callable[[object], str]] = {
    "release": _word,
    "scenario": _word,
    "seed": _seed,
    "messages": _messages,
    "source": one_of(SOURCES),
    "layout": one_of(get_args(Layout)),
    "now": _word,
}
