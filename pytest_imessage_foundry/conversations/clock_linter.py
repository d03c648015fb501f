"""Hold what messages say of the time against the time of their rows.

`clock_words.json` has words for greetings, parts of the day, weekdays, holidays and
seasons of each language, and when each of them can be said. A finding is a text whose
row has another time.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.casing import lower
from pytest_imessage_foundry.conversations.clock import local_time
from pytest_imessage_foundry.conversations.spoken import LANGUAGES, spoken_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from pytest_imessage_foundry.models import Conversation, Persona

_TIMES = ("hours", "weekdays", "months", "dates")


@dataclass(frozen=True, slots=True)
class Misdating:
    """A text that says another time than its row.

    Attributes:
        chat: the id of the conversation.
        moment: the row's local time.
        what: what the text speaks of, such as "good morning".
        text: the text.
    """

    chat: str
    moment: datetime
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class _Word:
    what: str
    says: re.Pattern[str]
    rule: dict[str, Any]


Said = tuple[_Word, re.Match[str]]


def findings(
    conversations: Iterable[Conversation], personas: Iterable[Persona]
) -> Iterator[Misdating]:
    """Yield what the messages of some conversations say wrongly of their time.

    The time is local to the sender, the owner's where nobody knows the sender. The
    words are those of the languages of all people of a chat.
    """
    people = list(personas)
    owner = next((each for each in people if each.is_self), None)
    known = {address: each for each in people for address in each.addresses}
    for chat in conversations:
        around = [known[each] for each in chat.founders if each in known]
        codes = {spoken_in(each.locale) for each in around} or {"en"}
        for message in chat.messages:
            if message.event is not None or message.sender == "":
                continue
            sender = owner if message.sender is None else known.get(message.sender)
            sender = sender or owner
            zone = sender.time_zone if sender else "UTC"
            moment = local_time(message.date, zone)
            for what in faults(message.text, moment, codes):
                yield Misdating(chat.config_id, moment, what, message.text)


def faults(text: str, moment: datetime, languages: Iterable[str]) -> Iterator[str]:
    """Yield what a text says that cannot be said at a local time."""
    for what, _ in misfits(said(text, languages), moment):
        yield what


def misfits(
    words: Iterable[Said], moment: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield which of some words cannot be said at a local time, and when they can.

    That is one of `hours`, `weekdays`, `months` and `dates`, with numbers.
    """
    for word, found in words:
        if not _fits(word.rule, moment, found):
            yield word.what, _times(word.rule, found)


def said(text: str, languages: Iterable[str]) -> Iterator[Said]:
    """Yield the words of a text that cannot be said at every time, with their place."""
    text = text.replace("\u2019", "'")
    for code in languages:
        lowered = lower(text, code)
        for word in _words(code if code in LANGUAGES else "en"):
            if found := word.says.search(lowered):
                yield word, found


def _times(rule: dict[str, Any], found: re.Match[str]) -> dict[str, Any]:
    if "now" in rule:
        hour = _hour(found)
        return {"hours": [hour, hour + 1]}
    return {name: rule[name] for name in _TIMES if name in rule}


def _hour(found: re.Match[str]) -> int:
    """Return the hour that a text names with am or pm."""
    return int(found[1]) % 12 + (12 if found[2] == "pm" else 0)


def _fits(rule: dict[str, Any], moment: datetime, found: re.Match[str]) -> bool:
    if "hours" in rule:
        first, last = rule["hours"]
        return bool((moment.hour - first) % 24 < (last - first) % 24)
    if "weekdays" in rule:
        return bool(moment.weekday() in rule["weekdays"])
    if "months" in rule:
        return bool(moment.month in rule["months"])
    if "dates" in rule:
        first, last = rule["dates"]
        day = f"{moment:%m-%d}"
        goes_over = first > last
        return bool(first <= day or day <= last if goes_over else first <= day <= last)
    return (moment.hour - _hour(found) + 1) % 24 <= 2


@cache
def _words(code: str) -> tuple[_Word, ...]:
    data = get_data(__package__, "clock_words.json")
    assert data is not None, "a loader that reads this module reads its neighbour"
    return tuple(
        _Word(each["what"], re.compile(each["says"], re.MULTILINE), each)
        for each in json.loads(data)[code]
    )
