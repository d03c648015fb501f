"""Writes docs/kinds.md: every case of the catalogue and the rows that it makes.

    python docs/make_kinds.py

The rows are read from built files, one per release, so that the page cannot say
what the builder does not do. The same package makes the same page.
"""

from __future__ import annotations

import json
import plistlib
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import builder, schema
from pytest_imessage_foundry.db.rows.columns import ORDINARY, VARYING
from pytest_imessage_foundry.spec import Spec

PAGE = Path(__file__).with_name("kinds.md")
CHAPTERS = {
    "plain_texts": "Texts",
    "text_runs": "Marks on a text",
    "detections": "What was found in a text",
    "sent_files": "Files and voices",
    "tapbacks": "Tapbacks",
    "stickers": "Stickers and emoji that are pictures",
    "replies_and_edits": "Replies, edits, unsends",
    "effects": "Send effects",
    "app_messages": "App messages",
    "business": "Businesses",
    "body_forms": "Other forms of bodies",
    "groups": "Groups, locations, calls",
    "addresses": "People of several addresses",
    "states": "States, services, deletion",
    "categories": "Message filters",
    "lived_in_rows": "Rows of a phone that was lived in",
    "later_rows": "Files to come, previews and reactions of their own",
    "odd_rows": "Odd rows",
}
HEAD = """\
# The kinds of message

Written by `docs/make_kinds.py`; do not edit. Scenario `kinds` is these cases:
`imessage-foundry build chat.db --scenario kinds` builds them,
`imessage-foundry kinds` lists them, and `chat_db.case("{example}")` finds one.

Each case names the releases that hold it and the section of SEMANTICS.md where the
sources of its rows stand. **Reading** is a summary of it for people, by name; what
readers are held against, with addresses, is in [readings](readings.md). Below it
are the rows of `message` that it makes on {newest}, or on the last release that holds
it, its own first, then those that point at it: `text`, and the columns that are not
as in an ordinary row. Left out are `ROWID`, GUIDs, handles, dates and accounts, where
nothing but their value is special. Of a property list its keys are named, of other
bytes their number. `row 1` stands for the GUID of that row.

{count} cases; {held}.
"""
# What differs from row to row without being special.
_DULL = {
    *("ROWID", "guid", "handle_id", "account", "account_guid", "date"),
    *("cache_roomnames", "destination_caller_id", "reply_to_guid"),
    *("date_read", "date_delivered", "is_delivered", "is_read", "is_sent"),
    "is_from_me",
}
_SHORT = 48


def page() -> str:
    """The whole page."""
    held = {
        name: {entry.name for entry in catalogue.entries(schema.get(name))}
        for name in schema.RELEASES
    }
    counts = ", ".join(f"{len(names)} on {name}" for name, names in held.items())
    newest = schema.ALL[-1]
    parts = [
        HEAD.format(
            example="tapback-loved",
            newest=newest,
            count=len(catalogue.every_entry()),
            held=counts,
        )
    ]
    built = {name: _built(name) for name in schema.ALL}
    chapter = ""
    for entry in catalogue.every_entry():
        if entry.chapter != chapter:
            chapter = entry.chapter
            parts.append(f"## {CHAPTERS[chapter]}\n")
        able = [name for name, names in held.items() if entry.name in names]
        rows, cases = built[[name for name in schema.ALL if name in able][-1]]
        parts.append(_case(entry, cases[entry.name], rows, able))
    return "\n".join(parts)


def _built(release: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of `message` in a file of the catalogue, and its cases."""
    with tempfile.TemporaryDirectory() as folder:
        return _written(release, Path(folder) / "chat.db")


def _written(release: str, path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    wanted = schema.get(release)
    spec = Spec(release=release, scenario="kinds")
    people = catalogue.people(spec, wanted)
    conversations = catalogue.conversations(spec, wanted)
    builder.build(path, wanted, conversations, owner=people[0], people=people)
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute("SELECT * FROM message ORDER BY ROWID")]
    return rows, catalogue.cases(spec, wanted)


def _case(entry: Any, case: Any, rows: list[dict[str, Any]], able: list[str]) -> str:
    own = [row for row in rows if row["guid"] == case.message]
    names = {case.message: "row 1"}
    pointing = []
    for row in rows:
        target = (row["associated_message_guid"] or "").rpartition("/")[2]
        if target.removeprefix("bp:") in names and row not in own:
            pointing.append(row)
            # Votes point at the newest state of a poll, which may be another row.
            names[row["guid"]] = f"row {len(pointing) + 1}"
    lines = [
        f"### {entry.name}",
        "",
        f"{entry.what[0].upper()}{entry.what[1:]}. {entry.section}; {_span(able)}.",
        "",
        f"Reading: `{_shown(case.reading)}`",
        "",
        *(
            f"{number}. {_row(row, names)}"
            for number, row in enumerate(own + pointing, 1)
        ),
    ]
    if not own:
        lines.append("No row: its GUID is in `deleted_messages`.")
    return "\n".join(lines) + "\n"


def _span(able: list[str]) -> str:
    if len(able) == len(schema.RELEASES):
        return "every release"
    if able[-1] == schema.ALL[-1]:
        return f"{able[0]} and later"
    return f"{able[0]} to {able[-1]}"


def _row(row: dict[str, Any], names: dict[str, str]) -> str:
    """Whose row it is, and its columns that say something."""
    told = ["sent" if row["is_from_me"] else "received"]
    for name, value in row.items():
        if name in _DULL or (name not in VARYING and value == ORDINARY[name]):
            continue
        if name == "attributedBody" and value is not None:
            continue
        if name == "service" and value == "iMessage":
            continue
        told.append(f"{name} {_value(name, value, names)}")
    return ", ".join(told) + _receipts(row)


def _receipts(row: dict[str, Any]) -> str:
    """Flags and dates of delivery, where they are not the usual ones."""
    mine = row["is_from_me"]
    usual = {
        "is_sent": int(bool(mine)),
        "is_delivered": 1,
        "is_read": 1,
    }
    return "".join(
        f", {name} `{row[name]}`" for name, value in usual.items() if row[name] != value
    )


def _value(name: str, value: Any, names: dict[str, str]) -> str:
    if value is None:
        return "`NULL`"
    if name == "message_summary_info":
        return f"`{{{', '.join(sorted(plistlib.loads(value)))}}}`"
    if isinstance(value, bytes):
        return f"*{len(value):,} bytes*"
    # A date says nothing here but that it is there.
    if isinstance(value, int) and value > 10**15:
        return "*a date*"
    text = str(value)
    for guid, row in names.items():
        text = text.replace(guid, row)
    return f"`{text if name == 'balloon_bundle_id' else _clean(text)}`"


def _clean(text: str) -> str:
    """Text in one line of Markdown code, long ones cut."""
    shown = json.dumps(text, ensure_ascii=False)[1:-1] if text else '""'
    shown = shown.replace("`", "'").replace("\ufffc", "U+FFFC")
    shown = shown.replace("\ufffd", "U+FFFD")
    if len(text) > _SHORT:
        shown = f"{shown[:_SHORT]}… ({len(text):,} characters)"
    return shown


def _shown(reading: dict[str, object]) -> str:
    said = {
        key: f"{value[:_SHORT]}… ({len(value):,} characters)"
        if isinstance(value, str) and len(value) > 2 * _SHORT
        else value
        for key, value in reading.items()
    }
    shown = json.dumps(said, ensure_ascii=False).replace("`", "'")
    return shown.replace("\ufffc", "U+FFFC")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
