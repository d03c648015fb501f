"""Findings, their counts, and the report of both."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "unusual", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "unusual", "note")

VALID, INVALID = 0, 1
# Findings kept of one check and severity, and after these those with a reason that
# none before had. All are counted.
LISTED = 100
SHOWN = 10  # of them, those that the text shows


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    An `error` breaks SQLite or every reader, or contradicts the file itself. What
    is `unusual` stands in real files, and is written here only on purpose. A
    `note` is worth a look (a reaction to a message that is gone, a table of one's
    own).
    """

    check: str
    table: str
    rowid: int | None
    reason: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.table if self.rowid is None else f"{self.table} {self.rowid}"
        return f"{self.severity}: {self.check}: {place}: {self.reason}"


class FindingTally(NamedTuple):
    """How many things a check looked at, and how many findings it made."""

    looked_at: int
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The verdict on one file.

    Attributes:
        release: the one that was expected, or the closest by structure.
        is_expected: whether the caller named the release.
        differences: all in which the structure is not that release's.
        checks: by name, in the order they were made.
        findings: the first hundred of each check and severity, and up to a hundred
            later ones, each with a reason that none before had.
        is_older: whether the file is older than macOS 14, the first release whose
            structure is known.
        errors: how many there are in all, listed or not; so with the other two.
        content: the digest of rows and schema; None where nobody asked for it, or
            they cannot be read.
    """

    path: Path
    release: str
    title: str
    layout: str
    is_expected: bool
    is_experimental: bool
    is_older: bool
    differences: tuple[str, ...]
    checks: Mapping[str, FindingTally]
    findings: tuple[Finding, ...]
    errors: int
    unusual: int
    notes: int
    content: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing was found that a real file cannot hold."""
        return self.errors == 0

    @property
    def exit_code(self) -> int:
        """What the command ends with: 0 valid, 1 errors."""
        return VALID if self.ok else INVALID

    @property
    def strict_exit_code(self) -> int:
        """What `validate --strict` ends with: what is unusual counts too."""
        return VALID if self.ok and not self.unusual else INVALID

    def of(self, check: str) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(each for each in self.findings if each.check == check)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data, ready for `json.dumps`."""
        return {
            "path": str(self.path),
            "valid": self.ok,
            "release": self.release,
            "title": self.title,
            "layout": self.layout,
            "expected": self.is_expected,
            "experimental": self.is_experimental,
            "differences": list(self.differences),
            "checks": {name: each._asdict() for name, each in self.checks.items()},
            "older_than_macos_14": self.is_older,
            "errors": self.errors,
            "unusual": self.unusual,
            "notes": self.notes,
            "content": self.content,
            "findings": [asdict(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        return "\n".join([*self._head(), *self._table(), *self._list(), self._end()])

    def _head(self) -> Iterable[str]:
        word = "expected" if self.is_expected else "closest"
        experimental = ", experimental" if self.is_experimental else ""
        yield str(self.path)
        yield f"{word} release: {self.release} ({self.title}{experimental})"
        count = len(self.differences)
        how_far = _counted(count, "difference") if count else "no difference"
        if self.is_older:
            how_far = "older than macOS 14, so it is checked as far as it can be"
        yield f"structure: {self.layout} layout, {how_far}"

    def _table(self) -> Iterable[str]:
        width = max(map(len, self.checks), default=0)
        for name, (looked_at, found) in self.checks.items():
            verdict = _counted(found, "finding") if found else "ok"
            yield f"  {name:<{width}}  {looked_at:>9,}  {verdict}"

    def _list(self) -> Iterable[str]:
        for name, tally in self.checks.items():
            shown = _chosen(self.of(name))
            yield from map(str, shown)
            if tally.findings > len(shown):
                yield f"  and {tally.findings - len(shown):,} more of {name}"

    def _end(self) -> str:
        verdict = "valid" if self.ok else "not valid"
        counts = (
            _counted(self.errors, "error"),
            f"{self.unusual:,} unusual",
            _counted(self.notes, "note"),
        )
        return f"{verdict}: {', '.join(counts)}"


def _chosen(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of a check to show: the worst first, and of equally bad ones
    one for each reason before a second for any."""
    said: Counter[tuple[Severity, str]] = Counter()
    ranked = []
    for each in findings:
        key = (each.severity, each.reason)
        ranked.append((SEVERITIES.index(each.severity), said[key], each))
        said[key] += 1
    ranked.sort(key=lambda ranks: ranks[:2])
    return [each for _, _, each in ranked[:SHOWN]]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Ledger:
    """Where checks write down what they looked at and what they found."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._looked_at: Counter[str] = Counter()
        self._found: Counter[tuple[str, Severity]] = Counter()
        self._reasons: defaultdict[tuple[str, Severity], set[str]] = defaultdict(set)

    def look(self, check: str, number: int) -> None:
        """Say that `check` looked at `number` things (more)."""
        self._looked_at[check] += number

    def find(
        self,
        check: str,
        table: str,
        rowid: object,
        reason: str,
        severity: Severity = "error",
        *,
        kind: str = "",
    ) -> None:
        """Write down a finding; a join may hold anything where a row is named.

        `kind` is the reason without the values of the row, if they stand in it.
        """
        if self.lists(check, severity, kind or reason):
            self._reasons[check, severity].add(kind or reason)
            row = rowid if isinstance(rowid, int) else None
            self.findings.append(Finding(check, table, row, reason, severity))
        self._found[check, severity] += 1

    def lists(self, check: str, severity: Severity, kind: str) -> bool:
        """Return whether the next finding of this kind is more than counted."""
        if self._found[check, severity] < LISTED:
            return True
        reasons = self._reasons[check, severity]
        return kind not in reasons and len(reasons) < LISTED

    def count(self, severity: Severity) -> int:
        return sum(n for (_, each), n in self._found.items() if each == severity)

    def ordered(self, checks: Iterable[str]) -> tuple[Finding, ...]:
        """Return the findings by check, in this order."""
        place = {check: number for number, check in enumerate(checks)}
        return tuple(sorted(self.findings, key=lambda each: place[each.check]))

    def tallies(self, order: Iterable[str]) -> dict[str, FindingTally]:
        found: Counter[str] = Counter()
        for (check, _), number in self._found.items():
            found[check] += number
        names = dict.fromkeys((*order, *self._looked_at, *found))
        return {
            name: FindingTally(self._looked_at[name], found[name]) for name in names
        }
