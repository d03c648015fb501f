"""State the changes from one schema to another as arguments of `Schema.evolve`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.schema import introspect
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.declarations import (
        Column,
        Index,
        Table,
        Trigger,
    )
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.db.schema.differences import Difference
    from pytest_imessage_foundry.db.schema.evolve import Changes

_WIDTH = 72


def between(old: Schema, new: Schema) -> Changes:
    """Give the changes with which `old.evolve` makes the structure of `new`.

    Raises:
        FoundryError: a table is one that the words cannot say.
    """
    tables = _tables(old, new)
    dropped = set(tables.get("drop_tables", ()))
    kept_indexes = {k: v for k, v in old.indexes.items() if v.table not in dropped}
    kept_triggers = {k: v for k, v in old.triggers.items() if v.table not in dropped}
    found: dict[str, Any] = {
        "internal_tables": new.internal_tables,
        "page_size": new.page_size,
        **tables,
        **_items("indexes", kept_indexes, new.indexes, _index),
        **_items("triggers", kept_triggers, new.triggers, _trigger),
        "features": " ".join(sorted(new.features - old.features)),
        "drop_features": " ".join(sorted(old.features - new.features)),
    }
    for key in ("internal_tables", "page_size"):
        if found[key] == getattr(old, key):
            del found[key]
    changes: Changes = {k: v for k, v in found.items() if v}  # type: ignore[assignment]
    return changes


def as_python(old: Schema, new: Schema) -> str:
    """Give the lines that state `new` as a later release of `old`.

    Raises:
        FoundryError: a table is one that the words cannot say.
    """
    changes = between(old, new)
    for each in _differences(old.evolve(**changes), new):
        raise FoundryError(
            f"this cannot be said in the words of `evolve`: {each}\n"
            f"looked at what makes {new.name} of {old.name}\nuse the manifest"
        )
    layout = f', layout="{old.layout}"' if old.layout != "fresh" else ""
    said = {"name": new.name, "title": new.title, "macos": new.macos}
    return "\n".join(
        (
            "from pytest_imessage_foundry.db import schema",
            "",
            f"RELEASE = schema.get({_python(old.name)}{layout}).evolve(",
            *(f"    {key}={_python(value)}," for key, value in said.items()),
            *_arguments(changes),
            ")",
            "",
        )
    )


def _differences(made: Schema, wanted: Schema) -> list[Difference]:
    """Compare what two schemas make. Making it takes far longer than to see that they
    declare the same."""
    parts = ("tables", "indexes", "triggers", "internal_tables", "page_size")
    if all(getattr(made, part) == getattr(wanted, part) for part in parts):
        return []
    return introspect.differences(made, introspect.structure_of(wanted))


def _arguments(changes: Changes) -> Iterator[str]:
    for key, value in changes.items():
        if isinstance(value, dict):
            yield f"    {key}={{"
            for name, step in value.items():
                yield f"        {_python(name)}: {_quoted(step, 8)},"
            yield "    },"
        else:
            yield f"    {key}={_quoted(value, 4)},"


def _python(value: object) -> str:
    """Give a value as code in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return f"({''.join(f'{_python(each)}, ' for each in value).rstrip()})"
    return repr(value)


def _quoted(value: object, indent: int) -> str:
    """Give a text of several lines as it is written by hand, the rest as Python."""
    if not isinstance(value, str) or "\n" not in value:
        return _python(value)
    inner = "\n".join(
        f"{' ' * (indent + 4)}{line}" if line else "" for line in value.split("\n")
    )
    escaped = inner.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""\n{escaped}\n{" " * indent}"""'


def _tables(old: Schema, new: Schema) -> dict[str, Any]:
    added = [table for name, table in new.tables.items() if name not in old.tables]
    replaced, edits = [], dict[str, dict[str, Any]]()
    for name, table in new.tables.items():
        if name in old.tables and table != old.tables[name]:
            steps = _columns(old.tables[name], table)
            if steps is None:
                replaced.append(table)
            for key, step in (steps or {}).items():
                edits.setdefault(key, {})[name] = step
    return {
        "drop_tables": [name for name in old.tables if name not in new.tables],
        "add_tables": "\n\n".join(map(_table, added)),
        "replace_tables": "\n\n".join(map(_table, replaced)),
        **edits,
    }


def _columns(old: Table, new: Table) -> dict[str, Any] | None:
    """Give the changes of a table's columns; None where it must be replaced."""
    if old.verbatim or new.verbatim or old.constraints != new.constraints:
        return None
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    if next(iter(after)) not in before:
        return None  # there is nothing that it could be placed after
    stay = [name for name in after if name in before]
    still = _longest_rising([list(before).index(name) for name in stay])
    if 0 not in still:
        return None
    changed, previous = [], ""
    for at, name in enumerate(stay):
        if at not in still:
            changed.append(f"after {previous}: {_column(after[name])}")
        elif after[name] != before[name]:
            changed.append(_column(after[name]))
        previous = name
    return {
        key: value
        for key, value in (
            ("drop_columns", [name for name in before if name not in after]),
            ("change_columns", "\n".join(changed)),
            ("add_columns", "\n".join(_added(after, before))),
        )
        if value
    }


def _added(after: Mapping[str, Column], before: Mapping[str, Column]) -> Iterator[str]:
    """Give the new columns; those that nothing old follows go to the end anyway."""
    names = list(after)
    last_old = max((at for at, name in enumerate(names) if name in before), default=-1)
    for at, name in enumerate(names):
        if name not in before:
            place = f"after {names[at - 1]}: " if 0 < at < last_old else ""
            yield f"{place}{_column(after[name])}"


def _longest_rising(numbers: list[int]) -> set[int]:
    """Give the places of the longest run of `numbers` that rises, gaps allowed."""
    runs: list[list[int]] = []
    for at, number in enumerate(numbers):
        earlier = [run for run in runs if numbers[run[-1]] < number]
        longest: list[int] = max(earlier, key=len, default=[])
        runs.append([*longest, at])
    best: list[int] = max(runs, key=len, default=[])
    return set(best)


def _items(
    what: str, old: Mapping[str, Any], new: Mapping[str, Any], text: Any
) -> dict[str, Any]:
    gap = "\n\n" if what == "triggers" else "\n"
    changed = [each for k, each in new.items() if k in old and old[k] != each]
    added = [each for name, each in new.items() if name not in old]
    return {
        f"drop_{what}": [name for name in old if name not in new],
        f"change_{what}": gap.join(map(text, changed)),
        f"add_{what}": gap.join(map(text, added)),
    }


def _table(table: Table) -> str:
    if table.verbatim:
        raise FoundryError(
            f"table {table.name} cannot be said in the words of `evolve`\n"
            f"looked at {table.verbatim[:60]}…\nuse the manifest, which holds it"
        )
    lines = [_column(each) for each in table.columns]
    lines += [each.sql() for each in table.constraints]
    return "\n".join([table.name, *(f"    {line}" for line in lines)])


def _column(column: Column) -> str:
    """Give a column as `parse` reads it, its name bare."""
    return f"{column.name} {column._replace(name='x').sql().removeprefix('x ')}"


def _index(index: Index) -> str:
    return _wrapped(index.sql().removeprefix("CREATE ").replace("INDEX ", "", 1))


def _trigger(trigger: Trigger) -> str:
    return _wrapped(trigger.sql().removeprefix("CREATE TRIGGER "))


def _wrapped(text: str) -> str:
    """Break a long statement; a line that is indented goes on from the one before."""
    return textwrap.fill(
        text,
        _WIDTH,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
