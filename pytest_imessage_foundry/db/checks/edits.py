"""Edited and unsent messages: what the row says and what its history says (§8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from pytest_imessage_foundry.db.checks import edit_limits
from pytest_imessage_foundry.db.checks.body_checks import parts_of
from pytest_imessage_foundry.db.checks.findings import Ledger
from pytest_imessage_foundry.db.checks.plists import loads
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown
from pytest_imessage_foundry.models.apple_time import SECOND
from pytest_imessage_foundry.reading.attributed_strings import Body
from pytest_imessage_foundry.reading.body_reader import BodyReader
from pytest_imessage_foundry.reading.typedstreams import Damaged

_HALF_A_SECOND = 0.5
Faults = Iterator[str]


def histories(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Every message with an edit date, an empty body or a history."""
    names = ("date", "date_edited", "is_empty", "message_summary_info")
    if not columns.has("message", *names):
        return
    chosen = columns.pick("message", *names, "part_count", "text", "attributedBody")
    among = columns.groups.among("changed")
    query = f"SELECT ROWID, {chosen} FROM message WHERE {among}"
    reader = BodyReader()
    for rowid, *values in connection.execute(query):
        ledger.look("edits", 1)
        date, edited, is_empty, summary, *body = values
        info = _history(summary)
        if info is None:
            reason = "it was edited and has no history (message_summary_info)"
            ledger.find("edits", "message", rowid, reason)
            continue
        for reason in _faults(reader, info, date, edited, is_empty, *body):
            ledger.find("edits", "message", rowid, reason)
        for reason in edit_limits.beyond(info, date, edited):
            ledger.find("edits", "message", rowid, reason, "unusual")


def _history(summary: Any) -> dict[str, Any] | None:
    try:
        info = loads(summary)
    except ValueError:
        return None
    return info if isinstance(info, dict) else None


def _faults(
    reader: BodyReader,
    info: dict[str, Any],
    date: Any,
    edited: Any,
    is_empty: Any,
    part_count: Any,
    text: Any,
    data: Any,
) -> Faults:
    if not edited:
        what = "is empty" if is_empty else "has a history"
        yield f"it {what}, but date_edited is 0"
    body = None
    if isinstance(data, bytes):
        try:
            body = reader.read(data)
        except Damaged:
            return  # told by the check of bodies
    unsent = _numbers(info.get("rp", []))
    original = _original(info)
    if unsent is None or original is None:
        yield "otr or rp of its history has an unknown form"
        return
    if not info.get("ec") and not unsent:
        yield "its history has neither ec (edits) nor rp (unsent parts)"
    yield from _original_faults(original)
    yield from _unsent_faults(original, unsent, body, is_empty, part_count, text)
    yield from _edit_faults(reader, info, original, unsent, body, date, edited)


def _numbers(values: Any) -> set[int] | None:
    if not isinstance(values, list) or not all(isinstance(n, int) for n in values):
        return None
    return set(values)


def _original(info: dict[str, Any]) -> dict[int, tuple[int, int]] | None:
    """`otr` by part number: start and length, or None where it is not that."""
    try:
        ranges = info.get("otr", {}).items()
        found = {int(n): (each["lo"], each["le"]) for n, each in ranges}
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    numbers = [number for each in found.values() for number in each]
    return found if all(isinstance(number, int) for number in numbers) else None


def _original_faults(original: dict[int, tuple[int, int]]) -> Faults:
    """One entry for each part of the first body, end to end."""
    if sorted(original) != list(range(len(original))) or not original:
        yield f"otr names parts {sorted(original)}, not all from 0 on"
        return
    end = 0
    for part in sorted(original):
        start, length = original[part]
        if start != end or length < 0:
            yield f"otr has part {part} at {start}, where {end} is due"
            return
        end = start + length


def _unsent_faults(
    original: dict[int, tuple[int, int]],
    unsent: set[int],
    body: Body | None,
    is_empty: Any,
    part_count: Any,
    text: Any,
) -> Faults:
    if unsent - set(original):
        yield f"rp names parts {sorted(unsent - set(original))} that otr has not"
    left = set(original) - unsent
    if not left and original:
        if body is not None or text is not None:
            yield "every part was unsent, but it has a body"
        if not is_empty:
            yield "every part was unsent, but is_empty is 0"
        if part_count not in (0, None):
            yield f"every part was unsent, but part_count is {shown(part_count)}"
        return
    if is_empty:
        yield "is_empty is 1, but not every part was unsent"
    if body is None:
        return
    here = set(parts_of(body))
    if here & unsent:
        yield f"its body has parts {sorted(here & unsent)} that were unsent"
    if left - here:
        yield f"its body lacks parts {sorted(left - here)}, which were not unsent"
    if here - set(original):
        yield f"its body has parts {sorted(here - set(original))} that otr has not"


def _edit_faults(
    reader: BodyReader,
    info: dict[str, Any],
    original: dict[int, tuple[int, int]],
    unsent: set[int],
    body: Body | None,
    date: Any,
    edited: Any,
) -> Faults:
    edits = info.get("ec") or {}
    if not isinstance(edits, dict):
        yield "ec of its history is no dictionary"
        return
    stated = _numbers(info.get("ep", [])) or set()
    if {str(part) for part in stated} != set(edits):
        yield f"ep names parts {sorted(stated)}, ec {sorted(edits)}"
    for key, versions in edits.items():
        part = int(key) if key.isdecimal() else -1
        if part not in original:
            yield f"ec names part {shown(key)} that otr has not"
            continue
        # Of a part that was edited and then unsent the last version may be gone.
        least = 1 if part in unsent else 2
        fault, texts = _versions(reader, versions, least, date, edited)
        if fault:
            yield f"ec of part {part}: {fault}"
            continue
        if texts and len(texts[0].encode("utf-16-le")) >> 1 != original[part][1]:
            yield f"ec of part {part}: its first text is not as long as in otr"
        if body is not None and part not in unsent:
            now = _text_of(body, part)
            if texts[-1] != now:
                yield f"ec of part {part}: its last text is not that of the body"


def _versions(
    reader: BodyReader, versions: Any, least: int, date: Any, edited: Any
) -> tuple[str, list[str]]:
    """Return what is wrong with the versions of a part, and their texts."""
    if not isinstance(versions, list) or len(versions) < least:
        return f"it has fewer than {least} versions", []
    texts: list[str] = []
    dates: list[float] = []
    for version in versions:
        if not isinstance(version, dict):
            return "a version is no dictionary", []
        when, archive = version.get("d"), version.get("t")
        if not isinstance(when, int | float) or not isinstance(archive, bytes):
            return "a version lacks its date d or its text t", []
        try:
            texts.append(reader.read(archive).text)
        except Damaged as error:
            return f"a version's text: {error}", []
        dates.append(float(when))
    if dates != sorted(dates):
        return "its dates go back", []
    if isinstance(date, int) and abs(dates[0] - date / SECOND) > _HALF_A_SECOND:
        return "its first date is not the message's", []
    latest = edited / SECOND + _HALF_A_SECOND if isinstance(edited, int) else 0
    if edited and dates[-1] > latest:
        return "its last date is after date_edited", []
    return "", texts


def _text_of(body: Body, part: int) -> str:
    start, length = parts_of(body).get(part, (0, 0))
    encoded = body.text.encode("utf-16-le")[2 * start : 2 * (start + length)]
    return encoded.decode("utf-16-le", "replace")
