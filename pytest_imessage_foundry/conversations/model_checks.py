"""Check the types of models that come from outside, field by field.

They are frozen dataclasses, which take any value. Checking goes through JSON: strict
JSON takes a list for a tuple, and nothing else for what it is not.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import TypeAdapter

M = TypeVar("M")
# The names that pydantic gives to the members of a union of these.
_UNION = ("str", "Persona")


class UnfitError(ValueError):
    """Some fields do not hold; `problems` names each with its place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


def typed(kind: type[M], models: Iterable[M]) -> tuple[M, ...]:
    """Return models whose fields all have their types, lists as tuples.

    Raises:
        UnfitError: one has not; places begin with its number, as in "[2].name".
    """
    texts = [_as_json(each, number) for number, each in enumerate(models)]
    return _read(kind, f"[{','.join(texts)}]")


def _as_json(model: object, number: int) -> str:
    try:
        text = json.dumps(asdict(model), ensure_ascii=False)  # type: ignore[call-overload]
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        # What JSON cannot hold: bytes, an object, a number of thousands of digits, half
        # of a character.
        raise UnfitError([f"[{number}]: {error}"]) from None
    return text


def read(kind: type[M], text: str) -> M:
    """Return the model that a JSON object states.

    Raises:
        UnfitError: it states none.
    """
    try:
        (model,) = _read(kind, f"[{text}]")
    except UnfitError as error:
        raise UnfitError(map(_without_number, error.problems)) from None
    return model


def _without_number(problem: str) -> str:
    place, _, what = problem.partition(": ")
    return f"{place.removeprefix('[0]').lstrip('.') or 'the whole'}: {what}"


def _read(kind: type[M], text: str) -> tuple[M, ...]:
    from pydantic import ValidationError

    try:
        adapter = _adapter(kind)  # type: ignore[arg-type]  # a class is hashable
        models: tuple[M, ...] = adapter.validate_json(text)
    except ValidationError as error:
        raise UnfitError(_places(error.errors())) from None
    return models


@cache
def _adapter(kind: Any) -> TypeAdapter[tuple[Any, ...]]:
    """Return what checks models of a kind; making it takes longer than checking."""
    from pydantic import ConfigDict, TypeAdapter

    strict = ConfigDict(extra="forbid", strict=True)
    return TypeAdapter(tuple[kind, ...], config=strict)


def _places(errors: list[Any]) -> list[str]:
    found = []
    for error in errors:
        steps = list(error["loc"])
        if "str" in steps[3:4] and isinstance(error["input"], dict):
            continue  # the value is a table; the union's other member has the error
        if steps[3:4] and steps[3] in _UNION:
            del steps[3]
        place = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
        message = error["msg"].replace("keyword argument", "field")
        found.append(f"{place or 'the whole'}: {message}")
    return found
