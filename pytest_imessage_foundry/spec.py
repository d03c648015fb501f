"""The whole input of a build, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Source = Literal["auto", "cache", "faker"]
Layout = Literal["fresh", "migrated"]
SOURCES: tuple[Source, ...] = ("auto", "cache", "faker")


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

    def fingerprint(self, *inputs: Iterable[str]) -> str:
        """16 hex digits that change with anything that could change the bytes.

        `inputs` are what the spec only names: the scenario's content, the packs'
        digests, the versions of the libraries that draw names.
        """
        material = json.dumps([asdict(self), [list(each) for each in inputs]])
        return hashlib.sha256(material.encode()).hexdigest()[:16]
