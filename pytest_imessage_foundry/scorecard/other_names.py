"""The fields of a reading by the names that other readers and columns give them.

They are hints for people and decide nothing: a `body` is not compared with the text.
The table stands in `other_names.json`.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Collection


def likely(key: str, known: Collection[str]) -> list[str]:
    """Return the known fields that an unknown one may stand for."""
    return called(key, known) or nearest(_plain(key), known)


def called(key: str, known: Collection[str]) -> list[str]:
    """Return the known fields that others call so."""
    return [name for name in _table().get(_plain(key), ()) if name in known]


def _plain(key: str) -> str:
    """Return a name as ours are written: `isFromMe` is `is_from_me`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()


@cache
def _table() -> dict[str, list[str]]:
    """Return our names by each of the other ones."""
    text = files(__package__).joinpath("other_names.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for ours, theirs in json.loads(text).items():
        for each in theirs.split():
            found.setdefault(each, []).append(ours)
    return found
