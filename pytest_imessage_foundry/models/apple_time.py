"""Apple's clock: nanoseconds since 2001-01-01T00:00:00Z.

Messages stores dates of messages in nanoseconds since macOS 10.13 and dates of
attachments in whole seconds (SEMANTICS §5, §18).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
EPOCH_UNIX = 978_307_200
MILLISECOND = 1_000_000
SECOND = 1_000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# Dates of messages were whole seconds until 10.13 came, on 2017-09-25.
SINCE_10_13 = 527_990_400 * SECOND
# macOS 26 came on 2025-09-15 at 17:00 UTC; groups made since have other identifiers.
SINCE_26 = 779_648_400 * SECOND
# How long after it was sent Apple lets a message be edited, and taken back.
EDIT_WITHIN = 15 * MINUTE
UNSEND_WITHIN = 2 * MINUTE
# 2040: what is not before it is taken for a date in another unit.
END = 14_244 * DAY
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


def from_iso(text: str) -> int:
    """Return nanoseconds since 2001 of an ISO 8601 time; without an offset it is UTC.

    Raises:
        ValueError: `text` is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return from_datetime(moment)


def is_day(text: str) -> bool:
    """Return whether `text` is a day like 2026-01-31, before `END`.

    Today is no bound: what is right would change from one day to the next.
    """
    try:
        return bool(_DAY.match(text)) and from_iso(text) < END
    except ValueError:
        return False


def from_datetime(moment: datetime) -> int:
    """Return nanoseconds since 2001 of an aware datetime, exact to the microsecond."""
    since = moment - EPOCH
    seconds = since.days * 86_400 + since.seconds
    return seconds * SECOND + since.microseconds * 1_000


def to_datetime(nanoseconds: int) -> datetime:
    """The UTC datetime of Apple nanoseconds; what is below a microsecond goes."""
    return EPOCH + timedelta(microseconds=nanoseconds // 1_000)
