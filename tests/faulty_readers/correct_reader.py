"""The correct reader: an answer to each question, from SQL and a few bytes.

It knows nothing of the package that makes the files.
"""

from __future__ import annotations

import os
import plistlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .opened_file import OpenedFile

Answer = Any
MARKS = str.maketrans("", "", "\ufffc\ufffd")
# What somebody said: no event, and no row that points at another one.
SAID = (
    "m.item_type = 0 AND (m.associated_message_type = 0 OR "
    "m.associated_message_type IN (2, 3) AND "
    "coalesce(m.associated_message_guid, m.guid) = m.guid)"
)
# Rows of Recently Deleted stay in `message`; `m.ROWID` is in this table until then.
DELETED = "m.ROWID IN (SELECT message_id FROM chat_recoverable_message_join)"
FROM = "FROM message AS m"
IN_CHAT = (
    f"{FROM} JOIN chat_message_join AS j ON j.message_id = m.ROWID "
    "JOIN chat AS c ON c.ROWID = j.chat_id"
)
SHOWN = f"{SAID} AND NOT {DELETED}"
LINK = "com.apple.messages.URLBalloonProvider"
NO_APP = f"coalesce(m.balloon_bundle_id, '{LINK}') = '{LINK}'"
_SUFFIX = re.compile(r"\((?:filtered|smsf[pt](?:_\w+)?)\)$")
CLASSIC = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")


# --- texts ------------------------------------------------------------------------


def body_text(body: bytes | None) -> str | None:
    """Return the string in an attributedBody: behind its type `+` and its length."""
    if body is None:
        return None
    at = body.index(b"\x84\x01+") + 3
    size = {0x81: 2, 0x82: 4}.get(body[at], 0)
    first = at + 1 if size else at
    length = int.from_bytes(body[first : first + (size or 1)], "little")
    start = first + (size or 1)
    return body[start : start + length].decode()


def texts(file: OpenedFile) -> Answer:
    found = {}
    for guid, text, body in file.rows(
        f"SELECT m.guid, m.text, m.attributedBody {FROM} WHERE {SHOWN} AND {NO_APP}"
    ):
        said = body_text(body) if body is not None else text
        if said and said.translate(MARKS):
            found[guid] = said.translate(MARKS)
    return found


# --- people -----------------------------------------------------------------------


def dialled(address: str) -> str:
    """Return an address without what a filter appended to it."""
    return _SUFFIX.sub("", address)


def handles(file: OpenedFile) -> dict[int, str]:
    rows = file.rows("SELECT ROWID, id FROM handle")
    return {rowid: dialled(address) for rowid, address in rows}


def senders(file: OpenedFile) -> Answer:
    known = handles(file)
    rows = file.rows(f"SELECT m.guid, m.is_from_me, m.handle_id {FROM} WHERE {SHOWN}")
    return {guid: "me" if mine else known.get(who, "") for guid, mine, who in rows}


def partners(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT m.guid, c.chat_identifier {IN_CHAT} WHERE {SHOWN} AND c.style = 45"
    )
    found = defaultdict(set)
    for guid, address in rows:
        found[guid].add(dialled(address))
    return found


def people(file: OpenedFile) -> Answer:
    persons = defaultdict(set)
    for address, person in file.rows("SELECT id, person_centric_id FROM handle"):
        persons[person or dialled(address)].add(dialled(address))
    return {frozenset(each) for each in persons.values()}


def notes(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT m.guid, c.chat_identifier {IN_CHAT} "
        f"WHERE {SHOWN} AND c.style = 45 AND m.is_from_me = 1"
    )
    return sorted(guid for guid, address in rows if address in file.own)


# --- chats ------------------------------------------------------------------------


def chats(file: OpenedFile) -> Answer:
    found: dict[str, set[str]] = {guid: set() for guid in listed(file)}
    for guid, chat in file.rows(f"SELECT m.guid, c.guid {IN_CHAT} WHERE {SHOWN}"):
        found[guid].add(chat)
    return found


def histories(file: OpenedFile) -> Answer:
    found = defaultdict(set)
    for address, guid in file.rows(
        f"SELECT c.chat_identifier, m.guid {IN_CHAT} WHERE {SHOWN}"
    ):
        found[address].add(guid)
    return found


