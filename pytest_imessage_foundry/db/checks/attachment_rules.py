"""What must hold of each row of `attachment`, and of it beside its message.

Section numbers are those of SEMANTICS.md, where the sources stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_imessage_foundry.db.checks.rule_scan import Rule, Scan
from pytest_imessage_foundry.db.checks.shared_rules import (
    LAST_SECOND,
    UUID,
    required,
    unusual,
)

_ROOT = "~/Library/*/Attachments/"
_PLACED = f"{_ROOT}[0-9a-f][0-9a-f]/[01][0-9]/?*/?*"
# A sticker's hash and its UUID, and that again (three genuine rows).
_STICKER = "~/Library/*/StickerCache/????????????????-????????-*/????????-*.*"
# The second folder is the low half of the first, in decimal (§5).
_LOW_HALF = (
    "instr('0123456789abcdef', substr(filename, instr(filename, '/Attachments/') + 14,"
    " 1)) - 1 != CAST(substr(filename, instr(filename, '/Attachments/') + 16, 2)"
    " AS INTEGER)"
)
# What a uniform type identifier and a MIME type must agree in.
_FAMILIES = {
    "image": ("public.jpeg", "public.png", "public.heic", "public.heif"),
    "video": ("public.mpeg-4", "com.apple.quicktime-movie", "public.movie"),
    "audio": ("com.apple.coreaudio-format", "public.mp3", "com.apple.m4a-audio"),
}
# The same of the end of a name.
_ENDINGS = {
    "image": ("jpg", "jpeg", "png", "heic"),
    "video": ("mov", "mp4"),
    "audio": ("caf", "mp3", "m4a"),
}


def _types() -> Iterable[Rule]:
    for family, types in _FAMILIES.items():
        listed = ", ".join(f"'{each}'" for each in types)
        yield unusual(
            "attachments",
            f"uti IN ({listed}) AND mime_type NOT LIKE '{family}/%'",
            "mime_type {} is not that of its uti",
            "mime_type || ' (' || uti || ')'",
        )
    for family, endings in _ENDINGS.items():
        is_named = " OR ".join(f"filename LIKE '%.{each}'" for each in endings)
        others = [each for each in _FAMILIES if each != family]
        is_other = " OR ".join(f"mime_type LIKE '{each}/%'" for each in others)
        yield unusual(
            "attachments",
            f"({is_named}) AND ({is_other})",
            "mime_type {} does not go with its name",
            "mime_type || ' (' || filename || ')'",
        )


def _dates() -> Iterable[Rule]:
    for column in ("created_date", "start_date"):
        yield unusual(
            "attachments",
            f"{column} > {LAST_SECOND}",
            f"{column} {{}} is no count of seconds between 2001 and 2040",
            column,
        )
        reason = f"{column} {{}} is before 2001"
        yield unusual("attachments", f"{column} < 0", reason, column)


ATTACHMENT = Scan(
    "attachment",
    (
        *required("guid", severity="error"),
        *required("transfer_name", "created_date", "total_bytes"),
        # at_<part>_<message>, and of stickers at_<content id>_<message>.
        unusual(
            "guids",
            f"guid NOT GLOB '{UUID}' AND guid NOT GLOB 'at_[0-9A-F]*_{UUID}'",
            "guid {} is neither a UUID nor at_<part>_<message>",
            "guid",
        ),
        *_dates(),
        *_types(),
        unusual(
            "attachments",
            f"filename GLOB '{_ROOT}*' AND filename NOT GLOB '{_PLACED}'",
            "filename {} is not in <hh>/<nn>/<id>/ (§5)",
            "filename",
        ),
        unusual(
            "attachments",
            f"filename GLOB '{_PLACED}' AND {_LOW_HALF}",
            "filename {}: the second folder is not the low half of the first (§5)",
            "filename",
        ),
        Rule(
            "attachments",
            f"filename NOT GLOB '{_ROOT}*' AND filename NOT GLOB '{_STICKER}'",
            "filename {} is outside Attachments and StickerCache",
            "filename",
            "note",
        ),
        unusual(
            "attachments",
            "transfer_state NOT BETWEEN -1 AND 7",
            "transfer_state {} is unknown",
            "transfer_state",
        ),
        unusual(
            "attachments",
            "transfer_state = 5 AND filename IS NULL",
            "it is transferred and has no filename",
        ),
        unusual("attachments", "total_bytes < -1", "total_bytes is {}", "total_bytes"),
        *(
            unusual(
                "attachments",
                f"{column} NOT IN (0, 1)",
                f"{column} is {{}}, neither 0 nor 1",
                column,
            )
            for column in ("is_outgoing", "is_sticker", "hide_attachment")
        ),
        Rule(
            "attachments",
            "ROWID NOT IN (SELECT attachment_id FROM message_attachment_join "
            "WHERE attachment_id IS NOT NULL)",
            "no message has it",
            severity="note",
        ),
    ),
)

_DAYS = 2 * 86_400
SENT = Scan(
    "attachment",
    (
        unusual(
            "attachments",
            "a.is_outgoing != m.is_from_me",
            "is_outgoing {} is not is_from_me of its message",
            "a.is_outgoing || ' (message ' || m.ROWID || ')'",
        ),
        unusual(
            "attachments",
            f"abs(a.created_date - m.date / 1000000000) > {_DAYS} "
            f"AND m.date > 100000000000 AND a.created_date < {LAST_SECOND}",
            "created_date {} is days from its message's date",
            "a.created_date || ' (message ' || m.ROWID || ')'",
        ),
        unusual(
            "attachments",
            "a.guid GLOB 'at_*' AND substr(a.guid, -36) != m.guid",
            "guid {} names another message than the one that has it",
            "a.guid",
        ),
        unusual(
            "attachments",
            "m.item_type NOT IN (0, 3) OR m.associated_message_type IN "
            "(4000, 4001) OR m.associated_message_type BETWEEN 2000 AND 2006",
            "it hangs on a row that has no files (message {})",
            "m.ROWID",
        ),
    ),
    "attachment a JOIN message_attachment_join j ON j.attachment_id = a.ROWID "
    "JOIN message m ON m.ROWID = j.message_id",
    "a.ROWID",
)
