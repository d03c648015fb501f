"""The scorecard: what a reader read right, has no notion of, and read wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as declared
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.scorecard.shown_kinds import kinds

if TYPE_CHECKING:
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault

EXAMPLES = 3  # of each field of each kind, in one database


@dataclass(frozen=True, slots=True, kw_only=True)
class Misreading:
    """One field of one row that a reader got wrong.

    Attributes:
        database: which one, as release and scenario.
        kind: the kind of message that it is counted under.
        field: the field; "row" if the row is missing, listed twice, or not there.
        columns: the row's columns that it comes from, with their values.
    """

    database: str
    guid: str
    rowid: int
    kind: str
    field: str
    said: Any
    true: Any
    case: str | None = None
    columns: dict[str, str] = declared(default_factory=dict)
    fault: KnownFault | None = None


@dataclass(slots=True)
class KindTally:
    """How many rows of a kind got each verdict."""

    agrees: int = 0
    cannot: int = 0
    wrong: int = 0
    known: int = 0

    @property
    def verdict(self) -> str:
        """The kind's verdict over all its rows: the worst that is not all."""
        if self.wrong:
            return "wrong"
        if self.known:
            return "known"
        return "agrees" if self.agrees else "cannot"

    def add(self, other: KindTally) -> None:
        self.agrees += other.agrees
        self.cannot += other.cannot
        self.wrong += other.wrong
        self.known += other.known


@dataclass(slots=True)
class Scorecard:
    """What came of one answer, or of several.

    Attributes:
        tallies: by kind.
        misreadings: examples, at most a few of each field and kind.
        counts: how many misreadings there are by kind and field, known ones apart.
        statements: how many single fields are right.
        complaints: what the reader said that is no reading, or how its run ended.
        shown: how often each known fault showed.
        cases: the cases of the catalogue in which it did.
        absent: known faults that do not show where they should, with an example.
        databases: those that the reader was run on.
        unread: those of them on which its run ended without an answer.
    """

    tallies: dict[str, KindTally] = declared(default_factory=dict)
    misreadings: list[Misreading] = declared(default_factory=list)
    counts: Counter[tuple[str, str, bool]] = declared(default_factory=Counter)
    statements: int = 0
    rows: int = 0
    complaints: list[str] = declared(default_factory=list)
    shown: Counter[KnownFault] = declared(default_factory=Counter)
    cases: dict[KnownFault, set[str]] = declared(default_factory=dict)
    absent: dict[KnownFault, str] = declared(default_factory=dict)
    unshown: list[KnownFault] = declared(default_factory=list)
    databases: list[str] = declared(default_factory=list)
    unread: list[str] = declared(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong but what is known to be, and all that still is."""
        is_wrong = any(each.wrong for each in self.tallies.values())
        return not (is_wrong or self.complaints or self.unshown or self.absent)

    @property
    def unknown(self) -> list[Misreading]:
        """The misreadings that no known fault explains."""
        return [each for each in self.misreadings if each.fault is None]

    def times(self, each: Misreading) -> int:
        """Return how many misreadings there are like one of the examples."""
        return self.counts[each.kind, each.field, each.fault is not None]

    def tally(self, kind: str) -> KindTally:
        return self.tallies.setdefault(kind, KindTally())

    def add(self, other: Scorecard) -> None:
        """Take in what came of another database."""
        for kind, tally in other.tallies.items():
            self.tally(kind).add(tally)
        self.misreadings += other.misreadings
        self.counts += other.counts
        self.statements += other.statements
        self.rows += other.rows
        self.complaints += other.complaints
        self.shown += other.shown
        for fault, cases in other.cases.items():
            self.cases.setdefault(fault, set()).update(cases)
        self.absent |= {**other.absent, **self.absent}
        self.databases += other.databases
        self.unread += other.unread

    def in_order(self) -> list[tuple[str, KindTally]]:
        """Return the tallies in the order of the kinds."""
        order = [*kinds(), *(each for each in self.tallies if each not in kinds())]
        return [(each, self.tallies[each]) for each in order if each in self.tallies]

    def expect(self, faults: tuple[KnownFault, ...]) -> None:
        """Note the known faults that showed nowhere."""
        self.unshown = [each for each in faults if each not in self.shown]
