"""parse-smsdb, which writes a table with commas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..install import find
from ..lines import Line, iso, person
from ..running import UnreadableError, run, scratch_home, tiles, utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADING = (
    "Row Gap,ROWID,From/To,Counterparty,Service,Sent/Scheduled Time,"
    "Text,Read Time,Edited Time,Edited Text"
)
_COLOUR, _PLAIN = "\x1b\\[93m", "\x1b\\[0m"
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
_HEAD = rf'(?:{_COLOUR}\[\S+ row gap: \d+ rows missing\]{_PLAIN})?,\d+,(?:From|To),"'
_QUOTED = r'"(?:.|\n)*?"'
_ROW = re.compile(
    rf'[^,]*,(?P<rowid>\d+),(?P<way>From|To),"(?P<handle>[^"]*)",(?P<service>\w*),'
    rf"(?P<date>{_TIME}),"
    rf"(?P<text>{_QUOTED}|{_COLOUR}\[\S+ cleared upon unsent\]{_PLAIN}|),"
    rf"(?P<read>{_TIME}|\[[^\]]*\]),(?P<edited>{_TIME}|),"
    rf"(?P<after>{_QUOTED}|{_COLOUR}\[\S+ unsent\]{_PLAIN}|)\n(?={_HEAD}|\Z)"
)


def readings(db: Path) -> Iterator[Line]:
    """One for each row with a handle; of an edited one, the first two versions."""
    with scratch_home() as home:
        target = home / "out.csv"
        run(home, find("parse-smsdb", "parse_smsdb"), db, "-o", target)
        out = target.read_bytes().decode("utf-8")
    heading, _, rows = out.partition("\n")
    if heading != _HEADING:
        raise UnreadableError(f"parse_smsdb: unknown heading {heading!r}")
    yield from map(_row, tiles(_ROW, rows, "parse_smsdb"))


def _row(match: re.Match[str]) -> Line:
    text, after = _text(match["text"]), _text(match["after"])
    return {
        "kind": "message",
        "rowid": int(match["rowid"]),
        "service": None if match["service"] == "None" else match["service"],
        "date": _date(match["date"]),
        **person(match["handle"], is_me=match["way"] == "To"),
        "date_read": None if match["read"].startswith("[") else _date(match["read"]),
        "text": text if after is None else after,
        "edits": [] if after is None else [{"before": text or ""}],
        "date_changed": _date(match["edited"]),
        "is_unsent": "unsent]" in match["after"] and after is None,
    }


def _text(field: str) -> str | None:
    return field[1:-1] if field.startswith('"') else None


def _date(field: str) -> str | None:
    return iso(utc(field.removesuffix(" UTC"))) if field else None
