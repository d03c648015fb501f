"""Apple's clock (SEMANTICS §18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.models import apple_time


def test_the_epoch():
    assert apple_time.from_iso("2001-01-01T00:00:00Z") == 0
    assert apple_time.EPOCH.timestamp() == apple_time.EPOCH_UNIX == 978_307_200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2001-01-01T00:00:01Z", 10**9),
        ("2001-01-01", 0),
        ("2001-01-01T00:00:00.000001", 1_000),
        ("2001-01-01T02:00:00+02:00", 0),
        ("2000-12-31T23:59:59Z", -(10**9)),
        ("2025-10-06T15:00:00Z", 781_455_600 * 10**9),
    ],
)
def test_iso(text, expected):
    assert apple_time.from_iso(text) == expected


def test_no_time():
    with pytest.raises(ValueError, match="yesterday"):
        apple_time.from_iso("yesterday")


def test_a_datetime_of_another_zone():
    moment = datetime(2001, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert apple_time.from_datetime(moment) == 0


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.datetimes(
        min_value=datetime(1990, 1, 1),
        max_value=datetime(2099, 1, 1),
        timezones=st.just(UTC),
    ),
    st.integers(0, 999),
)
def test_there_and_back(moment, rest):
    nanoseconds = apple_time.from_datetime(moment) + rest
    assert apple_time.to_datetime(nanoseconds) == moment
    assert apple_time.from_iso(moment.isoformat()) == nanoseconds - rest


@pytest.mark.parametrize(
    ("text", "is_day"),
    [
        ("2026-01-31", True),
        ("1999-12-31", True),
        ("2039-12-31", True),
        ("2040-01-01", False),
        ("2999-01-01", False),
        ("2025-02-30", False),
        ("2026-1-31", False),
        ("20260131", False),
        ("2026-01-31T00:00:00", False),
        ("2026-01-31\n", False),
        ("202\u0666-01-31", False),
        ("today", False),
        ("", False),
    ],
)
def test_a_day_has_a_form_and_an_end(text, is_day):
    assert apple_time.is_day(text) is is_day
