"""Read property lists: message_summary_info, user_info and payload_data.

The first two are plain binary plists, the third is a keyed archive of an app's message.
Damaged and hostile data count as empty.
"""

from __future__ import annotations

import base64
import binascii
import json
import plistlib
import struct
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pytest_imessage_foundry.preview.binary_plists import (
    BinaryPlist,
    NamedReferences,
    References,
)

if TYPE_CHECKING:
    from collections.abc import Container

_DAMAGE = (
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    RecursionError,
    MemoryError,
    AttributeError,
    struct.error,
)
_SHORT = 200  # bytes; longer ones are seldom the same
_DEEPEST = 30
_MOST_VALUES = 100_000


def property_list(data: bytes) -> dict[str, Any] | None:
    """Return the dictionary in a binary property list, None for anything else.

    Nobody may change it: short lists are often the same, and read once.
    """
    if not data.startswith(b"bplist00"):
        return None
    return _short_list(data) if len(data) < _SHORT else _property_list(data)


def _property_list(data: bytes) -> dict[str, Any] | None:
    try:
        found = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    except _DAMAGE:
        return None
    return found if isinstance(found, dict) else None


@lru_cache(maxsize=1024)
def _short_list(data: bytes) -> dict[str, Any] | None:
    return _property_list(data)


def keyed_archive(
    data: bytes, wanted: Container[str] | None = None
) -> dict[str, Any] | None:
    """Return the root of an NSKeyedArchiver archive as plain values, or None.

    Of dictionaries only the `wanted` keys are read, if they are given.
    """
    try:
        root = _Unarchiver(BinaryPlist(data), wanted).root()
    except _DAMAGE:
        return None
    return root if isinstance(root, dict) else None


class _Unarchiver:
    """A decoder of UIDs, which reads each object once, however often it is used."""

    def __init__(self, plist: BinaryPlist, wanted: Container[str] | None) -> None:
        self._plist, self._wanted = plist, wanted
        top = plist.object(plist.top)
        if not isinstance(top, NamedReferences):
            raise ValueError("the outermost object is no dictionary")
        self._top = plist.object(top["$top"])
        objects = plist.object(top["$objects"])
        if not isinstance(objects, References):
            raise ValueError("the objects are no array")
        self._objects = objects
        self._done: dict[int, Any] = {}
        self._seen = 0

    def root(self) -> Any:
        """Return the value of the root."""
        if not isinstance(self._top, NamedReferences):
            return None
        return self.value(self._top["root"], 0)

    def value(self, number: int, depth: int) -> Any:
        """Return the value of an object of the property list."""
        self._seen += 1
        if self._seen > _MOST_VALUES:
            # Arrays that contain one another repeatedly grow exponentially.
            raise ValueError("the archive holds too many values")
        if depth > _DEEPEST:
            return None
        found = self._plist.object(number)
        if isinstance(found, plistlib.UID):
            return self._archived(found.data, depth)
        if isinstance(found, NamedReferences):
            return self._dictionary(found, depth)
        if isinstance(found, References):
            return [self.value(each, depth + 1) for each in found]
        return found

    def _archived(self, number: int, depth: int) -> Any:
        if number == 0 or number >= len(self._objects):
            return None
        if number not in self._done:
            self._done[number] = None
            self._done[number] = self.value(self._objects[number], depth + 1)
        return self._done[number]

    def _dictionary(self, named: NamedReferences, depth: int) -> Any:
        if "NS.relative" in named:
            base, relative = (
                self.value(named[name], depth + 1) if name in named else None
                for name in ("NS.base", "NS.relative")
            )
            return (base or "") + (relative or "")
        for name in ("NS.string", "NS.data", "NS.uuidbytes", "NS.time"):
            if name in named:
                return self.value(named[name], depth + 1)
        if "NS.objects" in named:
            items = self.value(named["NS.objects"], depth)
            if "NS.keys" not in named or not isinstance(items, list):
                return items
            keys = self.value(named["NS.keys"], depth)
            return {str(key): item for key, item in zip(keys, items, strict=False)}
        return {
            name: self.value(number, depth + 1)
            for name, number in named.items()
            if name != "$class" and (self._wanted is None or name in self._wanted)
        }


def text(found: Any, *path: str) -> str:
    """Return the text at a path of nested dictionaries, '' where there is none."""
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def integers(found: Any) -> tuple[int, ...]:
    """Return the integers in a list, without its other items."""
    if not isinstance(found, list):
        return ()
    return tuple(item for item in found if isinstance(item, int))


def seconds(found: Any) -> int:
    """Return seconds since 2001, or a plist date, in nanoseconds since 2001."""
    if isinstance(found, datetime):
        found = (found - datetime(2001, 1, 1)).total_seconds()
    if isinstance(found, int | float) and abs(found) < 9e9:
        return int(found * 10**9)
    return 0


def json_of(url: str) -> dict[str, Any] | None:
    """Return the JSON object in a poll's ``data:,<base64>`` URL."""
    if not url.startswith("data:"):
        return None
    coded = unquote(url.partition(",")[2].partition("?")[0])
    coded = coded.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        raw = base64.b64decode(coded + "=" * (-len(coded) % 4))
        item = json.loads(raw).get("item")
    except (*_DAMAGE, binascii.Error):
        return None
    return item if isinstance(item, dict) else None
