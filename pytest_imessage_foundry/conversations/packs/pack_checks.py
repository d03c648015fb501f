"""Check every value of a pack, since packs come from outside.

The checks are written by hand because they run before the first test that asks for a
database: importing pydantic alone takes 70 ms, checking the shipped packs a few.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, get_args

from pytest_imessage_foundry import strict_json
from pytest_imessage_foundry.conversations.packs import anchor_checks
from pytest_imessage_foundry.conversations.packs.pack_lines import (
    HOLIDAYS,
    WEEKDAYS,
    when_of,
)
from pytest_imessage_foundry.models import (
    EventKind,
    Reaction,
    SendEffect,
    Service,
    TapbackKind,
)
from pytest_imessage_foundry.models.apple_time import is_day
from pytest_imessage_foundry.models.turns import second_tapback
from pytest_imessage_foundry.strict_json import UnclearJSONError

# A larger file should be split. Each value needs one of
# these characters, so counting them bounds memory before anything is parsed.
MAX_VALUES = {"{": 200_000, "[": 200_000, ",": 2_000_000}
_MONTH = 31 * 1_440  # minutes
MAX_COUNT = 1_000_000
MAX_TEXT = 20_000
MAX_NAME = 200

# C0 and C1 but for the line feed; lone surrogates, which no file can hold; and
# the two characters that stand for attachments and balloons in a body.
_bad = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffc\ufffd]").search
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+:-]{0,99}\Z")
_STUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\.[A-Za-z0-9]{1,10})?\Z")
_DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z").match
_KEY = re.compile(r"[0-9a-f]{16}\Z")

_TAPBACKS = get_args(TapbackKind)
_EFFECTS = get_args(SendEffect)
_EVENTS = get_args(EventKind)
_SERVICES = get_args(Service)


class Flaw(ValueError):
    """What is wrong in a pack, and at which place."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}" if place else what)


def decode(data: bytes) -> Any:
    """Return the JSON value in `data`: UTF-8, no duplicate keys, no NaN, limited."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Flaw(f"line {line}", "is not UTF-8") from None
    for mark, most in MAX_VALUES.items():
        if text.count(mark) > most:
            raise Flaw("", f"holds more than {most:,} values: split it")
    try:
        return strict_json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Flaw(place, f"is not JSON: {error.msg}") from None
    except RecursionError:
        raise Flaw("", "is nested too deeply") from None
    except UnclearJSONError as error:
        raise Flaw(error.place, error.what) from None
    except ValueError:
        # int() refuses thousands of digits with a plain ValueError.
        raise Flaw("", "holds a number that is too long") from None


def check(raw: Any, version: int) -> None:
    """Raise Flaw unless `raw` is a pack of this format version."""
    _shape(raw, "", {"conversations", "name", "version"})
    if type(raw["version"]) is not int or raw["version"] != version:
        raise Flaw("version", f"{_show(raw['version'])} is not {version}")
    _text(raw["name"], "name", MAX_NAME)
    for number, each in enumerate(_list(raw["conversations"], "conversations")):
        _conversation(each, f"conversations[{number}]")


def _conversation(raw: Any, place: str) -> None:
    _shape(raw, place, {"key", "provenance", "request", "turns"})
    if type(raw["key"]) is not str or not _KEY.match(raw["key"]):
        raise Flaw(f"{place}.key", f"{_show(raw['key'])} is not 16 hex digits")
    _provenance(raw["provenance"], f"{place}.provenance")
    people = _request(raw["request"], f"{place}.request")
    turns = _list(raw["turns"], f"{place}.turns")
    if not turns:
        raise Flaw(f"{place}.turns", "is empty")
    plain: list[str] = []
    for number, turn in enumerate(turns):
        # Most turns have a sender and a text, and perhaps open a topic. Their texts
        # are checked together below: this loop takes most of the time of a read.
        if (
            type(turn) is dict
            and len(turn) == 2 + (turn.get("opens") is True)
            and type(text := turn.get("text")) is str
            and type(who := turn.get("sender")) is str
            and who in people
            and text
        ):
            plain.append(text)
        else:
            _turn_at(place, number, turn, people)
    if max(map(len, plain), default=0) > MAX_TEXT or _bad("\n".join(plain)):
        for number, turn in enumerate(turns):
            _turn_at(place, number, turn, people)


def _turn_at(place: str, number: int, turn: Any, people: frozenset[str]) -> None:
    try:
        _turn(turn, people, number)
    except Flaw as flaw:
        raise Flaw(f"{place}.turns[{number}]", str(flaw)) from None


def _provenance(raw: Any, place: str) -> None:
    names = {"kind", "date", "verdict", "model", "people", "prompt_version"}
    _shape(raw, place, names)
    _word(raw["kind"], f"{place}.kind", ("written", "llm"))
    if type(raw["date"]) is not str or not is_day(raw["date"]):
        raise Flaw(f"{place}.date", f"{_show(raw['date'])} is no date like 2026-01-31")
    _text(raw["verdict"], f"{place}.verdict", MAX_TEXT)
    for name in ("model", "people"):
        if raw[name] is not None:
            _text(raw[name], f"{place}.{name}", MAX_NAME)
    _number(raw["prompt_version"], f"{place}.prompt_version")


def _request(raw: Any, place: str) -> frozenset[str]:
    """Check a request, and return the ids that may write, the owner's included."""
    names = {"owner", "participants", "locale", "theme", "count", "chat_type"}
    _shape(raw, place, {*names, "service", "prompt_version"})
    _id(raw["owner"], f"{place}.owner")
    participants = _list(raw["participants"], f"{place}.participants")
    for number, each in enumerate(participants):
        _id(each, f"{place}.participants[{number}]")
    if participants != sorted(set(participants)) or raw["owner"] in participants:
        raise Flaw(f"{place}.participants", "not sorted, not unique, or the owner too")
    _id(raw["locale"], f"{place}.locale")
    if raw["theme"] is not None:
        _text(raw["theme"], f"{place}.theme", MAX_TEXT)
    _number(raw["count"], f"{place}.count")
    _number(raw["prompt_version"], f"{place}.prompt_version")
    _word(raw["chat_type"], f"{place}.chat_type", ("direct", "group"))
    _word(raw["service"], f"{place}.service", _SERVICES)
    if not participants or (raw["chat_type"] == "direct" and len(participants) > 1):
        raise Flaw(f"{place}.participants", f"{len(participants)} of them do not fit")
    return frozenset([raw["owner"], *participants])


