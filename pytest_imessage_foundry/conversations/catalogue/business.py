"""Cases of businesses: questions, answers, and messages over RCS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue import business_cards as cards
from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Chatbot, RichCard

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import AppCard

_SIZES = ("Small", "Medium", "Large")


def _asked(phone: CasePhone, card: AppCard, **says: object) -> tuple[Draft, Reading]:
    draft = phone.shop_desk.receive(balloon=card)
    return draft, {"text": "", "says": card.ldtext, **says}


def _answered(phone: CasePhone, card: AppCard, **says: object) -> tuple[Draft, Reading]:
    draft = phone.shop_desk.send(balloon=card)
    return draft, {"text": "", "app": "Business", "says": card.ldtext, **says}


case("business-form", "a business asks for a form", "§23")(
    partial(
        _asked,
        card=cards.form_request("Report a problem"),
        spoken="Report a problem Tap to get started",
    )
)
case("business-form-answered", "the form, filled in", "§23")(
    partial(
        _answered,
        card=cards.form_response([("What is wrong?", "It leaks"), ("Since?", "May")]),
        answers={"What is wrong?": "It leaks", "Since?": "May"},
    )
)
case("business-list", "a business asks to choose from a list", "§23")(
    partial(_asked, card=cards.list_picker("Which size?", _SIZES), choices=list(_SIZES))
)
case("business-list-answered", "what was chosen from the list", "§23")(
    partial(
        _answered,
        card=cards.list_picker_response("Which size?", "Medium", ("Small", "Large")),
        chosen="Medium",
    )
)
case("business-buttons", "a business asks with buttons", "§23")(
    partial(
        _asked,
        card=cards.quick_reply("Was this helpful?", ("Yes", "No")),
        choices=["Yes", "No"],
    )
)
case("business-buttons-answered", "the button that was pressed", "§23")(
    partial(
        _answered,
        card=cards.quick_reply_response(("Yes", "No"), "No"),
        choices=["Yes", "No"],
        chosen="No",
    )
)


@case("rcs-chatbot", "cards of a business over RCS", "§23", feature="rcs")
def _chatbot(phone: CasePhone) -> tuple[Draft, Reading]:
    offer = RichCard(
        title="Autumn sale",
        description="A fifth off all coats",
        picture=phone.author.file("screenshot"),
        picture_url="https://cards.example.com/coats.png",
    )
    plain = RichCard(title="Opening hours", description="From nine to six")
    draft = phone.rcs.receive(balloon=Chatbot(cards=(offer, plain)))
    return draft, {
        "text": "",
        "service": "RCS",
        "cards": [
            ["Autumn sale", "A fifth off all coats", True],
            ["Opening hours", "From nine to six", False],
        ],
    }
