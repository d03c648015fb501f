"""The closed words of the field, and the marks that stand for what is no text."""

from __future__ import annotations

from typing import Literal

Service = Literal["iMessage", "SMS", "RCS", "iMessageLite"]
IdentifierType = Literal["phone", "email", "short-code", "business"]
LifeSpan = Literal["", "year", "decade"]
Frequency = Literal["high", "medium", "low"]
ResponseTime = Literal["instant", "minutes", "hours", "days"]
Hours = tuple[int, int]  # of a day: from the first until the second, (22, 2) too
EmojiUsage = Literal["none", "light", "moderate", "heavy"]
Vocabulary = Literal["simple", "moderate", "sophisticated"]

TextEffect = Literal[
    "big", "small", "shake", "nod", "explode", "ripple", "bloom", "jitter"
]
Detection = Literal[
    "one-time-code",
    "calendar",
    "date",
    "time",
    "phone",
    "email",
    "money",
    "address",
    "flight",
    "shipment",
    "unit",
]
TapbackKind = Literal[
    "loved",
    "liked",
    "disliked",
    "laughed",
    "emphasized",
    "questioned",
    "emoji",
    "sticker",
]
SendEffect = Literal[
    "slam",
    "loud",
    "gentle",
    "invisible-ink",
    "confetti",
    "echo",
    "fireworks",
    "balloons",
    "heart",
    "lasers",
    "shooting-star",
    "celebration",
    "spotlight",
]
EventKind = Literal[
    "added",
    "removed",
    "left",
    "renamed",
    "photo-set",
    "photo-removed",
    "number-changed",
    "location-started",
    "location-stopped",
    "audio-kept",
    "shareplay",
    "background-set",
    "background-removed",
]
# What only a group can announce; the rest happens in chats of two as well.
GROUP_EVENTS: tuple[EventKind, ...] = (
    *("added", "removed", "left", "renamed", "photo-set", "photo-removed"),
    "number-changed",
)
# What real files leave empty, see `db.rows.blanks`; "E:" and "e:" are accounts
# without an address.
MessageBlank = Literal["service", "part_count", "E:", "e:", "body"]
# Where a file is: "missing" was there, "waiting" is named by its row and not there
# (offloaded, or still to come), "not-downloaded" has no path, "awaited" no row yet.
FileState = Literal["present", "missing", "waiting", "not-downloaded", "awaited"]
AttachmentBlank = Literal["transfer_name", "filename", "user_info", "preview"]
DateColumn = Literal["date", "date_read", "date_delivered"]
# The type of a part's number in the body.
PartCode = Literal["i", "q"]
# How a row stores its body: most rows since Ventura leave `text` NULL beside a
# full attributedBody (SEMANTICS §2), old ones have no attributedBody at all.
Storage = Literal["both", "archive", "text"]
ATTACHMENT_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
BALLOON_MARK = "\N{REPLACEMENT CHARACTER}"


def utf16_length(text: str) -> int:
    """Length of `text` in UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
