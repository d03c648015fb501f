"""What Apple allows of edits: how many, and how long after a message was sent (§8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_SECOND = 10**9
_MOST_EDITS = 5
_EDIT_WITHIN, _UNSEND_WITHIN = 15 * 60, 2 * 60
# The clocks of two devices differ, and a message takes its time.
_SLACK = 60


def beyond(info: dict[str, Any], date: Any, edited: Any) -> Iterator[str]:
    """Say in which ways a history goes beyond the limits."""
    if not isinstance(date, int):
        return
    sent = date / _SECOND
    dates = list(_dates(info.get("ec")))
    for part, times in dates:
        if len(times) - 1 > _MOST_EDITS:
            yield f"part {part} was edited {len(times) - 1} times"
        after = max(times) - sent
        if after > _EDIT_WITHIN + _SLACK:
            yield f"part {part} was edited {_minutes(after)} after it was sent"
    if not isinstance(edited, int) or not edited:
        return
    latest = max((max(times) for _, times in dates), default=None)
    last = edited / _SECOND
    if info.get("rp"):
        within = _UNSEND_WITHIN if latest is None else _EDIT_WITHIN
        if last - sent > within + _SLACK:
            yield f"it was unsent {_minutes(last - sent)} after it was sent"
    elif latest is not None and last - latest > _SLACK:
        yield f"date_edited is {_minutes(last - latest)} after its last edit"


def _dates(edits: Any) -> Iterator[tuple[str, list[float]]]:
    """Yield the dates of the versions of each edited part, where they are numbers."""
    if not isinstance(edits, dict):
        return
    for part, versions in edits.items():
        times = [
            float(each["d"])
            for each in (versions if isinstance(versions, list) else ())
            if isinstance(each, dict) and isinstance(each.get("d"), int | float)
        ]
        if times:
            yield str(part), times


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:,.0f} minutes"
