"""The mark `imessage`: what one test's database holds."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.plugin.settings import words
from pytest_imessage_foundry.spec import FAULTS, one_of
from pytest_imessage_foundry.terminal import is_utf_8, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest

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
    file: str | None = None
    start: datetime | str | int | None = None

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


def read(mark: pytest.Mark, where: str) -> MarkArguments:
    """Return the arguments of one mark.

    Raises:
        FoundryError: the mark was given what it does not take; `where` names the test.
    """
    try:
        given = imessage(*mark.args, **mark.kwargs)
    except TypeError as error:
        raise refusal(str(error), where) from None
    for name, value in given.items():
        if value is not None and (what := _FAULTS[name](value)):
            raise refusal(f"imessage({name}={shown(value)}) must be {what}", where)
    if versions := given["versions"]:
        names = words([versions]) if isinstance(versions, str) else versions
        given["versions"] = tuple(names)
    return MarkArguments(**given)


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
    file: str | None = None,
    start: datetime | str | int | None = None,
) -> dict[str, Any]:
    """Return the arguments of the mark by name; its signature refuses others."""
    return locals()


def refusal(what: str, where: str) -> FoundryError:
    """Return the error for a mark; pytest's summary shows how `what` begins."""
    return FoundryError(
        f"{what}\n"
        f"looked at: the mark of {where}\n"
        "correct the mark; `pytest --markers` shows what it takes"
    )


def _versions(value: object) -> str:
    needed = "the name of a release, or a list of names"
    if isinstance(value, str):
        return "" if words([value]) else needed
    if not isinstance(value, (list, tuple, set, frozenset)) or not value:
        return needed
    is_named = all(isinstance(each, str) and words([each]) for each in value)
    return "" if is_named else needed


def _password(value: object) -> str:
    is_one = isinstance(value, str) and value and is_utf_8(value)
    return "" if is_one else "a word, and not empty"


def _known(value: object) -> str:
    is_one = isinstance(value, str) and value
    return "" if is_one else "the path of a file of known faults"


def _file(value: object) -> str:
    return "" if isinstance(value, str) and value else "the path of a chat.db"


def _start(value: object) -> str:
    from pytest_imessage_foundry.by_hand import when

    needed = "a time between 2001-01-13 and 2040, such as 2025-10-06T15:00:00Z"
    if isinstance(value, bool) or not isinstance(value, (datetime, str, int)):
        return needed
    try:
        when(value)
    except FoundryError:
        return needed
    return ""


_FAULTS: dict[str, Callable[[object], str]] = {
    **{name: FAULTS[name] for name in ("scenario", "seed", "messages", "source")},
    "versions": _versions,
    "layout": one_of(("fresh", "migrated", *PLACES)),
    "backup_password": _password,
    "known": _known,
    "file": _file,
    "start": _start,
}


def merge(outer: MarkArguments, inner: MarkArguments) -> MarkArguments:
    """Merge two marks; the inner one, nearer the test, wins."""
    given = {
        each.name: getattr(inner, each.name)
        for each in fields(MarkArguments)
        if getattr(inner, each.name) is not None
    }
    return replace(outer, **given)
