"""Faults of a reader that are known: what is wrong and expected to be.

    [[fault]]
    kind = "edit"            # one of the scorecard's kinds, and
    field = "edits"          # the field that is wrong, or all of its fields
    case = "edit-*"          # only in these cases of the catalogue
    releases = ["tahoe"]     # only on these releases
    why = "it knows the history of the first part alone"

An entry that shows nowhere is told, so that it is taken out when the reader is mended.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.scorecard.shown_kinds import kinds

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFault:
    """One entry of a file of known faults; what it leaves out it does not ask for."""

    why: str
    kind: str = ""
    field: str = ""
    case: str = ""
    releases: tuple[str, ...] = ()

    def covers(self, kind: str, field: str, case: str | None, release: str) -> bool:
        """Return whether a misreading is this one."""
        return (
            (not self.kind or self.kind == kind)
            and (not self.field or self.field == field)
            and (not self.case or fnmatchcase(case or "", self.case))
            and self.is_of(release)
        )

    def is_of(self, release: str) -> bool:
        return not self.releases or release in self.releases

    def __str__(self) -> str:
        named = (self.kind, self.field, self.case)
        return f"{' '.join(each for each in named if each)}: {self.why}"


def read(path: Path) -> tuple[KnownFault, ...]:
    """Return the entries of a TOML or JSON file.

    Raises:
        FoundryError: it cannot be read, or an entry does not hold.
    """
    try:
        text = path.read_text(encoding="utf-8")
        is_toml = path.suffix.lower() == ".toml"
        raw = tomllib.loads(text) if is_toml else json.loads(text)
    except OSError as error:
        raise _refusal(path, f"it cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise _refusal(path, str(error)) from None
    listed = raw.get("fault") if isinstance(raw, dict) else raw
    if not isinstance(listed, list) or not listed:
        raise _refusal(path, "there is no list `fault` in it")
    return tuple(_entry(each, n, path) for n, each in enumerate(listed, 1))


def _entry(raw: Any, number: int, path: Path) -> KnownFault:
    names = [each.name for each in fields(KnownFault)]
    if not isinstance(raw, dict) or not raw.keys() <= set(names):
        raise _refusal(path, f"fault {number}: its fields are {', '.join(names)}")
    if not raw.get("why") or not (raw.keys() - {"why", "releases"}):
        raise _refusal(path, f"fault {number}: give `why`, and `kind` or `case`")
    for name, value in raw.items():
        if name != "releases" and not isinstance(value, str):
            raise _refusal(path, f"fault {number}: {name} is no text: {value!r}")
    if raw.get("kind") and raw["kind"] not in (*kinds(), UNKNOWN_ROW):
        choice = ", ".join(kinds())
        raise _refusal(
            path, f"fault {number}: no kind {raw['kind']!r} (choose from {choice})"
        )
    releases = raw.get("releases", [])
    if not isinstance(releases, list):
        raise _refusal(path, f"fault {number}: releases is no list: {releases!r}")
    return KnownFault(**{**raw, "releases": tuple(releases)})


# The kind of what a reader lists and the file does not have.
UNKNOWN_ROW = "not-in-file"


def _refusal(path: Path, why: str) -> FoundryError:
    return FoundryError(
        f"the file of known faults does not hold\nlooked in: {path}\n  {why}\n"
        "docs/scorecard.md shows one; correct it, or leave it out"
    )