def groups(file: OpenedFile) -> Answer:
    rows = file.rows(f"SELECT DISTINCT c.guid {IN_CHAT} WHERE {SHOWN} AND c.style = 43")
    return {guid for (guid,) in rows}


def members(file: OpenedFile) -> Answer:
    found: dict[str, set[str]] = {guid: set() for guid in groups(file)}
    for guid, address in file.rows(
        "SELECT c.guid, h.id FROM chat AS c "
        "JOIN chat_handle_join AS j ON j.chat_id = c.ROWID "
        "JOIN handle AS h ON h.ROWID = j.handle_id"
    ):
        if guid in found:
            found[guid].add(dialled(address))
    return found


def audiences(file: OpenedFile) -> Answer:
    """Go back in time from who is in now: undo each event that is later."""
    known, now = handles(file), members(file)
    happened = defaultdict(list)
    for chat, *event in file.rows(
        "SELECT c.guid, m.date, m.item_type, m.group_action_type, m.handle_id, "
        f"m.other_handle {IN_CHAT} WHERE m.item_type IN (1, 3) ORDER BY m.date DESC"
    ):
        happened[chat].append(event)
    for chat, events in happened.items():
        happened[chat] = without_lone_numbers(events)
    found = {}
    for chat, guid, date in file.rows(
        f"SELECT c.guid, m.guid, m.date {IN_CHAT} WHERE {SHOWN} AND c.style = 43"
    ):
        present = set(now[chat])
        for event in happened[chat]:
            if event[0] <= date:
                break
            undo(event, present, known)
        found[guid] = present - {""}
    return found


def without_lone_numbers(events: list[list[int]]) -> list[list[int]]:
    """Leave out changed numbers of which no row says which number left."""
    pairs = {date for date, item, action, *_ in events if (item, action) == (1, 1)}
    return [
        [date, item, action, by, other]
        for date, item, action, by, other in events
        if (item, action) != (1, 0) or by != other or date in pairs
    ]


def undo(event: list[int], present: set[str], known: dict[int, str]) -> None:
    """Put who is in a group back to what it was before an event."""
    _, item, action, by, other = event
    if (item, action) == (1, 0):
        present.discard(known.get(other, ""))
    elif (item, action) == (1, 1):
        present.add(known.get(other, ""))
    elif (item, action) == (3, 0):
        present.add(known.get(by, ""))


def joined(file: OpenedFile) -> Answer:
    known = handles(file)
    rows = file.rows(
        f"SELECT c.guid, m.other_handle {IN_CHAT} WHERE m.item_type = 1 "
        "AND m.group_action_type = 0 AND m.other_handle <> m.handle_id"
    )
    return {(chat, known[who]) for chat, who in rows if who in known}


def inbox(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT DISTINCT c.guid {IN_CHAT} WHERE {SHOWN} "
        "AND c.is_filtered = 0 AND c.is_blackholed = 0"
    )
    return {guid for (guid,) in rows}


# --- which rows are messages, and when they are ------------------------------------


def listed(file: OpenedFile) -> Answer:
    return sorted(guid for (guid,) in file.rows(f"SELECT m.guid {FROM} WHERE {SHOWN}"))


def seconds(date: int) -> int:
    """Return a date in seconds: rows from before 10.13 hold it so."""
    return date if date < 10**11 else date // 10**9


def times(file: OpenedFile) -> Answer:
    rows = file.rows(f"SELECT m.guid, m.date {FROM} WHERE {SHOWN}")
    return {guid: seconds(date) for guid, date in rows}


def newest(file: OpenedFile) -> Answer:
    return max(times(file).values(), default=None)


def order(file: OpenedFile) -> Answer:
    found = defaultdict(list)
    for chat, date in file.rows(f"SELECT c.guid, m.date {IN_CHAT} WHERE {SHOWN}"):
        found[chat].append(seconds(date))
    return {chat: sorted(dates) for chat, dates in found.items()}


# --- states of a message -------------------------------------------------------------


UNREAD = f"m.is_from_me = 0 AND m.is_read = 0 AND {SHOWN}"


