"""Faults of a reader that are known: what is wrong and expected to be.

    [[fault]]
    kind = "edit"            # one of the scorecard's kinds, and
    field = "edits"          # the field that is wrong, or all of its fields
    case = "edit-*"          # only in these cases of the catalogue
    releases = ["tahoe"]     # only on these releases
    where = "date_edited > 0"  # only on these rows of `message`: an SQL expression
    everywhere = true        # on each of the rows that the entry names
    why = "it knows the history of the first part alone"
    rule = "ec is keyed by part"

An entry that shows nowhere is told, so that it is taken out when the reader is mended.
One with `ends` names what ends a reader's run: see `spared_rows`.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from dataclasses import field as declared
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry import strict_json
from pytest_imessage_foundry.errors import FoundryError, meant, page
from pytest_imessage_foundry.scorecard.shown_kinds import kinds

if TYPE_CHECKING:
    from collections.abc import Collection

Patterns = str | tuple[str, ...]
# The kind of a row that a reader lists and the file does not have.
UNKNOWN_ROW = "not-in-file"
_LISTS = frozenset({"kind", "field", "case", "releases"})
_NAMING = frozenset({"kind", "field", "case", "where", "ends"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFault:
    """One entry of a file of known faults. A field that it leaves out matches anything.

    Attributes:
        why: what the reader does, to go on after its name.
        rule: what it should do.
        kind, field, case: names, or patterns such as "event-*", or several.
        where: an SQL expression over the row's columns; `:true`, `:said` and
            `:reading` are the true value, the reader's and the whole true reading, as
            JSON where they are no plain values.
        everywhere: whether it must show on every row that it names.
        ends: what the reader says when such a row ends its run.
        entry: where it stands: the file, and its number in it.
    """

    why: str
    rule: str = ""
    kind: Patterns = ()
    field: Patterns = ()
    case: Patterns = ()
    releases: tuple[str, ...] = ()
    where: str = ""
    everywhere: bool = False
    ends: str = ""
    entry: str = declared(default="", repr=False, compare=False)

    def covers(self, kind: str, field: str, case: str | None, release: str) -> bool:
        """Return whether a misreading is this fault, supposing that its row fits
        `where`."""
        return (
            not self.ends
            and self.has_kind(kind)
            and _fits(self.field, field)
            and self.has_case(case)
            and self.is_of(release)
        )

    def has_kind(self, kind: str) -> bool:
        return _fits(self.kind, kind)

    def has_case(self, case: str | None) -> bool:
        return _fits(self.case, case or "")

    def covers_field(self, field: str) -> bool:
        return not self.ends and _fits(self.field, field)

    def is_of(self, release: str) -> bool:
        return not self.releases or release in self.releases

    def __str__(self) -> str:
        named = (_text(self.kind), _text(self.field), _text(self.case), self.ends)
        return f"{' '.join(each for each in named if each)}: {self.why}"


def _names(patterns: Patterns) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else patterns


def _fits(patterns: Patterns, value: str) -> bool:
    names = _names(patterns)
    return not any(names) or any(fnmatchcase(value, each) for each in names)


def _text(patterns: Patterns) -> str:
    return ", ".join(_names(patterns))


def given(known: object) -> tuple[KnownFault, ...]:
    """Return the entries of the file that `known=` names; of None there are none.

    Raises:
        FoundryError: it is no path, or as for `read`.
    """
    if known is None:
        return ()
    if isinstance(known, (str, os.PathLike)):
        named = os.fspath(known)
        if isinstance(named, str):
            return read(Path(named))
    sort = type(known).__name__
    raise FoundryError(
        f"known= takes the path of a file of known faults, not a {sort}\n"
        f"looked at: known={known!r:.100}\n"
        "write the faults into a TOML or JSON file, and name that: "
        f"{page('scorecard.md')} shows one"
    )


def expected_in(
    faults: tuple[KnownFault, ...],
    release: str,
    kinds: Collection[str],
    *,
    has_cases: bool,
) -> tuple[KnownFault, ...]:
    """Return the entries that must show in one database.

    Some row there is of their kind, and the catalogue's cases are there if they name
    any. What ends a run shows in none that was read to its end.
    """
    there = (*kinds, UNKNOWN_ROW)
    return tuple(
        each
        for each in faults
        if each.is_of(release)
        and any(map(each.has_kind, there))
        and not each.ends
        and (has_cases or not each.case)
    )


def read(path: Path) -> tuple[KnownFault, ...]:
    """Return the entries of a TOML or JSON file.

    Raises:
        FoundryError: it cannot be read, or an entry does not hold.
    """
    try:
        text = path.read_text(encoding="utf-8")
        is_toml = path.suffix.lower() == ".toml"
        raw = tomllib.loads(text) if is_toml else strict_json.loads(text)
    except OSError as error:
        raise _refusal(path, f"it cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise _refusal(path, str(error)) from None
    listed = raw.get("fault") if isinstance(raw, dict) else raw
    if not isinstance(listed, list) or not listed:
        raise _refusal(path, "there is no list `fault` in it")
    return tuple(_entry(each, n, path) for n, each in enumerate(listed, 1))


def _entry(raw: Any, number: int, path: Path) -> KnownFault:
    names = [each.name for each in fields(KnownFault) if each.name != "entry"]
    if not isinstance(raw, dict):
        raise _refusal(path, f"fault {number}: it is no table")
    if unknown := [each for each in raw if each not in names]:
        said = ", ".join(f"{each!r}{meant(each, names)}" for each in unknown)
        choice = ", ".join(names)
        raise _refusal(
            path, f"fault {number}: no field {said} (its fields are {choice})"
        )
    if not raw.get("why") or not raw.keys() & _NAMING:
        raise _refusal(path, f"fault {number}: give `why`, and `kind` or `case`")
    if raw.get("ends") and not (raw.get("where") or raw.get("releases")):
        raise _refusal(path, f"fault {number}: beside `ends` give `where`: which rows")
    values = {name: _value(name, raw[name], number, path) for name in raw}
    entry = KnownFault(**values, entry=f"fault {number} of {path}")
    known = (*kinds(), UNKNOWN_ROW)
    for each in _names(entry.kind):
        if not any(fnmatchcase(name, each) for name in known):
            hint = meant(each, known, 3) or f" (choose from {', '.join(known)})"
            raise _refusal(path, f"fault {number}: no kind {each!r}{hint}")
    return entry


def _value(name: str, value: Any, number: int, path: Path) -> Any:
    """Return what a field of an entry holds; lists as tuples."""
    if name == "everywhere":
        if not isinstance(value, bool):
            raise _refusal(path, f"fault {number}: everywhere is true or false")
        return value
    if name in _LISTS and isinstance(value, list):
        if all(isinstance(each, str) for each in value):
            return tuple(value)
        raise _refusal(path, f"fault {number}: {name} is no list of texts: {value!r}")
    if name == "releases":
        raise _refusal(path, f"fault {number}: releases is no list: {value!r}")
    if not isinstance(value, str):
        raise _refusal(path, f"fault {number}: {name} is no text: {value!r}")
    return value


def _refusal(path: Path, why: str) -> FoundryError:
    return FoundryError(
        f"the file of known faults does not hold\nlooked in: {path}\n  {why}\n"
        f"{page('scorecard.md')} shows one; correct it, or leave it out"
    )
