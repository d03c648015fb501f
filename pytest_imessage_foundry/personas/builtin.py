"""The built-in people: one owner, the people around the owner, and services."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona

_FILE = "builtin.json"


@cache
def load() -> tuple[Persona, ...]:
    """Return all built-in personas, the owner first."""
    # get_data, unlike a path, also reads from a zipped install.
    data = pkgutil.get_data(__package__, _FILE)
    if data is None:
        raise FoundryError(
            f"the built-in personas cannot be read\n"
            f"looked for: {_FILE} in {__package__}\n"
            f"reinstall pytest-imessage-foundry"
        )
    return tuple(_persona(fields) for fields in json.loads(data))


@cache
def by_id() -> Mapping[str, Persona]:
    """Return the built-in personas by id, in the same order."""
    # All share it: who changed it would change what every later build says.
    return MappingProxyType({persona.id: persona for persona in load()})


def _persona(fields: dict[str, object]) -> Persona:
    lists = {key: tuple(each) for key, each in fields.items() if isinstance(each, list)}
    return Persona(**{**fields, **lists})  # type: ignore[arg-type]
