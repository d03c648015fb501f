"""Read what is known of a database beside it: its truth, and names of addresses."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from pytest_imessage_foundry import whole_file
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.preview.page import Notes

MAX_BYTES = 4 << 30  # the truth of a million messages has some hundred million bytes


def notes(truth: Path | None, names: Path | None, zone: str | None) -> Notes:
    """Return what a truth file, a file of names and the name of a time zone say.

    Raises:
        FoundryError: a file cannot be read or is something else, or there is no such
            zone.
    """
    told = _object(truth, "the truth of a database") if truth else {}
    named = _object(names, "an object of addresses and names") if names else {}
    owner = told.get("owner")
    home = owner.get("time_zone", "America/New_York") if isinstance(owner, dict) else ""
    home = home if isinstance(home, str) else ""
    return Notes(
        names=_names(told) | {str(key): str(value) for key, value in named.items()},
        cases=_cases(told),
        zone=time_zone(zone or home) if zone or home else None,
    )


def time_zone(name: str) -> tzinfo | None:
    """Return the zone called `name`; `local` is this machine's.

    Raises:
        FoundryError: there is none of that name.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name.lower() == "local":
        return datetime.now().astimezone().tzinfo
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FoundryError(
            f"there is no time zone {name!r}\n"
            "looked in this machine's zones and in the package tzdata\n"
            "give an IANA name such as Europe/Berlin, or local"
        ) from None


def _object(path: Path, what: str) -> dict[str, Any]:
    try:
        found = json.loads(whole_file.read(path, MAX_BYTES).decode())
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FoundryError(
            f"the file could not be read: {reason}\nlooked at {path}\n"
            f"give a JSON file that holds {what}"
        ) from None
    if not isinstance(found, dict):
        raise FoundryError(
            f"this is no JSON object\nlooked at {path}\ngive a file that holds {what}"
        )
    return found


def _names(told: dict[str, Any]) -> dict[str, str]:
    return {
        address: str(person["name"])
        for person in _objects(told, "personas")
        if "name" in person
        for address in (
            person.get("identifier"),
            *_listed(person, "other_identifiers"),
        )
        if isinstance(address, str)
    }


def _cases(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {key: case[key] for key in ("name", "message", "reading")}
        for case in _objects(told, "cases")
        if {"name", "message", "reading"} <= case.keys()
    ]


def _objects(told: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [each for each in _listed(told, key) if isinstance(each, dict)]


def _listed(told: dict[str, Any], key: str) -> list[Any]:
    """Return a list of a file that anybody may have written; none is an empty one."""
    found = told.get(key)
    return found if isinstance(found, list) else []
