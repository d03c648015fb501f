"""Read what is known of a database beside it: its truth, and names of addresses."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.preview.page import Notes


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
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
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
    people = told.get("personas", [])
    return {
        address: str(person["name"])
        for person in people
        if isinstance(person, dict) and "name" in person
        for address in (
            person.get("identifier"),
            *person.get("other_identifiers", ()),
        )
        if isinstance(address, str)
    }


def _cases(told: dict[str, Any]) -> list[dict[str, Any]]:
    cases = told.get("cases", [])
    return [
        {key: case[key] for key in ("name", "message", "reading")}
        for case in cases
        if isinstance(case, dict) and {"name", "message", "reading"} <= case.keys()
    ]
