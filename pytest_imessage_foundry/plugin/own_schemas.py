"""Releases that a project adds: schemas from the hook, and manifests from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema

INI = "imessage_schemas"
INI_HELP = (
    "manifests of releases that --imessage-version may name, as `imessage-foundry "
    "schema read` writes them (default: none)"
)


def are_there(config: pytest.Config) -> bool:
    """Return whether the project adds any; asks no hook."""
    hook = config.hook.pytest_imessage_schemas
    return bool(config.getini(INI) or hook.get_hookimpls())


def collect(config: pytest.Config) -> list[Schema]:
    """Return what the ini names, then what the hook gives, in plugin order.

    Raises:
        pytest.UsageError: a manifest cannot be read, or two have one name.
    """
    answers: list[list[Any]] = config.hook.pytest_imessage_schemas()
    given = [each for answer in reversed(answers) for each in answer]
    own = [_loaded(Path(each), INI) for each in config.getini(INI)]
    own += [_from_hook(each, config) for each in given]
    names = [each.name.lower() for each in own]
    for name in names:
        if names.count(name) > 1:
            raise pytest.UsageError(
                f"two schemas are called {name!r}\nlooked at {INI} and the hook "
                "pytest_imessage_schemas\ngive one of them another name"
            )
    return own


def _from_hook(given: Any, config: pytest.Config) -> Schema:
    if isinstance(given, (str, Path)):
        return _loaded(config.rootpath / given, "pytest_imessage_schemas")
    schema: Schema = given
    return schema


def _loaded(path: Path, where: str) -> Schema:
    from pytest_imessage_foundry.db.schema import reading, release_file
    from pytest_imessage_foundry.errors import FoundryError

    try:
        schema = reading.read(path).schema
        release_file.check_can_be_built(schema, path)
    except FoundryError as error:
        raise pytest.UsageError(f"{error}\n(from {where})") from None
    return schema
