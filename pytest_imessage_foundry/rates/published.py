"""What people published about their own files, and the goals that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = "no published figure"
# One file is no range: a goal that a single figure gives is half of it to twice.
_WIDTH = 2


@dataclass(frozen=True, slots=True)
class Published:
    """What is known of a property of real files.

    Attributes:
        source: who published it: repositories with numbers, or a page of the docs.
        figures: how many rows of how many had the property, a pair for each file.
        least: the lower end of a goal that is stated as such.
        most: the upper end of it.
    """

    source: str = NOTHING
    figures: tuple[tuple[int, int], ...] = ()
    least: float | None = None
    most: float | None = None

    @property
    def goal(self) -> tuple[float | None, float | None]:
        """Return the lower and the upper end of the goal, None where there is none."""
        if not self.figures:
            return self.least, self.most
        shares = [part / whole for part, whole in self.figures]
        if len(shares) == 1:
            return shares[0] / _WIDTH, min(shares[0] * _WIDTH, 1.0)
        return min(shares), max(shares)


UNKNOWN = Published()
