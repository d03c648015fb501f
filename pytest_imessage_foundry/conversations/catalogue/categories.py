"""Cases of the categories that message filters give to messages (macOS 27)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import FilterCategory

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import FilterAction, FilterSubAction


def _judged(
    phone: CasePhone, text: str, category: FilterCategory, said: list[str] | None
) -> tuple[Draft, Reading]:
    draft = phone.shop.receive(text, date_read=0).trait(filtered=category)
    return draft, {"text": text, "service": "SMS", "category": said}


def _enter(
    name: str,
    what: str,
    text: str,
    action: FilterAction,
    sub_action: FilterSubAction = "none",
) -> None:
    category = FilterCategory(action=action, sub_action=sub_action)
    said = None if action == "none" else [str(action), str(sub_action)]
    case(name, what, "§15", feature="filter_actions")(
        partial(_judged, text=text, category=category, said=said)
    )


_enter("filter-none", "a message that no filter judged", "Is this Robin?", "none")
_enter("filter-allow", "let through by a filter", "Your table is ready", "allow")
_enter("filter-junk", "junk by a filter", "You have won! Reply YES", "junk")
_enter("filter-promotion", "a promotion by a filter", "Sale ends today", "promotion")
_enter("filter-offers", "an offer", "Two for one today", "promotion", "offers")
_enter("filter-coupons", "a coupon", "10 off with SAVE10", "promotion", "coupons")
_enter("filter-transaction", "a transaction by a filter", "Thank you", "transaction")
_enter("filter-orders", "an order", "Parcel sent", "transaction", "orders")
_enter("filter-reminders", "a reminder", "See you at 9", "transaction", "reminders")


@case(
    "filter-merged",
    "a filtered sender: one chat with the unfiltered one",
    "§15",
    feature="filter_actions",
)
def _merged(phone: CasePhone) -> tuple[Draft, Reading]:
    bank = phone.author.person("Example Savings", address="15513")
    phone.author.direct(bank, service="SMS").receive("Welcome")
    chat = phone.author.direct(bank, service="SMS", suffix="(smsft_fi)")
    category = FilterCategory(action="transaction", sub_action="finance")
    draft = chat.receive("Card payment: 12.50").trait(filtered=category)
    return draft, {
        "text": "Card payment: 12.50",
        "category": ["transaction", "finance"],
    }
