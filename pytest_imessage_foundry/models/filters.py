"""What message filters make of a message, and the suffixes that said so before 27.

Until macOS 26 a filtered sender has a chat and a handle of his own, whose address ends
in a suffix. 27 merges such chats into the one without it and keeps the category with
each message instead (strings of its migration).
"""

from __future__ import annotations

from typing import Literal

from pytest_imessage_foundry.models.frozen import dataclass

FilterAction = Literal["none", "allow", "junk", "promotion", "transaction"]
FilterSubAction = Literal[
    "none",
    "others",
    "finance",
    "orders",
    "reminders",
    "health",
    "weather",
    "carrier",
    "rewards",
    "public-services",
    "offers",
    "coupons",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterCategory:
    """The category that a filter put a message in (macOS 27)."""

    action: FilterAction
    sub_action: FilterSubAction = "none"


# The suffixes seen, and what 27 calls what they stand for. No category is known to
# stand for `(filtered)`, which marks unknown senders.
FILTER_SUFFIXES: dict[str, FilterCategory | None] = {
    "(filtered)": None,
    "(smsfp)": FilterCategory(action="promotion"),
    "(smsft)": FilterCategory(action="transaction"),
    "(smsft_fi)": FilterCategory(action="transaction", sub_action="finance"),
    "(smsft_or)": FilterCategory(action="transaction", sub_action="orders"),
    "(smsft_rm)": FilterCategory(action="transaction", sub_action="reminders"),
}


FilterTier = Literal[
    "known",
    "unknown",
    "junk",
    "promotion",
    "transaction",
    "finance",
    "orders",
    "reminders",
]
# chat.is_filtered: 2 is Apple's own SQL, 0 and 1 what Messages shows, the others what
# stands beside the suffixes in real files (§26.1).
TIER_NUMBERS: dict[FilterTier, int] = {
    "known": 0,
    "unknown": 1,
    "junk": 2,
    "promotion": 3,
    "transaction": 4,
    "finance": 36,
    "orders": 52,
    "reminders": 68,
}
SUFFIX_TIERS: dict[str, FilterTier] = {
    "(filtered)": "unknown",
    "(smsfp)": "promotion",
    "(smsft)": "transaction",
    "(smsft_fi)": "finance",
    "(smsft_or)": "orders",
    "(smsft_rm)": "reminders",
}


def without_suffix(address: str) -> str:
    """Give the address as it was dialled."""
    at = address.rfind("(")
    return address[:at] if at > 0 and address[at:] in FILTER_SUFFIXES else address
