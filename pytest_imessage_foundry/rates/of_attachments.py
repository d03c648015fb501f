"""Rates of attachments, and which of their files are not there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_imessage_foundry.rates.counting import Share, Walk, measure, of_rows
from pytest_imessage_foundry.rates.published import Published

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.measures import Measure
    from pytest_imessage_foundry.rates.counting import Held

_OF_6500 = "imessage-chatdb's docs"
# What total_bytes holds before a file has come (SEMANTICS §26.10).
_PLACEHOLDER = 1 << 20
_SHARES = (
    Share(
        "attachments without a path",
        "a.filename IS NULL",
        known=Published(
            f"{_OF_6500}, imessage-exporter #391 #223",
            ((228, 6_500), (402, 13_080), (41, 2_750)),
        ),
    ),
    Share(
        "attachments with a path of another device",
        "a.filename GLOB '/var/*'",
        known=Published(_OF_6500, ((166, 6_500),)),
    ),
    Share(
        "hidden attachments",
        "a.hide_attachment = 1",
        known=Published(_OF_6500, ((20, 6_500),)),
    ),
    Share("attachments that were not loaded (state 0)", "a.transfer_state = 0"),
    Share("attachments of a placeholder's size", f"a.total_bytes = {_PLACEHOLDER}"),
    Share("stickers", "a.is_sticker = 1"),
)
_WALK = Walk("attachment AS a", {"a": "attachment"}, _SHARES)
_MISSING = Published(
    "imessage-exporter #391 #223 #292 #671",
    ((539, 13_080), (43, 2_750), (167, 4_989), (16, 100)),
)
# Where files of messages are below a home or a phone's library.
_STORED = re.compile(r"/Library/(?:Messages|SMS)/(.+)", re.DOTALL)
_FOLDERS = ("Attachments", "StickerCache")


def attachments(held: Held, folder: Path) -> Iterator[Measure]:
    """Yield the rates of attachments of a database that stands in `folder`."""
    yield from measure(held, _WALK)
    counts = None
    if (folder / _FOLDERS[0]).is_dir() and held.has("attachment", "filename"):
        counts = _missing(held, folder)
    yield of_rows("attachments without their file", counts, _MISSING)


def _missing(held: Held, folder: Path) -> tuple[int, int]:
    missing = total = 0
    for (name,) in held.connection.execute("SELECT filename FROM attachment"):
        total += 1
        missing += not _is_there(name, folder)
    return missing, total


def _is_there(name: object, folder: Path) -> bool:
    """Tell whether the file of a row stands below `folder`; no other place is asked."""
    found = _STORED.search(name) if isinstance(name, str) else None
    if found is None or not found[1].startswith(_FOLDERS) or ".." in found[1]:
        return False
    try:
        return os.path.lexists(folder / found[1])
    except ValueError:  # a NUL in the name
        return False
