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
from typing import Any
from urllib.parse import unquote

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


def keyed_archive(data: bytes) -> dict[str, Any] | None:
    """Return the root of an NSKeyedArchiver archive as plain values, or None."""
    archive = property_list(data)
    if archive is None:
        return None
    objects, top = archive.get("$objects"), archive.get("$top")
    if not isinstance(objects, list) or not isinstance(top, dict):
        return None
    try:
        root = _Unarchiver(objects).value(top.get("root"), 0)
    except _DAMAGE:
        return None
    return root if isinstance(root, dict) else None


class _Unarchiver:
    """A decoder of UIDs, which reads each object once, however often it is used."""

    def __init__(self, objects: list[Any]) -> None:
        self._objects = objects
        self._done: dict[int, Any] = {}
        self._seen = 0

    def value(self, value: Any, depth: int) -> Any:
        self._seen += 1
        if self._seen > _MOST_VALUES:
            # Arrays that contain one another repeatedly grow exponentially.
            raise ValueError("the archive holds too many values")
        if depth > _DEEPEST:
            return None
        if isinstance(value, plistlib.UID):
            return self._object(value.data, depth)
        if isinstance(value, dict):
            return self._dictionary(value, depth)
        if isinstance(value, list):
            return [self.value(item, depth + 1) for item in value]
        return value

    def _object(self, number: int, depth: int) -> Any:
        if number == 0 or number >= len(self._objects):
            return None
        if number not in self._done:
            self._done[number] = None
            self._done[number] = self.value(self._objects[number], depth + 1)
        return self._done[number]

    def _dictionary(self, value: dict[str, Any], depth: int) -> Any:
        if "NS.relative" in value:
            base = self.value(value.get("NS.base"), depth + 1)
            relative = self.value(value["NS.relative"], depth + 1)
            return (base or "") + (relative or "")
        for text in ("NS.string", "NS.data", "NS.uuidbytes", "NS.time"):
            if text in value:
                return self.value(value[text], depth + 1)
        items = value.get("NS.objects")
        if isinstance(items, list):
            read = [self.value(item, depth + 1) for item in items]
            keys = value.get("NS.keys")
            if not isinstance(keys, list):
                return read
            names = (self.value(key, depth + 1) for key in keys)
            return {str(name): item for name, item in zip(names, read, strict=False)}
        return {
            str(key): self.value(item, depth + 1)
            for key, item in value.items()
            if key != "$class"
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
