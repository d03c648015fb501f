"""Dates of readings: ISO 8601 text in UTC beside Apple's nanoseconds as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pytest_imessage_foundry.models.apple_time import SECOND

_EPOCH = datetime(2001, 1, 1)
_EPOCH_UTC = datetime(2001, 1, 1, tzinfo=UTC)


def iso(nanoseconds: int) -> str | None:
    """Return whole seconds as ISO text; None for "never"."""
    if not nanoseconds:
        return None
    moment = _EPOCH + timedelta(seconds=nanoseconds // SECOND)
    return f"{moment.isoformat()}Z"


def digits(nanoseconds: int) -> str | None:
    """Return the nanoseconds as text; None for "never"."""
    return str(nanoseconds) if nanoseconds else None


def seconds_of(text: object) -> float | None:
    """Return the seconds since 2001 of an ISO text; None if it is none.

    Without an offset it is UTC.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH_UTC).total_seconds()
