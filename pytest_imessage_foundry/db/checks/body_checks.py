"""Bodies: one walk over all messages.

What a body says must agree with `text`, with part_count and with the files
that are joined to its message.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pytest_imessage_foundry.db.checks import plists
from pytest_imessage_foundry.db.checks.findings import Ledger, Severity
from pytest_imessage_foundry.db.checks.rule_scan import Columns, shown
from pytest_imessage_foundry.db.checks.storage_classes import is_utf8
from pytest_imessage_foundry.reading.attributed_strings import Body, utf16_units
from pytest_imessage_foundry.reading.body_reader import PART, BodyReader
from pytest_imessage_foundry.reading.typedstreams import Damaged

FILE = "__kIMFileTransferGUIDAttributeName"
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_MARK_BYTES = _MARK.encode()
_FLAGS = ("item_type != 0", "date_edited != 0", "balloon_bundle_id IS NOT NULL")
_EVENT, _EDITED, _BALLOON = 1, 2, 4
# Their picture is joined, but the body only says what happened (§6).
_STICKER_TAPBACKS = (2007, 3007)


@dataclass(frozen=True, slots=True)
class JoinedFile:
    guid: str
    is_hidden: bool


def parts_of(body: Body) -> dict[int, tuple[int, int]]:
    """Part number → where it starts and how long it is, in UTF-16 units."""
    found: dict[int, tuple[int, int]] = {}
    start = 0
    for length, attributes in body.runs:
        part = attributes.get(PART)
        if isinstance(part, int):
            first, total = found.get(part, (start, 0))
            found[part] = first, total + length
        start += length
    return found


def walk(connection: sqlite3.Connection, ledger: Ledger, columns: Columns) -> None:
    """Look at each message's body, summary and files."""
    if not columns.of("message"):
        return
    files = _files(connection, columns)
    ledger.look("body-attachments", sum(map(len, files.values())))
    walker = _Walk(ledger, files, _guids(connection, columns))
    summaries = plists.Summaries(ledger)
    names = ("text", "attributedBody", "message_summary_info", "part_count")
    chosen = columns.pick("message", *names, "associated_message_type")
    query = f"SELECT ROWID, {_state(columns)}, {chosen} FROM message"
    text_factory = connection.text_factory
    connection.text_factory = bytes  # compared with the bytes in the archive
    try:
        bodies = 0
        ascii_text, plain = walker.reader.ascii, walker.reader.plain
        fine = summaries.fine
        for row in connection.execute(query):
            rowid, state, text, data, summary, parts, kind = row
            if summary not in fine:
                summaries.look(rowid, summary)
            if data is not None:
                bodies += 1
                # Nineteen bodies of twenty are one part of text and no file.
                if parts == 1 and rowid not in files and type(data) is bytes:
                    raw = ascii_text(data)
                    if raw is not None and (text is None or text == raw):
                        continue
                    known = plain(data)
                    if known is not None and text in (None, known[0]):
                        continue
                walker.body(rowid, state, text, data, parts, kind)
            elif text is not None:
                walker.bare(rowid, state, text, kind)
        ledger.look("bodies", bodies)
        ledger.look("plists", columns.count("message"))
    finally:
        connection.text_factory = text_factory


def _state(columns: Columns) -> str:
    """Return what is special about a row, as bits of one number."""
    bits = (
        f"({flag}) * {1 << bit}"
        for bit, flag in enumerate(_FLAGS)
        if columns.has("message", flag.split()[0])
    )
    return f"coalesce({' + '.join(bits) or '0'}, 0)"


def _files(
    connection: sqlite3.Connection, columns: Columns
) -> defaultdict[int, list[JoinedFile]]:
    files: defaultdict[int, list[JoinedFile]] = defaultdict(list)
    if not columns.has("attachment", "guid") or not columns.has(
        "message_attachment_join", "message_id", "attachment_id"
    ):
        return files
    hidden = columns.pick("attachment", "hide_attachment", alias="a")
    name = columns.pick("attachment", "transfer_name", alias="a")
    query = (
        f"SELECT j.message_id, a.guid, {hidden}, {name} FROM message_attachment_join j"
        " JOIN attachment a ON a.ROWID = j.attachment_id"
    )
    for message, guid, is_hidden, named in connection.execute(query):
        is_picture = str(named).endswith(".pluginPayloadAttachment")
        files[message].append(JoinedFile(str(guid), bool(is_hidden) or is_picture))
    return files


def _guids(connection: sqlite3.Connection, columns: Columns) -> set[str]:
    """Return the guids of all attachments, joined or not."""
    if not columns.has("attachment", "guid"):
        return set()
    return {str(guid) for (guid,) in connection.execute("SELECT guid FROM attachment")}


