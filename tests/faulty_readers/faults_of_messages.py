"""Faults about what a row is, what it says, when it was, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from . import correct_reader
from .correct_reader import (
    DELETED,
    FILES,
    FROM,
    IN_CHAT,
    MARKS,
    NO_APP,
    OF_PEOPLE,
    SAID,
    SHOWN,
    Answer,
    body_text,
    seconds,
)
from .fault import faulty

if TYPE_CHECKING:
    from collections.abc import Callable

    from .opened_file import OpenedFile

_NULL_TEXT = "macOS 13 and later leave text NULL on most rows: decode attributedBody."


# --- which rows, and in which order --------------------------------------------------


@faulty(
    "newest",
    report="Spshulem/openAGI PR 36",
    wrong="New messages are never seen.",
    right="ROWID is no time: use date. iCloud brings old messages under new ROWIDs.",
)
def newest_by_rowid(file: OpenedFile) -> Answer:
    return seconds(
        file.rows(f"SELECT m.date {FROM} WHERE {SHOWN} ORDER BY m.ROWID DESC")[0][0]
    )


@faulty(
    "order",
    report="anthropics/claude-plugins-official #5224, openclaw/openclaw #72322",
    wrong="Messages of last year come back as new ones.",
    right="ROWID is no time: order by date, and note a date for what was seen.",
)
def order_by_rowid(file: OpenedFile) -> Answer:
    found = defaultdict(list)
    for chat, date in file.rows(
        f"SELECT c.guid, m.date {IN_CHAT} WHERE {SHOWN} ORDER BY m.ROWID"
    ):
        found[chat].append(seconds(date))
    return found


def _guids(file: OpenedFile, condition: str) -> Answer:
    rows = file.rows(f"SELECT m.guid {FROM} WHERE {condition}")
    return sorted(guid for (guid,) in rows)


@faulty(
    "listed",
    report="openclaw/imsg PR 8",
    wrong="Each reaction is a message: `Loved “See you”`.",
    right="Rows with an associated_message_type of 1000 and up point at a message.",
    even_tidy=True,
)
def tapbacks_are_messages(file: OpenedFile) -> Answer:
    return _guids(file, f"m.item_type = 0 AND NOT {DELETED}")


@faulty(
    "listed",
    report="nixfred/blip PR 14",
    wrong="Empty bubbles, wherever a group was renamed or somebody joined.",
    right="item_type 0 is a message; the others announce something.",
    even_tidy=True,
)
def announcements_are_messages(file: OpenedFile) -> Answer:
    return _guids(file, f"m.associated_message_type = 0 AND NOT {DELETED}")


@faulty(
    "listed",
    report="charleswest775/openextract PR 65",
    wrong="What was deleted is shown among what was not.",
    right="Recently deleted rows stay in message: chat_recoverable_message_join names "
    "them.",
)
def deleted_messages_listed(file: OpenedFile) -> Answer:
    return _guids(file, SAID)


# --- texts ------------------------------------------------------------------------


def _texts(
    file: OpenedFile, said: Callable[[str | None, bytes | None], str | None]
) -> Answer:
    rows = file.rows(
        f"SELECT m.guid, m.text, m.attributedBody {FROM} WHERE {SHOWN} AND {NO_APP}"
    )
    texts = {guid: said(text, body) for guid, text, body in rows}
    return {guid: text for guid, text in texts.items() if text}


def _clean(text: str | None) -> str | None:
    return text.translate(MARKS) if text else text


@faulty(
    "texts",
    report="ReagentX/imessage-exporter #37, photon-hq/imessage-kit #16",
    wrong="Most messages are empty.",
    right=_NULL_TEXT,
    even_tidy=True,
)
def text_column_alone(file: OpenedFile) -> Answer:
    return _texts(file, lambda text, body: _clean(text))


def _one_byte(text: str | None, body: bytes | None) -> str | None:
    if text is not None or body is None:
        return _clean(text)
    at = body.index(b"\x84\x01+") + 3
    start = at + {0x81: 3, 0x82: 5}.get(body[at], 1)
    length = body[at + 1] if body[at] in (0x81, 0x82) else body[at]
    return _clean(body[start : start + length].decode(errors="ignore"))


@faulty(
    "texts",
    report="anthropics/claude-plugins-official #5680, #1455",
    wrong="Texts of 256 bytes and more are cut: 300 become 44.",
    right="Behind 0x81 a length has two bytes, behind 0x82 four, little-endian.",
    even_tidy=True,
)
def length_modulo_256(file: OpenedFile) -> Answer:
    return _texts(file, _one_byte)


def _mutable(text: str | None, body: bytes | None) -> str | None:
    is_known = body is not None and b"NSMutableAttributedString" in body
    return _clean(body_text(body) if is_known else text)


@faulty(
    "texts",
    report="clawvisor/clawvisor PR 106",
    wrong="Some messages are empty, most of them on newer releases.",
    right="The root is NSAttributedString or NSMutableAttributedString; read both.",
    even_tidy=True,
)
def one_class_of_bodies(file: OpenedFile) -> Answer:
    return _texts(file, _mutable)


@faulty(
    "texts",
    report="NousResearch/hermes-agent PR 59385",
    wrong="Pictures leave a box in the text.",
    right="U+FFFC in a text is the place of a file: leave it out.",
    even_tidy=True,
)
def place_of_a_file_left_in_the_text(file: OpenedFile) -> Answer:
    return _texts(file, lambda text, body: body_text(body) if body else text)


# --- times and states -----------------------------------------------------------------


@faulty(
    "times",
    report="openclaw/imsgcrawl PR 28, ReagentX/imessage-exporter #133",
    wrong="Old messages are dated the first of January 2001.",
    right="Rows from before 10.13 hold seconds: a date below 10^11 is one of them.",
)
def seconds_taken_for_nanoseconds(file: OpenedFile) -> Answer:
    rows = file.rows(f"SELECT m.guid, m.date {FROM} WHERE {SHOWN}")
    return {guid: date // 10**9 for guid, date in rows}


@faulty(
    "unsent",
    report="nixfred/blip PR 32, indexable-inc/index #953",
    wrong="Messages that were taken back are empty bubbles.",
    right="date_retracted is 0 on every row: `rp` in message_summary_info lists the "
    "parts, and part_count is 0.",
    even_tidy=True,
)
def unsent_by_date_retracted(file: OpenedFile) -> Answer:
    return set(_guids(file, f"{SHOWN} AND m.date_retracted <> 0"))


@faulty(
    "edited",
    report="nixfred/blip PR 32",
    wrong="Messages that were taken back are called edited.",
    right="date_edited is set by both: `ec` in message_summary_info is an edit.",
    even_tidy=True,
)
def edited_by_date_edited(file: OpenedFile) -> Answer:
    return set(_guids(file, f"{SHOWN} AND m.date_edited <> 0"))


@faulty(
    "replies",
    report="openclaw/imsg PR 39",
    wrong="Every message answers the one before it.",
    right="thread_originator_guid names what an inline reply answers.",
    even_tidy=True,
)
def replies_by_reply_to_guid(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT m.guid, m.reply_to_guid {FROM} "
        f"WHERE {SHOWN} AND m.reply_to_guid IS NOT NULL"
    )
    return dict(rows)


@faulty(
    "sent",
    report="carterlasalle/mac_messages_mcp PR 58",
    wrong="“Sent”, it says, and nothing ever arrived.",
    right="error is not 0 and is_sent is 0 where sending failed.",
)
def own_messages_all_went_out(file: OpenedFile) -> Answer:
    return set(_guids(file, f"{SHOWN} AND m.is_from_me = 1"))


def _tapbacks(file: OpenedFile, most: int) -> Answer:
    """Read tapbacks of the types 2000 to `most`, whatever comes later."""
    known, there = correct_reader.handles(file), set(correct_reader.listed(file))
    found = defaultdict(list)
    for kind, target, mine, who in file.rows(
        "SELECT m.associated_message_type, m.associated_message_guid, m.is_from_me, "
        f"m.handle_id {FROM} WHERE m.associated_message_type BETWEEN 2000 AND ?",
        most,
    ):
        if target[-36:] in there:
            sender = "me" if mine else known.get(who, "")
            name = correct_reader.tapback_name(kind, None)
            found[target[-36:]].append((sender, name))
    return {guid: sorted(each) for guid, each in found.items()}


@faulty(
    "tapbacks",
    report="photon-hq/spectrum-ts #227",
    wrong="A reaction that was taken back is still shown.",
    right="3000 to 3007 take back what the same sender gave with 2000 to 2007; the row "
    "that gave it may still be there.",
    even_tidy=True,
)
def tapbacks_are_never_taken_back(file: OpenedFile) -> Answer:
    right = correct_reader.tapbacks(file)
    kept = _tapbacks(file, 2005)
    return {
        guid: sorted({*right.get(guid, ()), *kept.get(guid, ())})
        for guid in {**right, **kept}
    }


@faulty(
    "tapbacks",
    report="BlueBubblesApp/bluebubbles-app #2829",
    wrong="Reactions by other emoji are not shown, or as `null`.",
    right="Since macOS 15 type 2006 is an emoji (associated_message_emoji) and 2007 a "
    "sticker.",
    even_tidy=True,
)
def classic_tapbacks_alone(file: OpenedFile) -> Answer:
    every = correct_reader.tapbacks(file)
    classic = {
        guid: [each for each in taps if each[1] in correct_reader.CLASSIC]
        for guid, taps in every.items()
    }
    return {guid: taps for guid, taps in classic.items() if taps}


# --- files ------------------------------------------------------------------------


@faulty(
    "on_disk",
    report="ReagentX/imessage-exporter #110, #401",
    wrong="An export has broken pictures, or ends at the first file that is not there.",
    right="filename can be NULL, of another device, or of a file that iCloud keeps: "
    "look before opening it.",
)
def every_attachment_is_on_disk(file: OpenedFile) -> Answer:
    found = defaultdict(list)
    for (guid,) in file.rows(f"SELECT m.guid {FILES} WHERE {OF_PEOPLE}"):
        found[guid].append(True)
    return found


@faulty(
    "attachments",
    report="mautrix/imessage #183",
    wrong="Each link has a nameless file with it.",
    right="Files of a balloon (`….pluginPayloadAttachment`, hide_attachment 1) are its "
    "pictures, not something that was sent.",
    even_tidy=True,
)
def previews_are_attachments(file: OpenedFile) -> Answer:
    found = defaultdict(list)
    for guid, name in file.rows(
        f"SELECT m.guid, a.transfer_name {FILES} WHERE {SHOWN} AND {NO_APP}"
    ):
        found[guid].append(str(name))
    return {guid: sorted(names) for guid, names in found.items()}
