"""What Apple's data detectors find in a text: days, times, money, numbers (§22).

It looks for data whose pieces the sources state, and for a day with a time, which has
no pieces here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models import Detected, DetectedPart, Run, TextPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_imessage_foundry.models import Detection, Message

_DAY = r"(?:today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
# Each but money begins with a word, of few letters or a digit: most places are passed
# by one test of that.
_FOUND = re.compile(
    r"\b(?=(?i:[\dtmwfsu]))"
    rf"(?:(?P<calendar>(?i:{_DAY}) at \d\d?(?::\d\d)?(?: ?(?i:[ap]m))?\b)"
    r"|(?P<date>(?i:tomorrow)\b)"
    r"|(?P<time>\d\d?:\d\d(?: ?(?i:[ap]m))?\b)"
    r"|(?P<phone>[2-9]\d{9}\b)"
    r"|(?P<address>\d+ \w+ Street, \w+, [A-Z]{2} \d{5}\b)"
    r"|(?P<shipment>1Z[0-9A-Z]{16}\b)"
    r"|(?P<flight>UA \d{4}\b)"
    r"|(?P<unit>\d+ lbs\b))"
    r"|(?P<money>\$\d+(?:\.\d\d)?(?![\d.,]\d))"
)
_DIGIT = re.compile(r"\d")
_ASCII_DIGIT = re.compile("[0-9]")  # in half the time
_CLOCK = re.compile(r"(\d\d?):(\d\d) ?([AaPp][Mm])?")
_STREET = re.compile(r"(\d+) (\w+ Street), (\w+), ([A-Z]{2}) (\d{5})")
Pieces = tuple[DetectedPart, ...]


def with_found(message: Message) -> Message:
    """Return a message with its detected data, if its text is exactly one such item."""
    part = message.parts[0] if len(message.parts) == 1 else None
    if (
        part is None
        or part.kind != "text"
        or part.runs
        or message.edits
        or message.balloon is not None
        or message.storage == "text"
        or not _may_have(part.text)
    ):
        return message
    runs = tuple(_runs(part.text))
    if len(runs) == 1 and isinstance(runs[0], str):
        return message
    return replace(message, parts=(TextPart.of(*runs),))


def _may_have(text: str) -> bool:
    """Return whether a text has what every pattern needs: a digit or this one word.

    Most texts have not, and trying all patterns at each place is slow.
    """
    digit = _ASCII_DIGIT if text.isascii() else _DIGIT
    return digit.search(text) is not None or "tomorrow" in text.lower()


def _runs(text: str) -> Iterator[Run | str]:
    at = 0
    for match in _FOUND.finditer(text):
        if match.start() > at:
            yield text[at : match.start()]
        kind: Detection = match.lastgroup  # type: ignore[assignment]
        pieces = _PIECES[kind](match[0]) if kind in _PIECES else ()
        found = Detected(kind=kind, value=match[0], parts=pieces)
        yield Run(match[0], detected=found)
        at = match.end()
    if at < len(text):
        yield text[at:]


def _date(text: str) -> Pieces:
    return (DetectedPart("RelativeDay", text, "1"),)


def _time(text: str) -> Pieces:
    match = _CLOCK.fullmatch(text)
    assert match is not None, "the pattern of times is a part of that of all"
    hours, minutes, half = match.groups()
    pieces = (DetectedPart("Hours", hours), DetectedPart("Minutes", minutes))
    return (*pieces, DetectedPart("Meridian", half, half.lower())) if half else pieces


def _address(text: str) -> Pieces:
    match = _STREET.fullmatch(text)
    assert match is not None, "the pattern of streets is that of all"
    number, name, city, state, code = match.groups()
    street = (DetectedPart("StreetNumber", number), DetectedPart("StreetName", name))
    return (
        DetectedPart("Street", f"{number} {name}", parts=street),
        DetectedPart("City", city),
        DetectedPart("State", state),
        DetectedPart("ZipCode", code),
    )


def _shipment(text: str) -> Pieces:
    return (DetectedPart("UPS", text),)


def _flight(text: str) -> Pieces:
    airline, number = text.split()
    return (DetectedPart("AirlineCode", airline), DetectedPart("FlightNumber", number))


def _unit(text: str) -> Pieces:
    amount, unit = text.split()
    return (DetectedPart("IntegralValue", amount), DetectedPart("Unit", unit, "pound"))


_PIECES: dict[Detection, Callable[[str], Pieces]] = {
    "date": _date,
    "time": _time,
    "address": _address,
    "shipment": _shipment,
    "flight": _flight,
    "unit": _unit,
}