class _Walk:
    def __init__(
        self,
        ledger: Ledger,
        files: defaultdict[int, list[JoinedFile]],
        known_files: set[str],
    ) -> None:
        self._ledger = ledger
        self._files = files
        self._known_files = known_files
        self._joined_files = {file.guid for each in files.values() for file in each}
        self._archives = plists.Archives()
        self.reader = BodyReader()

    def find(
        self,
        rowid: int,
        reason: str,
        check: str = "bodies",
        severity: Severity = "error",
    ) -> None:
        self._ledger.find(check, "message", rowid, reason, severity)

    def body(
        self, rowid: int, state: int, text: Any, data: Any, parts: Any, kind: Any
    ) -> None:
        if not isinstance(data, bytes):
            self.find(rowid, f"attributedBody is no blob: {shown(data)}")
            return
        try:
            body = self.reader.read(data)
        except Damaged as error:
            self.find(rowid, f"attributedBody: {error}")
            return
        raw = body.raw
        units = len(raw) if raw.isascii() else utf16_units(raw)
        if text is not None and text != raw:
            reason = f"text is not that of its body: {_both(text, raw)}"
            # An app's text and its body have had different marks.
            severity: Severity = "unusual" if state & _BALLOON else "error"
            self.find(rowid, reason, severity=severity)
        self._runs(rowid, body, units, parts)
        self._attributes(rowid, body)
        self._marks(rowid, state, body, kind)

    def bare(self, rowid: int, state: int, text: Any, kind: Any) -> None:
        """A row with `text` alone: its marks stand for files all the same."""
        if isinstance(text, bytes) and not is_utf8(text):
            self.find(rowid, "text is not UTF-8", "storage-classes")
        if not isinstance(text, bytes) or state or kind in _STICKER_TAPBACKS:
            return
        marks = text.count(_MARK_BYTES)
        files = sum(not file.is_hidden for file in self._files.get(rowid, ()))
        if marks != files:
            reason = f"{marks} U+FFFC in its text, {files} attachments joined"
            severity: Severity = "note" if files == 0 else "unusual"
            self.find(rowid, reason, "body-attachments", severity)

    def _runs(self, rowid: int, body: Body, units: int, parts: Any) -> None:
        total = 0
        last = -1
        is_marked = True
        for length, attributes in body.runs:
            total += length
            part = attributes.get(PART)
            if length < 1:
                self.find(rowid, f"a run of {length} characters")
            if part is None:  # a breadcrumb's run has none
                is_marked = False
                self.find(rowid, "a run has no part number", severity="unusual")
            elif not isinstance(part, int) or part < 0:
                self.find(rowid, f"a run has part number {shown(part)}")
            elif part < last:
                reason = f"part {part} comes after part {last}"
                self.find(rowid, reason, severity="unusual")
            else:
                last = part
        if total != units:
            self.find(rowid, f"its runs cover {total} UTF-16 units of {units}")
        number = len(parts_of(body))
        # An archive of an empty text has no run, and stands for one part all the same.
        is_whole = is_marked and (body.runs or parts != 1)
        if parts is not None and parts != number and is_whole:
            # Rows that are older than the column may have its default.
            severity: Severity = "error" if parts != 0 else "unusual"
            reason = f"part_count is {shown(parts)}, its body has {number}"
            self.find(rowid, reason, severity=severity)

    def _attributes(self, rowid: int, body: Body) -> None:
        """Archives within the archive: what data detectors found."""
        for _, attributes in body.runs:
            for name, value in attributes.items():
                if isinstance(value, bytes) and value.startswith(b"bplist"):
                    reason = self._archives.fault(value)
                    if reason:
                        self.find(rowid, f"{name}: {reason}", "plists")

    def _marks(self, rowid: int, state: int, body: Body, kind: Any) -> None:
        named = self._named(rowid, body)
        files = self._files.get(rowid, ())
        joined = {file.guid for file in files}
        for guid in named:
            if guid not in joined:
                # A file may come later than its message: first it is of nothing,
                # then it is there, then it is joined.
                why = (
                    "is of no attachment"
                    if guid not in self._known_files
                    else "is that of another message"
                    if guid in self._joined_files
                    else "is not joined to it"
                )
                severity: Severity = "error" if why.endswith("message") else "unusual"
                reason = f"file {shown(guid)} of its body {why}"
                self.find(rowid, reason, "body-attachments", severity)
        if state & (_BALLOON | _EVENT) or kind in _STICKER_TAPBACKS:
            return
        marks = body.raw.count(_MARK_BYTES)
        if marks > len(named):
            reason = f"{marks} U+FFFC in its body, files named by {len(named)} of them"
            self.find(rowid, reason, "body-attachments", "note")
        if state & _EDITED:
            return  # a part that was unsent leaves its file joined (§1, §8)
        for file in files:
            if not file.is_hidden and file.guid not in named:
                reason = f"file {shown(file.guid)} is joined, its body lacks it"
                self.find(rowid, reason, "body-attachments")

    def _named(self, rowid: int, body: Body) -> list[str]:
        """Return the files that runs name; each such run is one U+FFFC."""
        if not any(FILE in attributes for _, attributes in body.runs):
            return []
        encoded = body.text.encode("utf-16-le")
        mark = _MARK.encode("utf-16-le")
        named: list[str] = []
        start = 0
        for length, attributes in body.runs:
            run = encoded[2 * start : 2 * (start + length)]
            start += max(length, 0)
            guid = attributes.get(FILE)
            if guid is None:
                continue
            named.append(str(guid))
            if run != mark:
                reason = f"file {shown(guid)} stands on text, not on U+FFFC"
                self.find(rowid, reason, "body-attachments", "unusual")
        return named


def recoverable_parts(
    connection: sqlite3.Connection, ledger: Ledger, columns: Columns
) -> None:
    """recoverable_message_part.part_text is an attributed string (§17)."""
    table = "recoverable_message_part"
    if not columns.has(table, "part_text"):
        return
    reader = BodyReader()
    for rowid, data in connection.execute(f"SELECT ROWID, part_text FROM {table}"):
        ledger.look("recently-deleted", 1)
        try:
            reader.read(data if isinstance(data, bytes) else b"")
        except Damaged as error:
            ledger.find("recently-deleted", table, rowid, f"part_text: {error}")


def _both(text: Any, raw: bytes) -> str:
    other = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{_short(shown(other))} beside {_short(raw.decode())}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 30 else text[:29] + "…")
