"""What data detectors leave on a run of text: archives of DDScannerResult.

A result names its type (T), the text that it matched (MS) and where (AR), what that
means (V) and the results that it is made of (SR); VN is a version. Types, pieces and
flags are those of some forty genuine results in the samples of imessage-database
4.3.0. There V stands on pieces alone, P is 1 on all but a date, and both forms of the
archive occur (`Detected.mutable`); an empty SR is an empty array.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs.keyed_archives import MutableList, Obj, keyed
from pytest_imessage_foundry.db.blobs.plist_templates import PlistTemplate
from pytest_imessage_foundry.db.blobs.values import MutableData, Number, Url
from pytest_imessage_foundry.models import DetectedPart, Detection, utf16_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.db.blobs.typedstream import Value
    from pytest_imessage_foundry.models import Detected, Run

    Shape = tuple[str, bool, tuple["Shape", ...]]

LINK = "__kIMLinkAttributeName"
DATA_DETECTED = "__kIMDataDetectedAttributeName"
ONE_TIME_CODE = "__kIMOneTimeCodeAttributeName"
_CALENDAR = "__kIMCalendarEventAttributeName"

# Kind → the attribute that holds its result, and the result's type.
TYPES: dict[Detection, tuple[str, str]] = {
    "one-time-code": (DATA_DETECTED, "AuthCode"),
    "calendar": (_CALENDAR, "DateTime"),  # no sample; a bridge's source names it
    "date": (_CALENDAR, "Date"),
    "time": (_CALENDAR, "Time"),
    "phone": ("__kIMPhoneNumberAttributeName", "PhoneNumber"),
    "email": (DATA_DETECTED, "Email"),
    "money": ("__kIMMoneyAttributeName", "Money"),
    "address": ("__kIMAddressAttributeName", "FullAddress"),
    "flight": (DATA_DETECTED, "FlightInformation"),
    "shipment": (DATA_DETECTED, "TrackingNumber"),
    "unit": (DATA_DETECTED, "PhysicalAmount"),
}
_UNFLAGGED = "Date"  # its P is 0
_SCHEMES: dict[Detection, str] = {"phone": "tel:", "email": "mailto:"}
_CURRENCY = re.compile(r"^[^\d\s.,+-]+|[^\d\s.,+-]+$")
# What "$" can mean; the list of one sample has two currencies more.
_DOLLARS = (
    "USD-CAD-AUD-HKD-TWD-SGD-KYD-BBD-BMD-BND-BSD-BZD-FJD-GYD-JMD-LRD-NAD-NZD-SBD-SRD-"
    "TTD-TVD-XCD-MXN-ARS-CLP-COP"
)
_MOST_SHAPES = 200


def findings(run: Run, location: int) -> Iterator[tuple[str, Value]]:
    """Yield what detectors left on a run that starts at `location` of its body."""
    if run.link is not None:
        yield LINK, Url(run.link)
        yield DATA_DETECTED, result(DetectedPart("HttpURL", run.text), location)
    if run.detected is not None:
        yield from _detected(run.detected, run.text, location)


def _detected(
    detected: Detected, text: str, location: int
) -> Iterator[tuple[str, Value]]:
    if detected.kind == "one-time-code":
        # Two strings (ChatKit's names); the archive beside it as in a real row.
        yield ONE_TIME_CODE, {"code": detected.value, "displayCode": text}
    elif detected.kind in _SCHEMES:
        yield LINK, Url(_SCHEMES[detected.kind] + _dialled(detected.kind, text))
    attribute, kind = TYPES[detected.kind]
    pieces = detected.parts or _pieces(detected.kind, text)
    found = DetectedPart(kind, text, None, pieces)
    yield attribute, result(found, location, mutable=detected.mutable)


def _dialled(kind: Detection, text: str) -> str:
    """Return the address that a text means. All numbers seen were digits alone, so what
    becomes of others is inferred."""
    return re.sub(r"[^\d+]", "", text) if kind == "phone" else text


def _pieces(kind: Detection, text: str) -> tuple[DetectedPart, ...]:
    """Return what a result is made of, where its text alone says so."""
    if kind in _SCHEMES:
        return (DetectedPart("Value", text),)
    symbol = _CURRENCY.search(text) if kind == "money" else None
    if symbol is None:
        return ()
    currency = DetectedPart(
        "Currency", symbol[0], _DOLLARS if symbol[0] == "$" else None
    )
    rest = text.replace(symbol[0], "", 1).strip()
    # Whole amounts were of either type; that of others is not known.
    amount = DetectedPart("IntegralValue" if rest.isdigit() else "MoneyAmount", rest)
    return (currency, amount) if symbol.start() == 0 else (amount, currency)


def result(found: DetectedPart, location: int, *, mutable: bool = True) -> Value:
    """Return the archive of a result whose text starts at `location` of its body.

    Raises:
        ValueError: a piece is not in the text, or not in its order.
    """
    values: list[str | int | None] = []
    shape = _shape(found, location, values)
    template = _TEMPLATES.get((mutable, shape))
    if template is None:
        template = PlistTemplate(lambda *given: _plist(shape, given, mutable))
        if len(_TEMPLATES) < _MOST_SHAPES:
            _TEMPLATES[mutable, shape] = template
    data = template(*values)
    return MutableData(data) if mutable else data


def _shape(found: DetectedPart, location: int, values: list[str | int | None]) -> Shape:
    """The types in a result; what differs from one to the next goes into `values`."""
    text = found.text
    values += (text, utf16_length(text), location)
    if found.value is not None:
        values.append(found.value)
    shapes: list[Shape] = []
    at = 0
    for piece in found.parts:
        at = text.index(piece.text, at)
        shapes.append(_shape(piece, location + utf16_length(text[:at]), values))
        at += len(piece.text)
    return found.type, found.value is not None, tuple(shapes)


def _plist(shape: Shape, values: tuple[Any, ...], mutable: bool) -> dict[str, Any]:
    # Its name in $top and the version beside it: raw dumps of real bodies.
    root = _scanner_result(shape, iter(values), mutable)
    return keyed(root, key="dd-result", top={"version": 1})


def _scanner_result(shape: Shape, values: Iterator[Any], mutable: bool) -> Obj:
    kind, has_value, pieces = shape
    text, length, location = next(values), next(values), next(values)
    span = {
        "NS.rangeval.length": Number(length),
        "NS.rangeval.location": Number(location),
        "NS.special": 4,
    }
    fields = {"AR": Obj("NSValue", span), "MS": text, "T": kind, "VN": 1}
    fields["P"] = int(kind != _UNFLAGGED)
    if has_value:
        fields["V"] = next(values)
    made_of = tuple(_scanner_result(piece, values, mutable) for piece in pieces)
    fields["SR"] = MutableList(made_of) if mutable else made_of
    return Obj("DDScannerResult", fields)


_TEMPLATES: dict[tuple[bool, Shape], PlistTemplate] = {}
