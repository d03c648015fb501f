"""Countries, locales and time zones."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pytest_imessage_foundry.personas import builtin

_LOCALE = re.compile(r"([a-z]{2,3})_([A-Z]{2})")


class Region(NamedTuple):
    """A locale and a time zone."""

    locale: str = "en_US"
    time_zone: str = "America/New_York"


def usual(country: str) -> Region:
    """Return the usual locale and time zone of a country.

    They are those of a built-in persona from there, else American.
    """
    for each in builtin.load():
        if each.country_code == country:
            return Region(each.locale, each.time_zone)
    return Region()


@cache
def countries() -> frozenset[str]:
    """Return the ISO codes of the countries that have telephones."""
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@cache
def time_zones() -> frozenset[str]:
    """Return the IANA names of time zones, the same on every machine.

    `zoneinfo.available_timezones` walks the system's folders, which differ, and
    takes most of a second.
    """
    from importlib.resources import files

    names = files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return frozenset(names.split())


def is_locale(text: str) -> bool:
    """Return whether a text is a language and a country, as in `de_AT`."""
    parts = _LOCALE.fullmatch(text)
    return bool(parts and parts[1] in _languages() and parts[2] in countries())


@cache
def _languages() -> frozenset[str]:
    from locale import locale_alias

    return frozenset(name.partition("_")[0] for name in locale_alias)
