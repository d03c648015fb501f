"""Readings as plain data and as lines of JSON."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

# Written whatever they hold: they tell the kinds of objects apart.
_ALWAYS = frozenset({"kind"})


def line(reading: Any) -> str:
    """Return a reading as one line of JSON."""
    return json.dumps(plain_data(reading), ensure_ascii=False)


def plain_data(value: Any) -> Any:
    """Return a reading as dicts and lists; fields that hold their default are left
    out."""
    if isinstance(value, list):
        return [plain_data(each) for each in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    row = {}
    for name, default in _fields(type(value)):
        content = getattr(value, name)
        if content != default or name in _ALWAYS:
            simple = content.__class__ in (str, int, bool)
            row[name] = content if simple else plain_data(content)
    return row


@cache
def _fields(model: type[Any]) -> list[tuple[str, Any]]:
    """Return the names of a model's fields with their defaults."""
    return [(each.name, default_of(each)) for each in fields(model)]


def default_of(one: Any) -> Any:
    """Return the default of a dataclass's field, MISSING if it has none."""
    if one.default_factory is not MISSING:
        return one.default_factory()
    return one.default
