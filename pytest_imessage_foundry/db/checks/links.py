"""Messages that point at messages: reactions, votes, stickers, inline replies."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from pytest_imessage_foundry.db.checks.body_checks import parts_of
from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.checks.plists import loads
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown
from pytest_imessage_foundry.reading.attributed_strings import utf16_units
from pytest_imessage_foundry.reading.body_reader import BodyReader
from pytest_imessage_foundry.reading.typedstreams import Damaged

_UUID = r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}"
_POINTING = re.compile(rf"(?:p:(\d{{1,9}})/|(bp:))?{_UUID}\Z")
_THREAD_PART = re.compile(r"(\d{1,20}):(\d{1,9}):(\d{1,9})\Z")
_GUID = re.compile(rf"{_UUID}\Z")
_BALLOON_PART = 2**64 - 1  # -1, of an app's balloon (§7)
_UPDATED, _POLL_ROOT, _VOTES = 2, 3, (4000, 4001)
_STICKER = 1000
_TAPBACKS = (*range(2000, 2008), *range(3000, 3008))
_EMOJI = (2006, 3006)
_TARGET = ("ROWID", "text", "attributedBody", "balloon_bundle_id", "date_edited")
_HISTORY = ("message_summary_info", "is_empty", "item_type")
Faults = Iterator[tuple[str, Severity]]


class Target:
    """The message that a row points at, as far as it can be read."""

    def __init__(self, reader: BodyReader, values: tuple[Any, ...]) -> None:
        self.rowid, text, body, bundle, edited, summary, is_empty, item = values
        self.is_event = bool(item)
        self.is_app = bundle is not None
        self.is_edited = bool(edited) or bool(is_empty)
        self.parts: set[int] | None = None
        self.units: int | None = None
        if isinstance(body, bytes):
            try:
                found = reader.read(body)
            except Damaged:
                return  # told by the check of bodies
            self.parts = set(parts_of(found))
            self.units = found.units
        elif isinstance(text, str):
            self.parts = {0}
            self.units = utf16_units(text.encode("utf-8", "surrogatepass"))
        if self.is_edited:
            self._add_original(summary)

    def _add_original(self, summary: Any) -> None:
        """Parts that were unsent could be pointed at when they were there."""
        try:
            original = loads(summary).get("otr", {})
            self.parts = {int(part) for part in original} | (self.parts or set())
        except (ValueError, AttributeError, TypeError):
            self.parts = None

    def lacks(self, part: int) -> bool:
        return self.parts is not None and part not in self.parts

    def ends_before(self, location: int, length: int) -> bool:
        """Whether a range goes beyond the body, unless that has changed since."""
        units = self.units
        return units is not None and not self.is_edited and location + length > units


def associations(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns
) -> None:
    """Tapbacks, stickers, votes: form, target, part and range (§6, §10)."""
    if not columns.has("message", "guid", "associated_message_guid") or not columns.has(
        "message", "associated_message_type"
    ):
        return
    reader = BodyReader()
    own = columns.pick(
        "message",
        "guid",
        "associated_message_guid",
        "associated_message_type",
        "associated_message_range_location",
        "associated_message_range_length",
        "associated_message_emoji",
        alias="m",
    )
    target = columns.pick("message", *_TARGET, *_HISTORY, alias="t")
    target = target.replace("NULL", "t.ROWID", 1)
    query = (
        f"SELECT m.ROWID, {own}, {target} FROM message m LEFT JOIN message t ON t.guid"
        " = CASE WHEN m.associated_message_guid GLOB 'p:*/*' THEN substr("
        "m.associated_message_guid, instr(m.associated_message_guid, '/') + 1) "
        "WHEN m.associated_message_guid GLOB 'bp:*' THEN "
        "substr(m.associated_message_guid, 4) ELSE m.associated_message_guid END "
        f"WHERE {columns.groups.among('pointing', 'm.ROWID')}"
    )
    has_emoji = columns.has("message", "associated_message_emoji")
    for row in connection.execute(query):
        ledger.look("associations", 1)
        rowid, guid, pointer, kind, location, length, emoji = row[:7]
        found = Target(reader, row[7:])
        faults = _association_faults(
            guid, pointer, kind, location, length, emoji, found, has_emoji
        )
        for reason, severity in faults:
            ledger.find("associations", "message", rowid, reason, severity)


def _association_faults(
    guid: Any,
    pointer: Any,
    kind: Any,
    location: Any,
    length: Any,
    emoji: Any,
    target: Target,
    has_emoji: bool,
) -> Faults:
    if kind in (0, None) or pointer is None:
        missing = "it names no message" if pointer is None else "its type is none"
        # Apps' own updates (2, 3) have been seen without one.
        severity: Severity = "error" if kind in _TAPBACKS else "unusual"
        yield f"{missing} (type {shown(kind)}, guid {shown(pointer)})", severity
        return
    match = _POINTING.match(pointer) if isinstance(pointer, str) else None
    if match is None:
        yield f"associated_message_guid {shown(pointer)} has an unknown form", "error"
        return
    if pointer[-36:] == guid and kind != _POLL_ROOT:
        yield "it points at itself", "error"
    yield from _form_faults(guid, pointer, kind, location, length, match)
    if has_emoji and kind in _EMOJI and not emoji:
        yield f"associated_message_emoji {shown(emoji)} with type {kind}", "error"
    elif has_emoji and emoji and kind not in _EMOJI:
        reason = f"associated_message_emoji {shown(emoji)} with type {shown(kind)}"
        yield reason, "unusual"
    yield from _target_faults(match, pointer, kind, location, length, target)


def _form_faults(
    guid: Any,
    pointer: str,
    kind: Any,
    location: Any,
    length: Any,
    match: re.Match[str],
) -> Faults:
    is_bare = match[1] is None and match[2] is None
    if kind in (_UPDATED, _POLL_ROOT, *_VOTES):
        if not is_bare:
            yield f"type {kind} points with {pointer}, not with a bare guid", "unusual"
        if kind == _POLL_ROOT and pointer != guid:
            yield f"type 3 points at {pointer}, not at itself", "unusual"
    elif kind in _TAPBACKS or kind == _STICKER:
        if is_bare:
            yield f"type {kind} points with a bare guid {pointer}", "unusual"
        is_range = isinstance(location, int) and isinstance(length, int)
        if not is_range or location < 0 or length < 1:
            yield f"its range is {shown(location)}, {shown(length)}", "unusual"
    else:
        yield f"associated_message_type {shown(kind)} is unknown", "unusual"


def _target_faults(
    match: re.Match[str],
    pointer: str,
    kind: Any,
    location: Any,
    length: Any,
    target: Target,
) -> Faults:
    if target.rowid is None:
        yield f"{pointer} is of no message here", "note"
        return
    if target.is_event:
        yield f"message {target.rowid}, at which it points, is an event", "error"
        return
    if match[2] and not target.is_app:
        yield f"{pointer} points at a balloon, message {target.rowid} has none", "error"
    if match[1] and target.lacks(int(match[1])):
        yield f"message {target.rowid} has no part {match[1]}", "error"
    if (
        (kind in _TAPBACKS or kind == _STICKER)
        and isinstance(location, int)
        and isinstance(length, int)
        and target.ends_before(location, length)
    ):
        reason = (
            f"its range {location}, {length} goes beyond the {target.units} UTF-16 "
            f"units of message {target.rowid}"
        )
        yield reason, "error"


def threads(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Inline replies name the first message of their thread and a part of it (§7)."""
    names = ("thread_originator_guid", "thread_originator_part")
    if not columns.has("message", "guid", *names):
        return
    reader = BodyReader()
    target = columns.pick("message", *_TARGET, *_HISTORY, alias="t")
    target = target.replace("NULL", "t.ROWID", 1)
    query = (
        f"SELECT m.ROWID, m.{names[0]}, m.{names[1]}, t.{names[0]}, {target} "
        f"FROM message m LEFT JOIN message t ON t.guid = m.{names[0]} "
        f"WHERE {columns.groups.among('replying', 'm.ROWID')}"
    )
    for rowid, guid, part, above, *values in connection.execute(query):
        ledger.look("threads", 1)
        found = Target(reader, tuple(values))
        for reason, severity in _thread_faults(rowid, guid, part, above, found):
            ledger.find("threads", "message", rowid, reason, severity)


def _thread_faults(
    rowid: int, guid: Any, part: Any, above: Any, target: Target
) -> Faults:
    if not isinstance(guid, str) or not _GUID.match(guid):
        yield f"thread_originator_guid {shown(guid)} is no upper-case UUID", "error"
        return
    match = _THREAD_PART.match(part) if isinstance(part, str) else None
    if match is None:
        reason = f"thread_originator_part {shown(part)} is not part:location:length"
        yield reason, "unusual" if part is None else "error"
        return
    if target.rowid is None:
        yield f"thread_originator_guid {guid} is of no message here", "note"
        return
    if above is not None:
        reason = f"message {target.rowid}, where its thread begins, is itself a reply"
        yield reason, "unusual"
    if target.rowid == rowid:
        yield "it replies to itself", "error"
    if target.is_event:
        yield f"message {target.rowid}, to which it replies, is an event", "error"
        return
    number, location, length = map(int, match.groups())
    if number == _BALLOON_PART:
        if not target.is_app:
            yield f"message {target.rowid} has no balloon (part -1)", "error"
    elif target.lacks(number):
        yield f"message {target.rowid} has no part {number}", "error"
    elif target.ends_before(location, length):
        yield f"{part} goes beyond the {target.units} UTF-16 units of its part", "error"
