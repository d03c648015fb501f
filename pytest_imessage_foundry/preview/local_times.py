"""Local times of a zone, fast: a page shows three for each message."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from pytest_imessage_foundry.preview.phone import moment

_HOUR = 3600 * 10**9
_SECOND = 10**9
# What a stamp ends with, for each second of an hour.
_WITHIN = [f":{minute:02}:{second:02}" for minute in range(60) for second in range(60)]


class LocalTimes:
    """Dates of a database in one time zone, UTC by default."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone or UTC
        self._hours: dict[int, str] = {}

    def at(self, date: int) -> datetime:
        """Return a date (nanoseconds since 2001) as a local time."""
        return moment(date).astimezone(self._zone)

    def stamp(self, date: int) -> str:
        """Return a date as YYYY-MM-DDTHH:MM:SS in local time, '' for 0."""
        if not date:
            return ""
        hour, rest = divmod(date, _HOUR)
        known = self._hours.get(hour)
        if known is None:
            known = self._hours[hour] = self._hour(hour)
        if not known:
            return f"{self.at(date):%Y-%m-%dT%H:%M:%S}"
        return known + _WITHIN[rest // _SECOND]

    def _hour(self, hour: int) -> str:
        """Return what all stamps of an hour begin with, '' if it is no whole hour in
        this zone."""
        begin = self.at(hour * _HOUR)
        end = self.at(hour * _HOUR + _HOUR - _SECOND)
        is_whole = begin.minute == begin.second == 0 and begin.hour == end.hour
        return f"{begin:%Y-%m-%dT%H}" if is_whole else ""

    def name(self, date: int) -> str:
        """Return the zone's name: the IANA name, or what is in use at `date`."""
        key = getattr(self._zone, "key", None)
        return key or self.at(date).tzname() or "UTC"