def _turn(raw: Any, people: frozenset[str], number: int) -> None:
    if type(raw) is not dict:
        raise Flaw("", f"{_show(raw)} is not an object")
    if not raw.keys() <= _TURN:
        raise Flaw("", f"unknown field {_show(min(raw.keys() - _TURN))}")
    _person(raw.get("sender"), people, "sender")
    for name, value in raw.items():
        if name in _CHECKS:
            _CHECKS[name](value, people, name)
    _anchors(raw, number)
    back = raw.get("replies_to", 0)
    if type(back) is not int or not 0 <= back <= number:
        raise Flaw("replies_to", f"{_show(back)} is not a number of turns back")
    if not (raw.get("text") or raw.get("attachment") or raw.get("event")):
        raise Flaw("", "neither text nor attachment nor event")


def _reactions(raw: Any, people: frozenset[str], name: str) -> None:
    for place, each in enumerate(_list(raw, name)):
        _reaction(each, people, f"{name}[{place}]")
    second = second_tapback(Reaction(**each) for each in raw) if len(raw) > 1 else None
    if second is not None:
        who = _show(raw[second]["sender"])
        raise Flaw(f"{name}[{second}]", f"{who} has a tapback there: leave one out")


def _stub(raw: Any, people: frozenset[str], name: str) -> None:
    if type(raw) is not str or not _STUB.match(raw):
        raise Flaw(name, f"{_show(raw)} is no name of a kind of attachment")


def _reaction(raw: Any, people: frozenset[str], place: str) -> None:
    _shape(raw, place, {"sender", "name"}, {"emoji", "is_removed"})
    _person(raw["sender"], people, f"{place}.sender")
    _word(raw["name"], f"{place}.name", _TAPBACKS)
    if (raw["name"] == "emoji") != ("emoji" in raw):
        raise Flaw(f"{place}.emoji", "goes with the name 'emoji', and only with it")
    if "emoji" in raw:
        _text(raw["emoji"], f"{place}.emoji", 32)
    if "is_removed" in raw:
        _flag(raw["is_removed"], f"{place}.is_removed")


def _shape(
    raw: Any, place: str, names: set[str], optional: set[str] | None = None
) -> None:
    if type(raw) is not dict:
        raise Flaw(place, f"{_show(raw)} is not an object")
    if missing := names - raw.keys():
        raise Flaw(place, f"misses {', '.join(sorted(missing))}")
    if extra := raw.keys() - names - (optional or set()):
        raise Flaw(place, f"unknown field {_show(min(extra))}")


def _list(raw: Any, place: str) -> list[Any]:
    if type(raw) is not list:
        raise Flaw(place, f"{_show(raw)} is not a list")
    return raw


def _text(raw: Any, place: str, longest: int) -> None:
    if type(raw) is not str:
        raise Flaw(place, f"{_show(raw)} is not a text")
    if not raw:
        raise Flaw(place, "is empty")
    if len(raw) > longest:
        raise Flaw(place, f"is longer than {longest:,} characters")
    if bad := _bad(raw):
        raise Flaw(place, f"holds U+{ord(bad[0]):04X}, which no message may")


def _id(raw: Any, place: str) -> None:
    if type(raw) is not str or not _ID.match(raw):
        raise Flaw(place, f"{_show(raw)} is no id")


def _person(raw: Any, people: frozenset[str], place: str) -> None:
    if type(raw) is not str or raw not in people:
        raise Flaw(place, f"{_show(raw)} is not one of {', '.join(sorted(people)[:9])}")


