"""Check the anchors of one turn: what no calendar can keep, wherever it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.packs.when_days import can_be
from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.models import apple_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import Hours, When

_REACH = 200  # turns back to which an anchor can refer
_LONGEST = apple_time.END // apple_time.MINUTE  # all that dates have room for


def faults(
    hours: Hours | None, when: When | None, number: int
) -> Iterator[tuple[str, str]]:
    """Yield which anchor of a turn is wrong, and how.

    Args:
        hours: its hours.
        when: its days and distances.
        number: how many turns are before it.
    """
    if hours and hours != (0, 24) and hours[0] % 24 == hours[1] % 24:
        yield "hours", f"{[*hours]} is empty: write [0, 24] for any hour"
    if when is None:
        return
    for name, limit in (("after", when.after), ("within", when.within)):
        if limit is not None and (what := _of_distance(limit, number)):
            yield f"when.{name}", what
    if not can_be(when):
        yield "when", "is on no day of any year: its parts exclude each other"
    if when.after and when.within and _excludes(when.after, when.within):
        yield "when", "has to be later than `after` and sooner than `within`"


def _of_distance(limit: tuple[int, int], number: int) -> str:
    """Return what is wrong with a distance from an earlier turn."""
    back, minutes = limit
    if back < 1:
        return f"{back} is no number of turns back"
    if back > _REACH:
        return f"reaches over more than {_REACH} turns back"
    if back > number:
        return f"{counted(back, 'turn')} back is before the first turn"
    if not 0 < minutes <= _LONGEST:
        return f"{minutes} is no number of minutes up to {_LONGEST:,}: all until 2040"
    return ""


def _excludes(after: tuple[int, int], within: tuple[int, int]) -> bool:
    """Return whether a turn cannot have both distances: long after one, soon after
    another."""
    return within[0] >= after[0] and within[1] < after[1]
