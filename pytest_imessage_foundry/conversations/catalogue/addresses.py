"""Cases of people with several addresses, and of people with few details in a file."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import Persona


@cache
def _eve(phone: CasePhone) -> Persona:
    """Return a person with a number and an e-mail address."""
    return phone.author.person("Eve Marsh", addresses=["phone", "email"])


@case("person-number", "somebody who has an e-mail address too", "§13")
def _number(phone: CasePhone) -> tuple[Draft, Reading]:
    eve = _eve(phone)
    draft = phone.author.direct(eve).receive("From my phone")
    return draft, {"text": "From my phone", "also": [eve.addresses[1]]}


@case("person-email", "the same person from that address: one group_id", "§13")
def _email(phone: CasePhone) -> tuple[Draft, Reading]:
    eve = _eve(phone)
    draft = phone.author.direct(eve, address=eve.addresses[1]).receive("From my desk")
    return draft, {"text": "From my desk", "also": [eve.addresses[0]]}


@case("person-sms", "the same person over SMS: before 26 in a chat of its own", "§12")
def _sms(phone: CasePhone) -> tuple[Draft, Reading]:
    eve = _eve(phone)
    draft = phone.author.direct(eve, service="SMS").receive("No data here")
    return draft, {
        "text": "No data here",
        "service": "SMS",
        "also": [eve.addresses[1]],
        "chats": 2 if "any_guids" in phone.author.schema.features else 3,
    }


@case("person-no-country", "a handle without a country", "§26.15")
def _no_country(phone: CasePhone) -> tuple[Draft, Reading]:
    somebody = phone.author.person("Ola Berg", country="")
    draft = phone.author.direct(somebody).receive("Where from?")
    return draft, {"text": "Where from?", "country": None, "also": [], "chats": 1}
