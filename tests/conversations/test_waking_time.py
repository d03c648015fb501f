"""Who sleeps, or is off for the weekend, writes when they are up again."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations.clock import ASLEEP, Week, rhythm
from pytest_imessage_foundry.models.apple_time import SECOND, from_iso, to_datetime

BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"


@pytest.mark.parametrize(
    ("week", "asleep", "day", "hours"),
    [
        # A Friday evening and a Saturday, for colleagues: they answer on Monday.
        ("work", "2025-03-07T21:30:00+01:00", "2025-03-10", range(8, 12)),
        ("work", "2025-03-08T12:00:00+01:00", "2025-03-10", range(8, 12)),
        ("people", "2025-03-08T03:00:00+01:00", "2025-03-08", range(7, 12)),
        ("people", "2025-03-08T12:00:00+01:00", "2025-03-08", range(12, 13)),
    ],
)
def test_who_is_not_there_writes_when_they_are(
    week: Week, asleep: str, day: str, hours: range
) -> None:
    berlin = rhythm((BERLIN,), week)
    moment = berlin.awake(from_iso(asleep) / SECOND, 1_200.0)
    local = moment + berlin.offset(moment)
    there = to_datetime(int(local * SECOND))
    assert (f"{there:%Y-%m-%d}", there.hour in hours) == (day, True)
    assert berlin.rate(moment) >= ASLEEP


def test_people_who_are_never_awake_together_do_not_wait_for_ever() -> None:
    both = rhythm((BERLIN, TOKYO, "America/Los_Angeles"), "work")
    moment = from_iso("2025-03-08T12:00:00Z") / SECOND
    assert both.awake(moment, 1_200.0) > moment
