"""The mark `imessage`: what one test's database holds."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.plugin.settings import words
from pytest_imessage_foundry.spec import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.layouts import LayoutName
    from pytest_imessage_foundry.spec import Source

# Words of `layout` that say where chat_db stands; the others are the schema's.
PLACES: tuple[LayoutName, ...] = ("home", "ios", "ios-backup")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkArguments:
    """The arguments of the mark `imessage`."""

    versions: tuple[str, ...] | None = None
    scenario: str | None = None
    seed: int | None = None
    messages: int | None = None
    source: str | None = None
    layout: str | None = None
    backup_password: str | None = None
    known: str | None = None

    @property
    def place(self) -> LayoutName | None:
        """Where chat_db stands, if the mark says so."""
        return next((each for each in PLACES if each == self.layout), None)

    def wishes(self) -> dict[str, Any]:
        """Return the fields of Spec that the mark sets."""
        names = ["scenario", "seed", "messages", "source"]
        names += [] if self.place else ["layout"]
        return {
            name: getattr(self, name)
            for name in names
            if getattr(self, name) is not None
        }


def imessage(
    *,
    versions: str | Sequence[str] | None = None,
    scenario: str | None = None,
    seed: int | None = None,
    messages: int | None = None,
    source: Source | None = None,
    layout: str | None = None,
    backup_password: str | None = None,
    known: str | None = None,
) -> MarkArguments:
    """Check the arguments of the mark by calling a function of its signature."""
    __tracebackhide__ = True
    if isinstance(versions, str):
        versions = words([versions])
    if versions is not None and not versions:
        raise TypeError("imessage() versions must name a release, or be left out")
    if source is not None and source not in SOURCES:
        raise TypeError(f"imessage() source must be one of {', '.join(SOURCES)}")
    if messages is not None and messages < 0:
        raise TypeError("imessage() messages must not be negative")
    if backup_password is not None and not (
        isinstance(backup_password, str) and backup_password
    ):
        raise TypeError("imessage() backup_password must be a word, and not empty")
    if known is not None and not (isinstance(known, str) and known):
        raise TypeError("imessage() known must be the path of a file, and not empty")
    return MarkArguments(
        versions=tuple(versions) if versions is not None else None,
        scenario=scenario,
        seed=seed,
        messages=messages,
        source=source,
        layout=layout,
        backup_password=backup_password,
        known=known,
    )


def merge(outer: MarkArguments, inner: MarkArguments) -> MarkArguments:
    """Merge two marks; the inner one, nearer the test, wins."""
    given = {
        each.name: getattr(inner, each.name)
        for each in fields(MarkArguments)
        if getattr(inner, each.name) is not None
    }
    return replace(outer, **given)