def _word(raw: Any, place: str, words: tuple[str, ...]) -> None:
    if type(raw) is not str or raw not in words:
        raise Flaw(place, f"{_show(raw)} is not one of {', '.join(sorted(words))}")


def _flag(raw: Any, place: str) -> None:
    if type(raw) is not bool:
        raise Flaw(place, f"{_show(raw)} is neither true nor false")


def _number(raw: Any, place: str) -> None:
    if type(raw) is not int or not 0 <= raw <= MAX_COUNT:
        raise Flaw(place, f"{_show(raw)} is no number up to {MAX_COUNT:,}")


def _show(raw: Any) -> str:
    """Return `raw` for a message: short, and without control characters."""
    if type(raw) in (dict, list):
        return f"a {type(raw).__name__}"
    return ascii(raw if type(raw) is not str else raw[:40])[:60]


def _bounded(raw: Any, people: frozenset[str], name: str) -> None:
    _text(raw, name, MAX_TEXT)


def _known(raw: Any, people: frozenset[str], name: str) -> None:
    _person(raw, people, name)


def _truth(raw: Any, people: frozenset[str], name: str) -> None:
    _flag(raw, name)


def _minutes(raw: Any, people: frozenset[str], name: str) -> None:
    if type(raw) is not int or not 0 < raw <= _MONTH:
        raise Flaw(name, f"{_show(raw)} is no number of minutes up to {_MONTH:,}")


def _hours(raw: Any, people: frozenset[str], name: str) -> None:
    ends = _list(raw, name)
    if len(ends) != 2 or not all(type(e) is int and 0 <= e <= 24 for e in ends):
        raise Flaw(name, "is not two hours of a day, such as [22, 2]")


def _days(raw: Any, people: frozenset[str], name: str) -> None:
    """Check the days of a turn: their form, and that there are any."""
    _shape(raw, name, set(), set(_WHEN))
    if not raw:
        raise Flaw(name, "is empty")
    for field, value in raw.items():
        _WHEN[field](value, f"{name}.{field}")
    if "holiday" in raw and "dates" in raw:
        raise Flaw(name, "has a holiday and dates: one of them is enough")


def _anchors(raw: dict[str, Any], number: int) -> None:
    """Check that a calendar can keep the anchors of a turn, whose form is right."""
    if "hours" not in raw and "when" not in raw:
        return
    hours = raw.get("hours")
    when = when_of(raw["when"]) if "when" in raw else None
    for name, what in anchor_checks.faults(hours and tuple(hours), when, number):
        raise Flaw(name, what)


def _weekdays(raw: Any, place: str) -> None:
    if not _list(raw, place):
        raise Flaw(place, "is empty")
    for each in raw:
        _word(each, place, WEEKDAYS)


def _month_numbers(raw: Any, place: str) -> None:
    numbers = _list(raw, place)
    if not numbers or not all(
        type(each) is int and 1 <= each <= 12 for each in numbers
    ):
        raise Flaw(place, "is no list of months, from 1 to 12")


def _days_of_month(raw: Any, place: str) -> None:
    ends = _list(raw, place)
    numbers = all(type(each) is int and 1 <= each <= 31 for each in ends)
    if len(ends) != 2 or not numbers or ends[0] > ends[1]:
        raise Flaw(place, "is not the first and the last day of a month, as [1, 5]")


def _dates_of_year(raw: Any, place: str) -> None:
    ends = _list(raw, place)
    if len(ends) != 2 or not all(type(e) is str and _DAY_OF_YEAR(e) for e in ends):
        raise Flaw(place, 'is not two dates, such as ["12-24", "12-26"]')


def _holiday(raw: Any, place: str) -> None:
    _word(raw, place, tuple(HOLIDAYS))


def _distance(raw: Any, place: str) -> None:
    ends = _list(raw, place)
    if len(ends) != 2 or not all(type(each) is int and each > 0 for each in ends):
        raise Flaw(place, "is not how many turns back, and minutes, as [12, 60]")


def _effect(raw: Any, people: frozenset[str], name: str) -> None:
    _word(raw, name, _EFFECTS)


def _event(raw: Any, people: frozenset[str], name: str) -> None:
    _word(raw, name, _EVENTS)


_CHECKS: dict[str, Callable[[Any, frozenset[str], str], None]] = {
    "text": _bounded,
    "edited_from": _bounded,
    "link_title": _bounded,
    "opens": _truth,
    "is_unsent": _truth,
    "reactions": _reactions,
    "attachment": _stub,
    "effect": _effect,
    "event": _event,
    "event_who": _known,
    "pause": _minutes,
    "hours": _hours,
    "when": _days,
}
_WHEN: dict[str, Callable[[Any, str], None]] = {
    "weekdays": _weekdays,
    "months": _month_numbers,
    "days": _days_of_month,
    "dates": _dates_of_year,
    "holiday": _holiday,
    "after": _distance,
    "within": _distance,
}
_TURN = {*_CHECKS, "sender", "replies_to"}
