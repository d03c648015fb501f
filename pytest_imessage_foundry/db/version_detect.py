"""Detect the macOS release of this machine or of a file."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import FoundryError, UnknownReleaseError

if TYPE_CHECKING:
    from pathlib import Path

# Where there is no macOS to ask: the newest release that was read whole from a file.
FALLBACK = "tahoe"


@dataclass(frozen=True, slots=True)
class DetectedRelease:
    """A release and, where it is a guess, why."""

    release: str
    notice: str | None = None


def detect(version: str | None = None) -> DetectedRelease:
    """Return the release of the running macOS; never raises.

    A macOS newer than every known one gets the newest release whose indexes and
    triggers are known, one older than Sonoma the oldest, each with a notice.

    Args:
        version: a macOS version such as '15.6.1'; by default the machine's own.
    """
    number = platform.mac_ver()[0] if version is None else version
    if not number:
        return DetectedRelease(FALLBACK, f"this is no Mac, so {FALLBACK} was assumed")
    try:
        return DetectedRelease(schema.resolve(number))
    except UnknownReleaseError:
        return _guess(number)


def detect_file(path: Path) -> DetectedRelease:
    """Return the release that a chat.db is nearest to, and how far it is from it.

    Raises:
        FoundryError: the file cannot be read, or is none of Messages.
    """
    from pytest_imessage_foundry.db.schema import introspect
    from pytest_imessage_foundry.reading import open_readonly

    with open_readonly.opened(path) as source, source.connect() as connection:
        actual = introspect.read(connection)
    if "message" not in actual.tables:
        raise FoundryError(
            f"this is no database of Messages: it has no table message\n"
            f"looked at {path}\nname a chat.db or an sms.db"
        )
    if introspect.is_older(actual):
        oldest = schema.RELEASES[0]
        return DetectedRelease(
            oldest, f"the file is {introspect.OLDER}; {oldest} is the oldest known"
        )
    nearest, left = introspect.closest(actual)
    return DetectedRelease(
        nearest.name,
        f"{nearest.layout} layout, {len(left)} differences" if left else None,
    )


def _guess(number: str) -> DetectedRelease:
    major = number.partition(".")[0]
    if not major.isdigit():
        return DetectedRelease(
            FALLBACK,
            f"macOS {number!r} is no version number, so {FALLBACK} was assumed",
        )
    # Apple went from 15 to 26; 16 to 25 can only be a Tahoe that a process built
    # against an old SDK sees as 16 (platform.mac_ver then reports "16.0").
    if 16 <= int(major) <= 25:
        return DetectedRelease("tahoe", f"macOS {number} is how old SDKs name macOS 26")
    if int(major) < 14:
        oldest = schema.ALL[0]
        return DetectedRelease(
            oldest, f"macOS {number} is older than macOS 14, so {oldest} was taken"
        )
    nearest = schema.ALL[-1]
    return DetectedRelease(
        nearest, f"macOS {number} is not known, the nearest release is {nearest}"
    )
