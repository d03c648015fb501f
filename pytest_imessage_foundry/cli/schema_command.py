"""`imessage-foundry schema`: show a schema, compare two, read one from a file."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import (
    build_options,
    outputs,
    standard_input,
    subcommands,
)
from pytest_imessage_foundry.errors import UnknownReleaseError
from pytest_imessage_foundry.replaceable import check_apart, check_output
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.db.schema.reading import SchemaFound

_WHAT = (
    "release by name or number, 'auto' for this machine's, or a file: a manifest, a "
    "chat.db, or what `sqlite3 chat.db .schema` prints"
)
_DASH = Path("-")


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `schema`."""
    schema = subcommands.add(
        commands,
        "schema",
        "show a release's schema, compare two, or read one from a file",
        examples=(
            "schema show tahoe --sql",
            "schema diff sequoia tahoe",
            "schema read ~/Library/Messages/chat.db",
        ),
    )
    verbs = schema.add_subparsers(dest="verb", metavar="show|diff|read", required=True)
    _add_show(verbs)
    _add_diff(verbs)
    _add_read(verbs)


def _add_show(verbs: _SubParsersAction[ArgumentParser]) -> None:
    show = subcommands.add(
        verbs,
        "show",
        "print a schema",
        examples=(
            "schema show 26",
            "schema show tahoe --sql",
            "schema show sonoma --json",
        ),
    )
    show.add_argument(
        "release",
        type=subcommands.name_or_path,
        metavar="RELEASE|FILE",
        help=_WHAT,
    )
    how = show.add_mutually_exclusive_group()
    how.add_argument("--sql", action="store_true", help="as statements to run")
    how.add_argument("--json", action="store_true", help="as JSON")
    show.set_defaults(run=run_show)


def _add_diff(verbs: _SubParsersAction[ArgumentParser]) -> None:
    diff = subcommands.add(
        verbs,
        "diff",
        "print what changed between two schemas",
        more="A + is in the second alone, a - in the first alone, a ~ differs.",
        examples=(
            "schema diff sequoia tahoe",
            "schema diff 15.2 15 --json",
            "schema diff tahoe ~/Library/Messages/chat.db",
        ),
    )
    for name, what in (("old", _WHAT), ("new", "the same")):
        diff.add_argument(
            name, type=subcommands.name_or_path, metavar=name.upper(), help=what
        )
    diff.add_argument("--json", action="store_true", help="as JSON")
    diff.set_defaults(run=run_diff)


def _add_read(verbs: _SubParsersAction[ArgumentParser]) -> None:
    read = subcommands.add(
        verbs,
        "read",
        "write the schema of a chat.db to a manifest",
        more="The manifest holds the structure alone and nothing of any row; the file "
        "is not changed. Says which release is nearest, and how it differs. With the "
        "manifest, `build --schema` makes and `validate --schema` checks databases.",
        examples=(
            "schema read ~/Library/Messages/chat.db --as tahoe-26.3",
            "schema read schema.sql -o mine.json",
            "schema read - --as tahoe-26.3 < schema.sql",
        ),
        notes="exit codes: 0 done, 2 there is no schema that can be read",
    )
    read.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="a chat.db, what `sqlite3 chat.db .schema` prints, or - for such a text "
        "on standard input",
    )
    read.add_argument(
        "--as",
        dest="name",
        metavar="NAME",
        help="name of the release, like tahoe-26.3; also prints the lines of code "
        "that state it",
    )
    read.add_argument(
        "-o",
        "--output",
        type=outputs.path,
        metavar="FILE",
        help="manifest to write (default: the release's name with .json, in the "
        "current folder)",
    )
    read.add_argument("--force", action="store_true", help="replace what is there")
    read.add_argument("--json", action="store_true", help="report as JSON")
    read.set_defaults(run=run_read)


def run_show(given: Namespace) -> int:
    """Print a schema."""
    from pytest_imessage_foundry.db.schema import describe

    found = _meant(given.release)
    if given.sql:
        for statement in found.ddl():
            print(f"{statement};")
    elif given.json:
        print(json.dumps(describe.as_json(found), indent=1))
    else:
        _print(describe.show(found))
    return 0


def run_diff(given: Namespace) -> int:
    """Print what changed between two schemas."""
    from pytest_imessage_foundry.db.schema import describe

    old, new = _meant(given.old), _meant(given.new)
    if given.json:
        print(json.dumps(describe.diff_as_json(old, new), indent=1))
    else:
        _print(describe.diff(old, new))
    return 0


def run_read(given: Namespace) -> int:
    """Write the manifest of a schema, and say what is known of it."""
    from pytest_imessage_foundry.atomic import replacing
    from pytest_imessage_foundry.db.schema import changes_between, release_file

    found = _read(given.path, given.name)
    output = given.output or Path(f"{found.schema.name}.json")
    remedy = outputs.by_force("--output")
    check_apart([output], () if given.path == _DASH else [given.path])
    check_output(output, force=given.force, remedy=remedy)
    code = (
        changes_between.as_python(found.nearest, found.schema) if given.name else None
    )
    with replacing(output, force=given.force, remedy=remedy) as draft:
        draft.write_text(
            release_file.dumped(found.schema, found.nearest), encoding="utf-8"
        )
    if given.json:
        print(json.dumps(_report(found, output, code), indent=1))
    else:
        _say(found, output, code)
    return 0


def _read(path: Path, name: str | None) -> SchemaFound:
    from pytest_imessage_foundry.db.schema import reading, release_file

    if path == _DASH:
        raw = standard_input.opened().read(release_file.MAX_BYTES + 1)
        return reading.read_text(raw, reading.STDIN, name)
    return reading.read(path, name)


def _report(found: SchemaFound, output: Path, code: str | None) -> dict[str, Any]:
    from pytest_imessage_foundry.db import functions

    return {
        "manifest": str(output),
        "name": found.schema.name,
        "nearest": found.nearest.name,
        "layout": found.nearest.layout,
        "differences": list(map(str, found.differences)),
        "unknown_functions": functions.unknown_in(found.schema),
        "code": code,
    }


def _say(found: SchemaFound, output: Path, code: str | None) -> None:
    from pytest_imessage_foundry.db import functions
    from pytest_imessage_foundry.db.schema import describe

    schema, nearest = found.schema, found.nearest
    _print(
        f"read {len(schema.tables)} tables, {len(schema.indexes)} indexes, "
        f"{len(schema.triggers)} triggers\n"
        f"nearest: {nearest.name} ({nearest.title}, {nearest.layout} layout)\n"
    )
    _print(describe.changes(nearest, schema))
    if unknown := functions.unknown_in(schema):
        _print(
            f"its triggers call functions that are not known: {', '.join(unknown)}\n"
            "register stubs of them on a connection that writes to such a file\n"
        )
    told = escaped(str(output))
    print(f"wrote {told}: structure alone, nothing of any row")
    print(f"use it: imessage-foundry build out.db --schema {told}")
    if code is not None:
        print()
        _print(code)


def _meant(word: str) -> Schema:
    """Return the schema of a release, or the one in a file.

    Raises:
        FoundryError: it is neither.
    """
    from pytest_imessage_foundry.db import schema

    try:
        return schema.get(build_options.release(word))
    except UnknownReleaseError as error:
        if word != "-" and not Path(word).exists():
            raise UnknownReleaseError(f"{error}\nand there is no such file") from None
    return _read(Path(word), None).schema


def _print(text: str) -> None:
    """Print what may hold names out of a file, made safe for a terminal."""
    from pytest_imessage_foundry.terminal import escaped_lines

    print(escaped_lines(text), end="")
