"""The JSON Schema of readings, made of their models.

Programs make types of it: objects have names, fields have none of their own, whole
numbers have 64 bits, and what is always written is required.
"""

from __future__ import annotations

import inspect
import json
import textwrap
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from pytest_imessage_foundry.scorecard import (
    reading_balloons,
    reading_parts,
    readings,
)
from pytest_imessage_foundry.scorecard.reading_lines import default_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = f"urn:pytest-imessage-foundry:readings:{readings.VERSION}"
FILE_NAME = "readings.schema.json"
_MODULES = (reading_parts, reading_balloons, readings)


def schema() -> dict[str, Any]:
    """Return the schema of one reading."""
    from pydantic import TypeAdapter

    made = TypeAdapter(readings.Reading).json_schema()
    models = _models()
    defs = {
        name: _object(definition, models.get(name))
        for name, definition in sorted(made["$defs"].items())
    }
    return {
        "$schema": DIALECT,
        "$id": ID,
        "title": "Reading",
        "description": "what a reader says of one row; the kinds differ in `kind`",
        "oneOf": [{"$ref": f"#/$defs/{e.__name__}"} for e in _kinds()],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {
                name: f"#/$defs/{model.__name__}"
                for name, model in readings.READINGS.items()
            },
        },
        "$defs": defs,
    }


def text() -> str:
    """Return the schema as the package's file holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _kinds() -> list[Any]:
    return list(readings.READINGS.values())


def _models() -> dict[str, Any]:
    return {
        name: value
        for module in _MODULES
        for name, value in vars(module).items()
        if inspect.isclass(value) and is_dataclass(value)
    }


def _object(definition: dict[str, Any], model: Any) -> dict[str, Any]:
    """Return the definition of an object, with its fields' descriptions."""
    if model is None:
        whole: dict[str, Any] = _plain(definition)
        return whole
    said = _attributes(model)
    properties = {
        name: _property(value, said.get(name))
        for name, value in definition["properties"].items()
    }
    return {
        "type": "object",
        "title": model.__name__,
        "description": inspect.cleandoc(model.__doc__ or "").split("\n\n")[0],
        "properties": properties,
        "required": _required(model),
        "additionalProperties": False,
    }


def _required(model: Any) -> list[str]:
    """What is always written: fields without a default, and the kind."""
    return [
        each.name
        for each in fields(model)
        if each.name == "kind" or default_of(each) is MISSING
    ]


def _property(value: dict[str, Any], said: str | None) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(value)
    return {**plain, "description": said} if said else plain


def _plain(value: Any) -> Any:
    """Return a part of the schema without titles, its whole numbers as 64 bits."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _plain(each) for key, each in value.items() if key != "title"}
    if plain.get("type") == "integer":
        return {**plain, "format": "int64"}
    return _discriminated(plain)


def _discriminated(plain: dict[str, Any]) -> dict[str, Any]:
    """Return a choice between several objects as one that `kind` decides."""
    objects = [each for each in plain.get("anyOf", ()) if "$ref" in each]
    if len(objects) < 2:
        return plain
    others = [each for each in plain["anyOf"] if each not in objects]
    choice = {"oneOf": objects, "discriminator": {"propertyName": "kind"}}
    return {**plain, "anyOf": [choice, *others]}


def _attributes(model: Any) -> dict[str, str]:
    """Return what docstrings say of each field, those of base classes included."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        doc = inspect.cleandoc(each.__doc__ or "")
        _, _, listed = doc.partition("Attributes:\n")
        entry = ""
        for row in textwrap.dedent(listed).split("\n"):
            entry = f"{entry} {row.strip()}" if row.startswith(" ") else row
            names, is_entry, what = entry.partition(": ")
            if is_entry:
                found |= {name.strip(): what for name in names.split(",")}
    return found
