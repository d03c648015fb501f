"""Cases of data detectors: what they found in a text, and its components."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Detected, DetectedPart, Run

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import Detection

    Pieces = tuple[DetectedPart, ...]
    Shown = dict[str, str]

_STREET = DetectedPart(
    "Street",
    "1 Main Street",
    parts=(
        DetectedPart("StreetNumber", "1"),
        DetectedPart("StreetName", "Main Street"),
    ),
)
_ADDRESS = (
    _STREET,
    DetectedPart("City", "Springfield"),
    DetectedPart("State", "IL"),
    DetectedPart("ZipCode", "62701"),
)
_ADDRESS_SHOWN = {
    "Street": "1 Main Street",
    "StreetNumber": "1",
    "StreetName": "Main Street",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
}
_COUNTRY = DetectedPart(
    "Country",
    "United States",
    parts=(DetectedPart("CountryCode", "United States", "US"),),
)


def _found(
    phone: CasePhone,
    kind: Detection,
    text: str,
    pieces: Pieces,
    shown: Shown,
    *,
    mutable: bool,
    value: str,
    link: str | None,
) -> tuple[Draft, Reading]:
    detected = Detected(kind=kind, value=value, parts=pieces, mutable=mutable)
    draft = phone.direct.receive(["Here: ", Run(text, detected=detected)])
    reading: Reading = {"text": f"Here: {text}", "detected": kind, "value": value}
    return draft, reading | {"pieces": shown} | ({"link": link} if link else {})


def _enter(
    name: str,
    what: str,
    kind: Detection,
    text: str,
    pieces: Pieces = (),
    shown: Shown | None = None,
    *,
    mutable: bool = True,
    value: str = "",
    link: str | None = None,
) -> None:
    case(f"detected-{name}", f"a data detector found {what}", "§22")(
        partial(
            _found,
            kind=kind,
            text=text,
            pieces=pieces,
            shown=shown or {},
            mutable=mutable,
            value=value or text,
            link=link,
        )
    )


_enter("code", "a one-time code", "one-time-code", "481 923", value="481923")
_enter(
    "phone",
    "a phone number, which is a link too",
    "phone",
    "2125550142",
    shown={"Value": "2125550142"},
    link="tel:2125550142",
)
_enter(
    "email",
    "an e-mail address, which is a link too",
    "email",
    "desk@example.com",
    shown={"Value": "desk@example.com"},
    link="mailto:desk@example.com",
)
_enter(
    "money",
    "an amount and its currency",
    "money",
    "€45",
    shown={"Currency": "€", "IntegralValue": "45"},
)
_enter(
    "money-dollars",
    "an amount in one of many dollars",
    "money",
    "$45",
    (DetectedPart("Currency", "$", "USD-CAD-AUD"), DetectedPart("MoneyAmount", "45")),
    {"Currency": "USD-CAD-AUD", "MoneyAmount": "45"},
    mutable=False,
)
_enter(
    "address",
    "an address and its parts",
    "address",
    "1 Main Street, Springfield, IL 62701",
    _ADDRESS,
    _ADDRESS_SHOWN,
)
_enter(
    "address-abroad",
    "an address with its country",
    "address",
    "1 Main Street, Springfield, IL 62701, United States",
    (*_ADDRESS, _COUNTRY),
    {**_ADDRESS_SHOWN, "Country": "United States", "CountryCode": "US"},
    mutable=False,
)
_enter("calendar", "a day with a time", "calendar", "tomorrow at 7")
_enter(
    "date",
    "a day, whose flags are 0",
    "date",
    "tomorrow",
    (DetectedPart("RelativeDay", "tomorrow", "1"),),
    {"RelativeDay": "1"},
)
_enter(
    "time",
    "a time of the day",
    "time",
    "8:00 pm",
    (
        DetectedPart("Hours", "8"),
        DetectedPart("Minutes", "00"),
        DetectedPart("Meridian", "pm", "pm"),
    ),
    {"Hours": "8", "Minutes": "00", "Meridian": "pm"},
    mutable=False,
)
_enter(
    "flight",
    "a flight by its code",
    "flight",
    "UA 1111",
    (DetectedPart("AirlineCode", "UA"), DetectedPart("FlightNumber", "1111")),
    {"AirlineCode": "UA", "FlightNumber": "1111"},
)
_enter(
    "flight-named",
    "a flight by the name of its airline",
    "flight",
    "Allegiant Air flight 1111",
    (
        DetectedPart("AirlineCode", "Allegiant Air", "G4"),
        DetectedPart("FlightNumber", "1111"),
    ),
    {"AirlineCode": "G4", "FlightNumber": "1111"},
    mutable=False,
)
_enter(
    "shipment",
    "a parcel, whose carrier is the type of its one piece",
    "shipment",
    "1Z999AA10123456784",
    (DetectedPart("UPS", "1Z999AA10123456784"),),
    {"UPS": "1Z999AA10123456784"},
)
_enter(
    "unit",
    "an amount with a unit",
    "unit",
    "225 lbs",
    (DetectedPart("IntegralValue", "225"), DetectedPart("Unit", "lbs", "pound")),
    {"IntegralValue": "225", "Unit": "pound"},
)
_enter(
    "unit-multiplied",
    "an amount of a million units, beside a sign of two bytes",
    "unit",
    "5M℉",
    (
        DetectedPart("IntegralValue", "5"),
        DetectedPart("Multiplier", "M", "1000000"),
        DetectedPart("Unit", "℉", "fahrenheit"),
    ),
    {"IntegralValue": "5", "Multiplier": "1000000", "Unit": "fahrenheit"},
    mutable=False,
)
