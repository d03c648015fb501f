"""A reader's answer as Python code hands it over: objects of many sorts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

from pytest_imessage_foundry.errors import FoundryError, page


def lines_of(answer: Any) -> Iterator[str | bytes]:
    """Yield an answer as JSON lines.

    It is readings, each a mapping, a sqlite3.Row, an object with the fields as
    attributes, or a line of JSON; or one mapping from GUIDs to readings; or the path
    of a file of lines.

    Raises:
        FoundryError: it is none of these.
    """
    if isinstance(answer, os.PathLike):
        with open(answer, "rb") as file:
            yield from file
        return
    if isinstance(answer, (str, bytes)):
        yield from answer.splitlines()
        return
    if isinstance(answer, Mapping):
        answer = [{"guid": guid, **_plain(each)} for guid, each in answer.items()]
    if not isinstance(answer, Iterable):
        raise _refusal(answer)
    for each in answer:
        yield each if isinstance(each, (str, bytes)) else _line(each)


def _line(reading: Any) -> str:
    try:
        return json.dumps(_plain(reading), default=_value)
    except (TypeError, ValueError):
        raise _refusal(reading) from None


def _plain(reading: Any) -> dict[str, Any]:
    if isinstance(reading, Mapping) or _is_row(reading):
        return dict(reading)
    if is_dataclass(reading) and not isinstance(reading, type):
        return asdict(reading)
    named = getattr(reading, "_asdict", None)
    if named is not None:
        return dict(named())
    if hasattr(reading, "__dict__") and not isinstance(reading, type):
        return dict(vars(reading))
    raise _refusal(reading)


def _is_row(reading: Any) -> bool:
    """Return whether it has keys and values without being a mapping, as a
    sqlite3.Row does."""
    return hasattr(reading, "keys") and not isinstance(reading, type)


def _value(value: Any) -> Any:
    """Return what JSON has no word for in words that it has."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return _plain(value)


def _refusal(value: Any) -> FoundryError:
    return FoundryError(
        "the answer is no list of readings\n"
        f"looked at: {value!r:.100}, a {type(value).__name__}\n"
        "give dictionaries, rows of sqlite3, dataclasses or lines of JSON: "
        f"{page('readings.md')}"
    )
