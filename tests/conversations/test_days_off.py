from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from talks import ME, friend, talk

from pytest_imessage_foundry.conversations.clock import local_time, rhythm
from pytest_imessage_foundry.conversations.days_off import DaysOff, is_holiday
from pytest_imessage_foundry.conversations.timeline import lay_out
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.models.apple_time import from_datetime, from_iso

FIRST = date(2001, 1, 1)


def number(day: str) -> int:
    return (date.fromisoformat(day) - FIRST).days


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("US", "2025-11-27"),  # Thanksgiving
        ("US", "2023-11-23"),
        ("US", "2024-05-27"),  # Memorial Day
        ("US", "2025-09-01"),  # Labor Day
        ("CA", "2025-10-13"),
        ("DE", "2024-03-29"),  # Good Friday
        ("DE", "2025-04-21"),  # Easter Monday
        ("DE", "2038-04-26"),  # the latest there is
        ("GB", "1954-04-19"),  # the church's moon is a day early
        ("GB", "1981-04-20"),
        ("FR", "2026-05-14"),  # Ascension
        ("NL", "2026-05-25"),  # Whit Monday
        ("JP", "2026-01-02"),
        ("MX", "2026-02-02"),
        ("RU", "2026-01-08"),
        ("ZZ", "2026-01-01"),
    ],
)
def test_holiday(country: str, day: str) -> None:
    assert is_holiday(country, number(day))


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("US", "2025-11-20"),
        ("US", "2025-05-19"),
        ("US", "2025-04-21"),
        ("DE", "2025-07-04"),
        ("JP", "2025-12-25"),
        ("IL", "2026-01-01"),
        ("ZZ", "2026-12-25"),
    ],
)
def test_working_day(country: str, day: str) -> None:
    assert not is_holiday(country, number(day))


def on_holidays(owner: Persona, other: Persona, key: str) -> int:
    """Return how many of 800 messages come on a holiday of either's country."""
    told = lay_out(
        talk(800, topic=3, key=key),
        people={other.id: other},
        owner=owner,
        start=from_iso("2023-01-01T00:00:00Z"),
        end=from_iso("2026-01-01T00:00:00Z"),
        count=800,
        rng_key=key,
    )
    moments = [moment for moment, _ in told]
    return sum([is_off(owner, each) or is_off(other, each) for each in moments])


def is_off(person: Persona, moment: int) -> bool:
    day = local_time(moment, person.time_zone).date()
    return is_holiday(person.country_code, (day - FIRST).days)


@pytest.mark.parametrize(
    "owner",
    [
        replace(ME, country_code="US", time_zone="America/New_York"),
        replace(ME, country_code="DE", time_zone="Europe/Berlin"),
        # Seven working days in a row.
        replace(ME, country_code="RU", time_zone="Europe/Moscow"),
    ],
    ids=lambda owner: owner.country_code,
)
def test_colleagues_do_not_write_on_holidays(owner: Persona) -> None:
    there = {"country_code": owner.country_code, "time_zone": owner.time_zone}
    colleague = replace(friend(), relationship="colleague", **there)
    close = replace(friend(), relationship="friend", **there)
    keys = [str(key) for key in range(4)]
    assert sum([on_holidays(owner, colleague, key) for key in keys]) == 0
    assert sum([on_holidays(owner, close, key) for key in keys]) > 10


def test_colleagues_elsewhere_do_not_write_on_theirs() -> None:
    there = {"country_code": "JP", "time_zone": "Asia/Tokyo"}
    owner = replace(ME, country_code="US", time_zone="America/New_York")
    colleague = replace(friend(), relationship="colleague", **there)
    assert sum([on_holidays(owner, colleague, str(key)) for key in range(4)]) == 0


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-04-18T10:00", "2025-04-22T10:00"),  # Good Friday, until Easter is over
        ("2025-04-18T07:05", "2025-04-22T07:05"),
        ("2025-12-25T15:00", "2025-12-29T15:00"),
        ("2025-10-03T09:00", "2025-10-06T09:00"),
        ("2025-10-02T09:00", "2025-10-02T09:00"),
        ("2025-10-04T09:00", "2025-10-04T09:00"),  # a Saturday stays
    ],
)
def test_work_goes_on_at_about_the_same_hour(start: str, end: str) -> None:
    owner = replace(ME, country_code="DE", time_zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    moment = from_datetime(datetime.fromisoformat(start).replace(tzinfo=berlin))
    days_off = DaysOff(owner, (), "work")
    there = days_off.after_holidays(moment / 1e9, rhythm(("Europe/Berlin",), "work"))
    found = local_time(int(there * 1e9), "Europe/Berlin")
    assert abs(found - datetime.fromisoformat(end)) < timedelta(hours=1)


def test_colleagues_far_apart_do_not_answer_on_holidays() -> None:
    west = {"country_code": "US", "time_zone": "America/Los_Angeles"}
    east = {"country_code": "GB", "time_zone": "Europe/London"}
    owner = replace(ME, **west)
    colleague = replace(friend("hours"), relationship="colleague", **east)
    assert sum([on_holidays(owner, colleague, str(key)) for key in range(6)]) == 0
