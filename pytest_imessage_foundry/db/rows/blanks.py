"""Columns that real files leave empty where ours hold a value.

Nothing else can be left out: each entry says where it was seen (§26.8, §26.15, §26.16).
`handle.country` is NULL where a person's country_code is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import SECOND, SINCE_10_13
from pytest_imessage_foundry.models.literals import (
    AttachmentBlank,
    DateColumn,
    MessageBlank,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.rows.columns import Row
    from pytest_imessage_foundry.models import Attachment, Traits

MESSAGE: dict[MessageBlank, Row] = {
    # M: one public reader was made to stand it.
    "service": {"service": None},
    # S: rows older than the column, and rows that iCloud brings.
    "part_count": {"part_count": None},
    # S: 19 of 105 rows of one image hold the prefix alone, in small letters.
    "E:": {"account": "E:"},
    "e:": {"account": "e:"},
    # S: what a failed send leaves on 26 beside the row that is tried again.
    "body": {"text": None, "attributedBody": None},
}
ATTACHMENT: dict[AttachmentBlank, Row] = {
    "transfer_name": {"transfer_name": None},  # S
    "filename": {"filename": None},  # S: 228 of 6,500
    # Two readers find the transcript here too; four rows have it in the body alone.
    "user_info": {"user_info": None},
    # NULL in four rows of macOS 12 and 13, 0 or 1 in four of 15.
    "preview": {"preview_generation_state": None},
}
LAST_IN_SECONDS = SINCE_10_13  # SEMANTICS §18


def check(traits: Traits, date: int) -> None:
    """Refuse what no file was seen to hold.

    Raises:
        FoundryError: with the words there are, or the reason.
    """
    for words, allowed in (
        (traits.blank, get_args(MessageBlank)),
        (traits.in_seconds, get_args(DateColumn)),
    ):
        for word in words:
            if word not in allowed:
                raise FoundryError(
                    f"{word!r} is nothing that a message's row can do without\n"
                    "looked at its `blank` and `in_seconds`\n"
                    f"choose from {', '.join(allowed)}"
                )
    if "date" in traits.in_seconds and date > LAST_IN_SECONDS:
        raise FoundryError(
            "a date in seconds is older than macOS 10.13\n"
            "looked at the date of the message, which is after 2017-09-25\n"
            "give it an earlier `at`, or leave in_seconds out"
        )


def leave_out(row: Row, traits: Traits) -> None:
    """Empty the columns of a message's row that its traits name."""
    for word in traits.blank:
        row |= MESSAGE[word]
    for column in traits.in_seconds:
        row[column] //= SECOND


def leave_out_of_file(row: Row, attachment: Attachment) -> None:
    """The same of an attachment's row."""
    for word in attachment.blank:
        row |= ATTACHMENT[word]
