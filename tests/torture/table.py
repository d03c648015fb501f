"""What was done, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.torture.scene import Scene


@dataclass(frozen=True)
class Fault:
    """A way to do harm.

    Attributes:
        checked: what `run` looks at, in a few words.
        run: does one round, and returns what it found.
    """

    name: str
    checked: str
    run: Callable[[Scene], list[str]]


@dataclass
class Tally:
    rounds: int = 0
    findings: list[str] = field(default_factory=list)


def shown(faults: list[Fault], tallies: dict[str, Tally]) -> str:
    """Return the table as Markdown."""
    lines = ["| fault | rounds | checked | findings |", "|---|---|---|---|"]
    for each in faults:
        tally = tallies[each.name]
        cells = (each.name, tally.rounds, each.checked, len(tally.findings))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    rounds = sum(tally.rounds for tally in tallies.values())
    findings = sum(len(tally.findings) for tally in tallies.values())
    return "\n".join([*lines, f"| **all** | {rounds} | | {findings} |"])