def unread(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT c.guid, count(*) {IN_CHAT} WHERE {UNREAD} GROUP BY c.guid"
    )
    return dict(rows)


def badge(file: OpenedFile) -> Answer:
    shown = inbox(file)
    return sum(count for chat, count in unread(file).items() if chat in shown)


def sent(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT m.guid {FROM} WHERE {SHOWN} "
        "AND m.is_from_me = 1 AND m.error = 0 AND m.is_sent = 1"
    )
    return {guid for (guid,) in rows}


def services(file: OpenedFile) -> Answer:
    return dict(file.rows(f"SELECT m.guid, m.service {FROM} WHERE {SHOWN}"))


def replies(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT m.guid, m.thread_originator_guid {FROM} "
        f"WHERE {SHOWN} AND m.thread_originator_guid IS NOT NULL"
    )
    return dict(rows)


def summaries(file: OpenedFile) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for guid, parts, summary in file.rows(
        f"SELECT m.guid, m.part_count, m.message_summary_info {FROM} "
        f"WHERE {SHOWN} AND m.date_edited <> 0"
    ):
        yield guid, parts, plistlib.loads(summary)


def unsent(file: OpenedFile) -> Answer:
    return {
        guid
        for guid, parts, summary in summaries(file)
        if summary.get("rp") and parts == 0
    }


def edited(file: OpenedFile) -> Answer:
    gone = unsent(file)
    return {guid for guid, _, summary in summaries(file) if summary.get("ec")} - gone


def tapbacks(file: OpenedFile) -> Answer:
    known, there = handles(file), set(listed(file))
    standing = {}
    for kind, target, mine, who, emoji in file.rows(
        f"SELECT m.associated_message_type, m.associated_message_guid, m.is_from_me, "
        f"m.handle_id, {_emoji(file)} {FROM} WHERE m.associated_message_type "
        "BETWEEN 2000 AND 3999 ORDER BY m.date, m.ROWID"
    ):
        sender = "me" if mine else known.get(who, "")
        # `p:0/` names a part and `bp:` a balloon; a bare GUID occurs, too.
        key = (target, sender, kind % 1000, emoji)
        standing.pop(key, None)
        if kind < 3000:
            standing[key] = tapback_name(kind, emoji)
    found = defaultdict(list)
    for (target, sender, *_), name in standing.items():
        if target[-36:] in there:
            found[target[-36:]].append((sender, name))
    return {guid: sorted(each) for guid, each in found.items()}


def _emoji(file: OpenedFile) -> str:
    columns = {name for _, name, *_ in file.rows("PRAGMA table_info(message)")}
    is_there = "associated_message_emoji" in columns  # since 15
    return "m.associated_message_emoji" if is_there else "NULL"


def tapback_name(kind: int, emoji: str | None) -> str:
    if kind < 2006:
        return CLASSIC[kind - 2000]
    return "sticker" if kind == 2007 else str(emoji)


# --- files ------------------------------------------------------------------------


FILES = (
    f"{FROM} JOIN message_attachment_join AS j ON j.message_id = m.ROWID "
    "JOIN attachment AS a ON a.ROWID = j.attachment_id"
)
OF_PEOPLE = f"{SHOWN} AND {NO_APP} AND a.hide_attachment = 0"


def attachments(file: OpenedFile) -> Answer:
    found = defaultdict(list)
    for guid, name in file.rows(
        f"SELECT m.guid, a.transfer_name {FILES} WHERE {OF_PEOPLE}"
    ):
        found[guid].append(str(name))
    return {guid: sorted(names) for guid, names in found.items()}


def is_there(file: OpenedFile, name: str | None) -> bool:
    """Tell whether a file is where Messages keeps it on this machine."""
    below = (name or "").partition("/Library/Messages/")[2]
    return bool(below) and os.path.exists(file.folder / below)


def on_disk(file: OpenedFile) -> Answer:
    found = defaultdict(list)
    for guid, name in file.rows(f"SELECT m.guid, a.filename {FILES} WHERE {OF_PEOPLE}"):
        found[guid].append(is_there(file, name))
    return {guid: sorted(each) for guid, each in found.items()}
