"""Property lists: they parse, and keyed archives name only what they hold."""

from __future__ import annotations

import plistlib
import sqlite3
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError

from pytest_imessage_foundry.db.checks.archive_forms import ArchiveForm
from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown

_MAGIC = b"bplist00"
_ARCHIVER = "NSKeyedArchiver"
_COLUMNS = (
    ("chat", "properties"),
    ("attachment", "user_info"),
    ("attachment", "sticker_user_info"),
    ("attachment", "attribution_info"),
)
# The payload of these is a protobuf (§10).
_PROTOBUF = (
    "com.apple.Handwriting.HandwritingProvider",
    "com.apple.DigitalTouchBalloonProvider",
)
# Of these it is a keyed archive.
_ARCHIVES = (
    "com.apple.messages.URLBalloonProvider",
    "com.apple.messages.MSMessageExtensionBalloonPlugin:",
)
_REMEMBERED = 4096
_MOST_FORMS = 32  # each is tried in turn
_MOST_VALUES = 1_000_000


def loads(data: object) -> Any:
    """Return the content of a binary property list.

    Raises:
        ValueError: it is none, or it is damaged.
    """
    if not isinstance(data, bytes) or not data.startswith(_MAGIC):
        raise ValueError("it is no binary property list")
    try:
        return plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    # plistlib lets through what damaged offsets and sizes make Python raise.
    except (
        ArithmeticError,
        ExpatError,
        LookupError,
        MemoryError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise ValueError(f"it does not parse ({type(error).__name__})") from None


def archive_fault(content: object) -> str:
    """Return what is wrong with a keyed archive; empty if nothing is."""
    if not isinstance(content, dict) or content.get("$archiver") != _ARCHIVER:
        return "it is no keyed archive"
    objects, top = content.get("$objects"), content.get("$top")
    if not isinstance(objects, list) or not objects or objects[0] != "$null":
        return "its $objects do not begin with $null"
    if not isinstance(top, dict) or not any(
        isinstance(each, plistlib.UID) for each in top.values()
    ):
        return "its $top names no object"
    try:
        below = [_held(each) for each in objects]
        named = (*_held(top), *(number for each in below for number in each))
    except _Endless:
        return "it is nested without end"
    highest = max(named, default=0)
    if highest >= len(objects):
        return f"UID {highest} is past its {len(objects)} objects"
    return _class_fault(objects) or _loop_fault(below)


class _Endless(Exception):
    """A list or a dictionary that is in itself."""


def _held(value: Any) -> list[int]:
    """Return the numbers of the objects that one object names."""
    found: list[int] = []
    if isinstance(value, str):
        return found
    waiting = [value]
    for each in waiting:
        if isinstance(each, plistlib.UID):
            found.append(each.data)
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        if len(waiting) > _MOST_VALUES:
            raise _Endless
    return found


def _class_fault(objects: list[Any]) -> str:
    for number, value in enumerate(objects):
        if not isinstance(value, dict) or "$class" not in value:
            continue
        uid = value["$class"]
        named = objects[uid.data] if isinstance(uid, plistlib.UID) else None
        if not isinstance(named, dict) or "$classname" not in named:
            return f"object {number} has no class"
    return ""


def _loop_fault(below: list[list[int]]) -> str:
    """Return whether an object holds itself: readers would walk it without end."""
    if not any(
        number <= at and below[number]
        for at, numbers in enumerate(below)
        for number in numbers
    ):
        return ""  # each holds later ones, and of the earlier those that hold nothing
    done: set[int] = set()
    for start in range(len(below)):
        path: dict[int, Iterator[int]] = {}
        if start not in done:
            path[start] = iter(below[start])
        while path:
            number = next(reversed(path))
            following = next(path[number], None)
            if following is None:
                del path[number]
                done.add(number)
            elif following in path:
                return f"object {following} holds itself"
            elif following not in done:
                path[following] = iter(below[following])
    return ""


class Archives:
    """Keyed archives of many rows, most of which are of a few forms."""

    def __init__(self) -> None:
        self._forms: list[ArchiveForm] = []

    def fault(self, data: object) -> str:
        """Return what is wrong with the archive in `data`; empty if nothing is."""
        if isinstance(data, bytes) and any(form.fits(data) for form in self._forms):
            return ""
        try:
            reason = archive_fault(loads(data))
        except ValueError as error:
            return str(error)
        if not reason and len(self._forms) < _MOST_FORMS:
            assert isinstance(data, bytes), "what loads is bytes"
            form = ArchiveForm.of(data)
            self._forms.extend([form] if form else [])
        return reason


class Summaries:
    """message_summary_info of many rows, most of which hold the same bytes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.fine: set[object] = {None}

    def look(self, rowid: int, data: object) -> None:
        if data in self.fine:
            return
        try:
            content = loads(data)
        except ValueError as error:
            reason = f"message_summary_info: {error}"
        else:
            if isinstance(content, dict):
                if isinstance(data, bytes) and len(self.fine) < _REMEMBERED:
                    self.fine.add(data)
                return
            reason = "message_summary_info: it is no dictionary"
        self._ledger.find("plists", "message", rowid, reason)


def columns_of_plists(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns
) -> None:
    """chat.properties and the info columns of attachments."""
    for table, column in _COLUMNS:
        if not columns.has(table, column):
            continue
        query = f"SELECT ROWID, {column} FROM {table} WHERE {column} IS NOT NULL"
        for rowid, data in connection.execute(query):
            ledger.look("plists", 1)
            try:
                content = loads(data)
            except ValueError as error:
                ledger.find("plists", table, rowid, f"{column}: {error}")
                continue
            if not isinstance(content, dict):
                reason = f"{column}: it is no dictionary"
                ledger.find("plists", table, rowid, reason)


def payloads(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """payload_data: a keyed archive, but for the apps that send a protobuf."""
    if not columns.has("message", "payload_data"):
        return
    bundle = columns.pick("message", "balloon_bundle_id")
    query = (
        f"SELECT ROWID, {bundle}, payload_data FROM message "
        f"WHERE {columns.groups.among('app')}"
    )
    archives = Archives()
    for rowid, bundle, data in connection.execute(query):
        ledger.look("app-messages", 1)
        is_archive = bundle not in _PROTOBUF
        reason = archives.fault(data) if is_archive else _protobuf_fault(data)
        if reason:
            where = f"payload_data of {shown(bundle)}: {reason}"
            severity: Severity = "error" if _is_known(bundle) else "unusual"
            ledger.find("app-messages", "message", rowid, where, severity)


def _is_known(bundle: object) -> bool:
    """Whether the form of the payload is known; some apps have one of their own."""
    return bundle in _PROTOBUF or str(bundle).startswith(_ARCHIVES)


def _protobuf_fault(data: object) -> str:
    if isinstance(data, bytes) and data:
        return "" if protobuf_ends(data) else "it is no whole protobuf"
    return "it is empty"


def protobuf_ends(data: bytes) -> bool:
    """Return whether the fields of a protobuf message fill `data` exactly."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if tag >> 3 == 0 or at > len(data):
            return False
        if kind == 0:
            _, at = _varint(data, at)
        elif kind == 1:
            at += 8
        elif kind == 2:
            size, at = _varint(data, at)
            at += size
        elif kind == 5:
            at += 4
        else:
            return False
    return at == len(data)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    return 0, len(data) + 1
