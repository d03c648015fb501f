"""A persona as a row of the library, and people as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry import strict_json, whole_file
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.strict_json import UnclearJSONError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic import TypeAdapter

MAX_BYTES = 4 << 20
COLUMNS = tuple(each.name for each in fields(Persona))
LISTS = ("topics_of_interest", "other_identifiers")
DATES = ("created_at", "updated_at")
_SHOWN = 5


def row(persona: Persona) -> dict[str, Any]:
    """Return the values of a persona's row, by column."""
    values = asdict(persona)
    for name in LISTS:
        values[name] = json.dumps(values[name], ensure_ascii=False)
    return {**values, "is_self": int(persona.is_self)}


def persona(row: Mapping[str, Any]) -> Persona:
    """Return the persona of a row, with usual values for missing columns.

    Raises:
        FoundryError: a value is none that was ever written there.
    """
    values: dict[str, Any] = {}
    for name in COLUMNS:
        if row.get(name) is not None or name == "id":
            values[name] = _value(name, row[name], row["id"])
    return Persona(**values)


def _value(name: str, value: Any, who: Any) -> Any:
    if name == "is_self":
        return bool(value)
    if isinstance(value, str):
        return value if name not in LISTS else _list(name, value, who)
    raise _damaged(name, who)


def _list(name: str, text: str, who: Any) -> tuple[str, ...]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _damaged(name, who) from None
    if isinstance(found, list) and all(isinstance(each, str) for each in found):
        return tuple(found)
    raise _damaged(name, who)


def _damaged(name: str, who: Any) -> FoundryError:
    return FoundryError(
        f"persona {who!r} of the library cannot be read\n"
        f"looked at: its {name}, which somebody else has written\n"
        "mend the row with any SQLite program, or remove it"
    )


# --- JSON -------------------------------------------------------------------


def as_json(people: Iterable[Persona], *, dates: bool = False) -> list[dict[str, Any]]:
    """Return people as data that `parsed` reads, without dates."""
    left_out = () if dates else DATES
    return [
        {name: value for name, value in asdict(each).items() if name not in left_out}
        for each in people
    ]


def read(path: Path) -> tuple[Persona, ...]:
    """Return the people of a JSON file, see `parsed`."""
    try:
        data = whole_file.read(path, MAX_BYTES)
    except OSError as error:
        raise FoundryError(
            f"the personas cannot be read: {error.strerror or error}\n"
            f"looked for: {path}\n"
            "name a file as `imessage-foundry personas export` writes it"
        ) from None
    return parsed(data, str(path))


def parsed(data: bytes, place: str) -> tuple[Persona, ...]:
    """Return the people in a JSON list of objects with the fields of Persona.

    Args:
        data: the text in UTF-8, 4 MiB at most.
        place: where it is from, for whoever reads the error.

    Raises:
        FoundryError: that is not what it holds. Nothing is guessed.
    """
    from pydantic import ValidationError

    if len(data) > MAX_BYTES:
        raise _refusal(place, [f"it is larger than {MAX_BYTES >> 20} MiB"])
    try:
        strict_json.loads(data)
    except UnclearJSONError as error:
        raise _refusal(place, [str(error)]) from None
    except (ValueError, RecursionError):
        pass  # said below, with the line and column
    try:
        return _people().validate_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise _refusal(place, [_problem(each) for each in error.errors()]) from None


@cache
def _people() -> TypeAdapter[tuple[Persona, ...]]:
    """The checker of people. Making it takes longer than what it does."""
    from pydantic import ConfigDict, TypeAdapter

    strict = ConfigDict(extra="forbid", strict=True)
    return TypeAdapter(tuple[Persona, ...], config=strict)


def _problem(error: Any) -> str:
    steps = error["loc"]
    place = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
    message = error["msg"].replace("keyword argument", "field")
    return f"{place or 'the whole'}: {message}"


def _refusal(place: str, problems: list[str]) -> FoundryError:
    shown = [f"  {each}" for each in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        shown.append(f"  and {len(problems) - _SHOWN} more")
    listing = "\n".join(shown)
    return FoundryError(
        f"these personas cannot be taken in\nlooked in: {place}\n{listing}\n"
        "correct these places; a list as `imessage-foundry personas list --json` "
        "prints it is right"
    )
