"""The iPhone that is said to have been backed up.

Version numbers follow the macOS release, as the two systems come out together. All
that would name one phone is invented, in ranges that Apple does not use: builds
with the letter Z, a product "iPhone99,1", a UDID whose first half is no chip's, a
serial number that says so. Nothing can be looked up by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models.guids import random_guid

if TYPE_CHECKING:
    from pytest_imessage_foundry.order import Buildable

PRODUCT = "iPhone99,1"
NEWEST = "26.0"
_HEX = "0123456789ABCDEF"
_LETTERS = "ACDEFGHJKLMNPQRTUVWXY3456789"


@dataclass(frozen=True, kw_only=True)
class Device:
    """What the property lists of a backup say of a phone.

    `taken_at` is when the backup was made, ISO 8601.
    """

    name: str
    number: str | None
    version: str
    build: str
    udid: str
    serial: str
    guid: str
    backup_uuid: str
    taken_at: str

    @property
    def taken_at_utc(self) -> datetime:
        """As plistlib wants it: UTC, without saying so."""
        moment = datetime.fromisoformat(self.taken_at)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
        return moment.replace(tzinfo=None)

    @property
    def taken_at_unix(self) -> int:
        return int(self.taken_at_utc.replace(tzinfo=UTC).timestamp())

    @classmethod
    def of(cls, order: Buildable) -> Device:
        """Return the phone of an order's owner."""
        owner, spec = order.scenario.owner, order.spec
        draw = Random(f"{spec.seed}:device")
        version = ios_version(order.schema.macos)
        major = int(version.partition(".")[0])
        is_number = owner.identifier.startswith("+")
        return cls(
            name=f"{owner.name.partition(' ')[0]}'s iPhone",
            number=owner.identifier if is_number else None,
            version=version,
            # iOS 17 to 18 are 21 and 22, iOS 26 is 23: Apple's count of systems.
            build=f"{major + 4 if major < 26 else major - 3}Z999",
            udid="00009999-" + "".join(draw.choices(_HEX, k=16)),
            serial="FAKE" + "".join(draw.choices(_LETTERS, k=8)),
            guid="".join(draw.choices(_HEX, k=32)),
            backup_uuid=random_guid(draw),
            taken_at=spec.now,
        )


def ios_version(macos: str) -> str:
    """Return the iOS that came out with a macOS, such as "18.2" with "15.2, 15.3"."""
    found = re.search(r"(\d+)((?:\.\d+)+)", macos)
    if found is None:  # a schema of the user's own, which says what it likes
        return NEWEST
    major = int(found[1])
    return f"{major if major >= 26 else major + 3}{found[2]}"
