"""Rates of rows of `message`.

Section numbers are those of docs/reference/SEMANTICS.md.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from pytest_imessage_foundry.rates.counting import Share, Walk, of_rows
from pytest_imessage_foundry.rates.published import Published

if TYPE_CHECKING:
    from pytest_imessage_foundry.measures import Measure
    from pytest_imessage_foundry.rates.counting import Held

REALISM = "goal of this project"


def _since(year: int, month: int, day: int) -> str:
    """Return the condition of rows that are dated on a day or later."""
    days = datetime.date(year, month, day) - datetime.date(2001, 1, 1)
    return f"m.date >= {days.days * 86_400 * 10**9}"


# When iOS 10, 14 and 16 came: nobody could react, answer inline or edit before.
_REACTING = _since(2016, 9, 13)
_ANSWERING = _since(2020, 9, 16)
_EDITING = _since(2022, 9, 12)
# An archive's header, one object, one class: the root's name follows (TYPEDSTREAM §2).
_BEFORE_ROOT = 22
IMMUTABLE = (
    f"substr(m.attributedBody, {_BEFORE_ROOT + 1}, 19) = "
    f"X'{(bytes([18]) + b'NSAttributedString').hex()}'"
)
# Below this a date cannot be nanoseconds: the first two minutes of 2001 (§18).
SECONDS = 10**11
_IN_SECONDS = f"BETWEEN 1 AND {SECONDS}"
# What people say, with polls; reactions, stickers and votes point at it (§6, §10).
SAID = "m.item_type = 0 AND m.associated_message_type IN (0, 2, 3)"
_APPLE = "m.service IN ('iMessage', 'iMessageLite')"
_UNSENT = "m.date_edited <> 0 AND m.is_empty = 1 AND m.part_count IS 0"
_ADDS = "m.associated_message_type BETWEEN 2000 AND 2999"
_REMOVES = "m.associated_message_type BETWEEN 3000 AND 3999"
_LINK = "m.balloon_bundle_id = 'com.apple.messages.URLBalloonProvider'"
_REACTION_WORDS = ("Liked", "Loved", "Disliked", "Laughed at", "Emphasized")
_AS_TEXT = " OR ".join(
    f"m.text GLOB '{each} “*'" for each in (*_REACTION_WORDS, "Questioned")
)
_RECEIVED = f"m.is_from_me = 0 AND {SAID}"

_CHATS = (
    Share(
        "rows in no chat",
        "j.chats IS NULL",
        known=Published(
            "imessage-exporter #391 #223 #671 #524, PR 208; blip PR 33, imsg #90",
            (
                *((2_231, 67_064), (6_046, 94_116), (1_058, 171_887)),
                *((11, 62_606), (3_406, 97_541), (320, 20_800)),
            ),
        ),
    ),
    Share("  and without a handle", "j.chats IS NULL AND m.handle_id = 0"),
    Share(
        "  and without text and body",
        "j.chats IS NULL AND m.text IS NULL AND m.attributedBody IS NULL",
    ),
    Share(
        "rows in two chats",
        "j.chats > 1",
        known=Published(
            "imessage-exporter PR 208, #223 #524 #671",
            ((29, 97_541), (16, 94_116), (1, 62_606), (1, 171_887)),
        ),
    ),
    Share(
        "own one-to-one rows without a handle",
        "m.handle_id = 0",
        "m.is_from_me = 1 AND c.style = 45",
        Published("iMCP PR 197", ((1_660, 2_610),)),
    ),
    Share("received rows without a handle", "m.handle_id = 0", "m.is_from_me = 0"),
)
_BODIES = (
    Share(
        "text NULL beside a body",
        "m.text IS NULL",
        "m.attributedBody IS NOT NULL",
        Published("SEMANTICS §26.18: 26 %, 85 %, 99 %", ((26, 100), (99, 100))),
    ),
    Share(
        "  of own rows",
        "m.text IS NULL",
        "m.attributedBody IS NOT NULL AND m.is_from_me = 1",
        Published("claude-plugins-official #5680", ((383, 391),)),
    ),
    Share(
        "  of received rows",
        "m.text IS NULL",
        "m.attributedBody IS NOT NULL AND m.is_from_me = 0",
        Published("claude-plugins-official #5680", ((666, 1_156),)),
    ),
    Share(
        "bodies whose root is immutable",
        IMMUTABLE,
        "m.attributedBody IS NOT NULL",
        Published("imessage-chatdb's docs, a file of 27", ((14_721, 20_783),)),
    ),
    Share(
        "bodies in which something was detected",
        "instr(m.attributedBody, CAST('__kIMDataDetectedAttributeName' AS BLOB)) > 0",
        "m.attributedBody IS NOT NULL",
        Published("imessage-chatdb's docs: 3,898 of 31,000 runs, not bodies"),
    ),
    Share(
        "said, without text and body",
        "coalesce(m.text, m.attributedBody) IS NULL",
        SAID,
    ),
)
_STATES = (
    Share(
        "received and unread",
        "m.is_read = 0",
        _RECEIVED,
    ),
    Share(
        "  in chats that Messages hides",
        "m.is_read = 0",
        f"{_RECEIVED} AND c.is_filtered >= 2",
        Published("SEMANTICS §26.27: half of a mailbox of promotions", ((1, 2),)),
    ),
    Share("own rows with an error", "m.error <> 0", "m.is_from_me = 1"),
    Share("sent again as SMS", "m.was_downgraded = 1", "m.is_from_me = 1"),
    Share("delivered quietly", "m.was_delivered_quietly = 1", "m.is_from_me = 1"),
    Share(
        "dates in seconds",
        f"m.date {_IN_SECONDS}",
        known=Published("imsgcrawl PR 28, iLEAPP: 54 of 105 rows of a test image"),
    ),
    Share(
        "dates of reading in seconds",
        f"m.date_read {_IN_SECONDS}",
        "m.date_read <> 0",
    ),
    Share(
        "accounts without an address",
        "m.account IN ('E:', 'e:')",
        known=Published("SEMANTICS §26.15: 19 of 105 rows of a test image"),
    ),
    Share("service NULL", "m.service IS NULL"),
    Share("part_count NULL", "m.part_count IS NULL"),
    Share("filter's category (27)", "m.filter_action <> 0"),
)
_KINDS = (
    Share("events", "m.item_type <> 0"),
    Share(
        "  changed numbers",
        "m.item_type = 1 AND m.group_action_type = 0 AND m.handle_id <> 0 "
        "AND m.handle_id = m.other_handle",
        "m.item_type <> 0",
    ),
    Share("tapbacks among rows", _ADDS),
    Share("  taken back", _REMOVES, f"{_ADDS} OR {_REMOVES}"),
    Share(
        "  by an emoji or a sticker", "m.associated_message_type IN (2006, 2007)", _ADDS
    ),
    Share(
        "  that name `bp:`",
        "m.associated_message_guid GLOB 'bp:*'",
        _ADDS,
        Published("SEMANTICS §21: 78 in one file"),
    ),
    Share(
        "  that name a bare GUID",
        "length(m.associated_message_guid) = 36",
        _ADDS,
        Published("SEMANTICS §21: 9 in one file"),
    ),
    Share("reactions as text", _AS_TEXT, SAID),
    Share(
        "inline replies",
        "m.thread_originator_guid IS NOT NULL",
        f"{SAID} AND {_APPLE} AND {_ANSWERING}",
        Published(f"{REALISM}, since iOS 14", least=0.02, most=0.06),
    ),
    Share(
        "edited",
        f"m.date_edited <> 0 AND NOT ({_UNSENT})",
        f"{SAID} AND {_APPLE} AND {_EDITING}",
        Published(f"{REALISM}, since iOS 16", least=0.005, most=0.015),
    ),
    Share(
        "unsent",
        _UNSENT,
        f"{SAID} AND {_APPLE} AND {_EDITING}",
        Published(f"{REALISM}, since iOS 16", least=0.0, most=0.01),
    ),
    Share(
        "with an attachment",
        "m.cache_has_attachments = 1 AND m.balloon_bundle_id IS NULL",
        SAID,
        Published(REALISM, least=0.04, most=0.10),
    ),
    Share("links", _LINK, SAID, Published(REALISM, least=0.02, most=0.05)),
    Share("  without their payload", "m.payload_data IS NULL", _LINK),
    Share(
        "other app messages", f"m.balloon_bundle_id IS NOT NULL AND NOT ({_LINK})", SAID
    ),
    Share("audio messages", "m.is_audio_message = 1", SAID),
)
_SERVICES = tuple(
    Share(f"over {name}", f"m.service = '{name}'")
    for name in ("iMessage", "SMS", "RCS", "iMessageLite")
)

# Grouped by itself, so that a file without Apple's indexes takes no longer.
_JOINED = (
    "message AS m LEFT JOIN (SELECT x.message_id AS message, count(*) AS chats, "
    "min(x.chat_id) AS chat FROM chat_message_join AS x GROUP BY x.message_id) AS j "
    "ON j.message = m.ROWID LEFT JOIN chat AS c ON c.ROWID = j.chat"
)
_ALONE = {"m": "message"}
_WITH_CHATS = {**_ALONE, "c": "chat", "x": "chat_message_join"}
IN_CHATS = Walk(_JOINED, _WITH_CHATS, (*_CHATS, *_STATES[:2]))
ALONE = Walk("message AS m", _ALONE, (*_BODIES, *_STATES[2:], *_KINDS, *_SERVICES))


def with_tapbacks(held: Held) -> Measure:
    """Return how many messages of services that can have tapbacks have one."""
    counts = None
    names = (
        *("associated_message_guid", "associated_message_type", "item_type", "date"),
    )
    if held.has("message", "service", *names):
        # The GUID stands behind `p:0/`, `bp:` or nothing.
        target = f"CASE WHEN {_ADDS} THEN substr(m.associated_message_guid, -36) END"
        could = f"total({SAID} AND ({_APPLE} OR m.service = 'RCS') AND {_REACTING})"
        part, whole = held.connection.execute(
            f"SELECT count(DISTINCT {target}), {could} FROM message AS m"
        ).fetchone()
        counts = (part, int(whole))
    known = Published(f"{REALISM}, since iOS 10", least=0.05, most=0.15)
    return of_rows("messages with a tapback", counts, known)
