"""MVT's check of an iPhone's file system, where the database is called sms.db."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from ..install import find
from ..lines import Line, person
from ..running import run, scratch_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def readings(db: Path) -> Iterator[Line]:
    quiet = ("--disable-update-check", "--disable-indicator-update-check")
    with scratch_home() as scratch:
        place = scratch / "dump/private/var/mobile/Library/SMS/sms.db"
        place.parent.mkdir(parents=True)
        shutil.copyfile(db, place)
        how = ("check-fs", "--module", "SMS", "--output", scratch / "out")
        run(scratch, find("mvt", "mvt-ios"), *quiet, *how, scratch / "dump")
        told = json.loads((scratch / "out/sms.json").read_text(encoding="utf-8"))
    for row in told:
        yield {
            "kind": "message",
            "guid": row["guid"],
            **person(row["phone_number"], is_me=row["direction"] == "sent"),
            "date": row["isodate"].replace(" ", "T"),
            "date_read": (row["isodate_read"] or "").replace(" ", "T") or None,
            "service": row["service"],
            "text": row["text"],
        }
