"""Releases that a project adds: schemas from the hook, and manifests from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.terminal import shown

if TYPE_CHECKING:
    import pytest

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
        FoundryError: a manifest cannot be read, or two have one name.
    """
    from pytest_imessage_foundry.plugin import hook_answers

    own = [_loaded(Path(each), INI) for each in config.getini(INI)]
    hook = config.hook.pytest_imessage_schemas
    if hook.get_hookimpls():
        for answer, place in hook_answers.answers(hook):
            own += [_from_hook(each, config, place) for each in answer]
    names = [each.name.lower() for each in own]
    for name in names:
        if names.count(name) > 1:
            raise FoundryError(
                f"two schemas are called {name!r}\nlooked at {INI} and the hook "
                "pytest_imessage_schemas\ngive one of them another name"
            )
    return own


def _from_hook(given: object, config: pytest.Config, place: str) -> Schema:
    from pytest_imessage_foundry.db.schema.definition import Schema

    hook = config.hook.pytest_imessage_schemas
    if isinstance(given, (str, Path)):
        return _loaded(config.rootpath / given, f"{hook.name} in {place}")
    if isinstance(given, Schema):
        from pytest_imessage_foundry.db.schema import release_file

        release_file.check_name(given.name, f"{hook.name} in {place}", may_replace=True)
        return given
    from pytest_imessage_foundry.plugin import hook_answers

    what = f"{shown(given)} is neither a Schema nor the name of a manifest"
    raise hook_answers.refused(hook, place, [what])


def _loaded(path: Path, where: str) -> Schema:
    from pytest_imessage_foundry.db.schema import reading, release_file

    try:
        schema = reading.read(path).schema
        release_file.check_can_be_built(schema, path)
    except FoundryError as error:
        raise FoundryError(f"{error}\n(from {where})") from None
    return schema
