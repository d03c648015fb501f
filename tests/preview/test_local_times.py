"""Stamps of local times are those that Python's own way gives."""

from __future__ import annotations

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_imessage_foundry.preview.local_times import LocalTimes
from pytest_imessage_foundry.preview.tally import Tally

ZONES = (
    *("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Asia/Tehran"),
)
YEARS = st.integers(-20 * 31_000_000 * 10**9, 60 * 31_000_000 * 10**9)


@pytest.mark.parametrize("zone", ZONES)
@given(date=YEARS)
def test_a_stamp_is_the_local_time(zone: str, date: int) -> None:
    times = LocalTimes(ZoneInfo(zone))
    near = [date, date + 1, date + 1800 * 10**9, date + 3600 * 10**9]

    for each in near:
        expected = f"{times.at(each):%Y-%m-%dT%H:%M:%S}" if each else ""
        assert times.stamp(each) == expected
    tally = Tally(times.at)
    assert [tally._hour(each) for each in near] == [
        (times.at(each).date(), times.at(each).hour) for each in near
    ]


def test_a_zone_is_named() -> None:
    assert LocalTimes(ZoneInfo("Asia/Tokyo")).name(0) == "Asia/Tokyo"
    assert LocalTimes(timezone(timedelta(hours=9), "JST")).name(0) == "JST"
    assert LocalTimes().name(0) == "UTC"
