"""Read JSON of others: what two programs would read differently is refused."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

from pytest_imessage_foundry.terminal import escaped, shown

_PAIRS = 4  # of an object, to name it
_LONGEST = 40  # characters of a number
_INFINITE = float("inf")
_STRING_OR_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"\[\]{},:]+', re.DOTALL)


class UnclearJSONError(ValueError):
    """A text is JSON, or nearly, and does not mean the same to everybody.

    Attributes:
        place: the object or the line that it stands in, "" if there is one line only.
        what: what is wrong there.
    """

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}" if place else what)
        self.place = place
        self.what = what


def loads(text: str | bytes) -> Any:
    """Return the value of a JSON text, which holds no key twice, and no NaN or other
    number that JSON does not have.

    Raises:
        UnclearJSONError: it does hold one.
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    try:
        return _DECODER.decode(text)
    except _WordError as error:
        raise UnclearJSONError(_line(text, error.word), error.what) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        rest = ", ".join(f"{shown(k)}: {shown(v)}" for k, v in pairs[:_PAIRS])
        raise UnclearJSONError(
            f"object with {rest}", f"has the key {shown(twice)} twice"
        )
    return built


class _WordError(UnclearJSONError):
    """The decoder does not say where the word stands that it hands over."""

    def __init__(self, word: str, what: str) -> None:
        super().__init__("", f"{escaped(word, _LONGEST)} {what}")
        self.word = word


def _line(text: str, word: str) -> str:
    if "\n" not in text.strip():
        return ""
    found = _STRING_OR_WORD.finditer(text)
    first = next((each.start() for each in found if each[0] == word), 0)
    return f"line {text.count(chr(10), 0, first) + 1}"


def _constant(name: str) -> NoReturn:
    raise _WordError(name, "is not JSON")


def _number(text: str) -> float:
    value = float(text)
    if abs(value) == _INFINITE:
        raise _WordError(text, "is larger than any number")
    return value


# Made once: json.loads() with these arguments would make one for each text.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_number
)
