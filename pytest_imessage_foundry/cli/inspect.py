"""Subcommands that inspect: validate, schema, kinds, detect."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import build_options, progress_bar, subcommands
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_RELEASE = "release by name or number, or 'auto' for this machine's"


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommands of this module."""
    _add_validate(commands)
    _add_schema(commands)
    _add_kinds(commands)
    detect = subcommands.add(
        commands,
        "detect",
        "name this machine's macOS release",
        more="Elsewhere than on a Mac, it names the release that `--macos auto` takes.",
        examples=("detect", "detect --json"),
    )
    detect.add_argument("--json", action="store_true", help="report as JSON")
    detect.set_defaults(run=run_detect)


def _add_validate(commands: _SubParsersAction[ArgumentParser]) -> None:
    validate = subcommands.add(
        commands,
        "validate",
        "check a chat.db",
        more="It may be generated or real, and is not changed. Says which release "
        "it is nearest to, and whether Messages could have written it.",
        examples=(
            "validate ~/Library/Messages/chat.db",
            "validate out/chat.db --macos tahoe",
            "validate out/chat.db --strict --json",
        ),
        notes="exit codes: 0 valid, 1 errors (with --strict what is unusual too), "
        "2 it cannot be read",
    )
    validate.add_argument("path", type=Path, metavar="PATH", help="the database")
    validate.add_argument(
        "--macos",
        metavar="RELEASE",
        help="release it is meant to be (default: the one its structure is nearest)",
    )
    validate.add_argument(
        "--strict",
        action="store_true",
        help="exit 1 for what is unusual too, not for errors alone",
    )
    validate.add_argument("--json", action="store_true", help="report as JSON")
    validate.set_defaults(run=run_validate)


def _add_schema(commands: _SubParsersAction[ArgumentParser]) -> None:
    show_example = "schema show tahoe --sql"
    diff_example = "schema diff sequoia tahoe"
    schema = subcommands.add(
        commands,
        "schema",
        "show a release's schema, or compare two",
        examples=(show_example, diff_example),
    )
    verbs = schema.add_subparsers(dest="verb", metavar="show|diff", required=True)
    show = subcommands.add(
        verbs,
        "show",
        "print a release's schema",
        examples=("schema show 26", show_example, "schema show sonoma --json"),
    )
    show.add_argument("release", metavar="RELEASE", help=_RELEASE)
    how = show.add_mutually_exclusive_group()
    how.add_argument("--sql", action="store_true", help="as statements to run")
    how.add_argument("--json", action="store_true", help="as JSON")
    show.set_defaults(run=run_schema_show)
    diff = subcommands.add(
        verbs,
        "diff",
        "print what changed between two releases",
        more="A + is in the second alone, a - in the first alone, a ~ differs.",
        examples=(diff_example, "schema diff 15.2 15 --json"),
    )
    diff.add_argument("old", metavar="OLD", help=_RELEASE)
    diff.add_argument("new", metavar="NEW", help=_RELEASE)
    diff.add_argument("--json", action="store_true", help="as JSON")
    diff.set_defaults(run=run_schema_diff)


def _add_kinds(commands: _SubParsersAction[ArgumentParser]) -> None:
    kinds = subcommands.add(
        commands,
        "kinds",
        "list the catalogue of message kinds",
        more="Each is a case of scenario `kinds`; one that is named is shown with the "
        "reading that a correct reader gives.",
        examples=(
            "kinds --macos sonoma",
            "kinds poll-votes",
            "kinds --json",
            "kinds --scenarios",
        ),
    )
    kinds.add_argument("name", nargs="?", metavar="NAME", help="show it in full")
    kinds.add_argument(
        "--macos",
        default="tahoe",
        metavar="RELEASE",
        help="what this release can hold (default: tahoe)",
    )
    kinds.add_argument(
        "--scenarios", action="store_true", help="list the built-in scenarios instead"
    )
    kinds.add_argument("--json", action="store_true", help="as JSON")
    kinds.set_defaults(run=run_kinds)


def run_validate(given: Namespace) -> int:
    """Print the validator's report."""
    from pytest_imessage_foundry.db import validators
    from pytest_imessage_foundry.terminal import escaped_lines

    release = None if given.macos is None else build_options.release(given.macos)
    with progress_bar.shown("checks") as at:
        report = validators.validate(given.path, release=release, progress=at)
    print(json.dumps(report.as_json()) if given.json else escaped_lines(report))
    return report.strict_exit_code if given.strict else report.exit_code


def run_schema_show(given: Namespace) -> int:
    """Print a schema."""
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.db.schema import describe

    found = schema.get(build_options.release(given.release))
    if given.sql:
        for statement in found.ddl():
            print(f"{statement};")
    elif given.json:
        print(json.dumps(describe.as_json(found), indent=1))
    else:
        print(describe.show(found), end="")
    return 0


def run_schema_diff(given: Namespace) -> int:
    """Print what changed between two schemas."""
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.db.schema import describe

    old, new = (
        schema.get(build_options.release(each)) for each in (given.old, given.new)
    )
    if given.json:
        print(json.dumps(describe.diff_as_json(old, new), indent=1))
    else:
        print(describe.diff(old, new), end="")
    return 0


def run_kinds(given: Namespace) -> int:
    """List the catalogue's cases, one case, or the scenarios."""
    listing = _scenarios() if given.scenarios else _cases(given.macos)
    if given.name is not None:
        if given.name not in listing:
            raise _not_listed(given, len(listing))
        listing = {given.name: listing[given.name]}
    if given.json:
        print(json.dumps(listing, ensure_ascii=False, indent=1))
    elif given.name is not None:
        _show(given.name, listing[given.name])
    else:
        width = max(map(len, listing), default=0)
        for name, case in listing.items():
            print(f"{name:{width}}  {case['what']}")
    return 0


def _scenarios() -> dict[str, dict[str, Any]]:
    from pytest_imessage_foundry.conversations import scenarios

    return {each.name: {"what": each.description} for each in scenarios.built_in()}


def _cases(macos: str) -> dict[str, dict[str, Any]]:
    from pytest_imessage_foundry.conversations import catalogue
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.spec import Spec

    release = schema.get(build_options.release(macos))
    played = catalogue.cases(Spec(release=release.name, scenario="kinds"), release)
    return {
        each.name: {
            "what": each.what,
            "section": each.section,
            "reading": played[each.name].reading,
        }
        for each in catalogue.entries(release)
    }


def _not_listed(given: Namespace, count: int) -> FoundryError:
    if given.scenarios:
        return FoundryError(
            f"no scenario {given.name!r}\nlooked among the {count} built-in ones\n"
            "run `imessage-foundry kinds --scenarios` for their names"
        )
    return FoundryError(
        f"no case {given.name!r}\nlooked among {count} on {given.macos}\n"
        f"run `imessage-foundry kinds --macos {given.macos}` for their names"
    )


def _show(name: str, case: dict[str, Any]) -> None:
    print(f"{name}: {case['what']}")
    if "reading" in case:
        print(f"  rows: SEMANTICS.md {case['section']}")
        for key, value in case["reading"].items():
            print(f"  {key}: {json.dumps(value, ensure_ascii=False)}")


def run_detect(given: Namespace) -> int:
    """Print this machine's release."""
    from pytest_imessage_foundry.db import version_detect

    found = version_detect.detect()
    if given.json:
        print(json.dumps({"release": found.release, "notice": found.notice}))
    else:
        print(found.release + (f"  ({found.notice})" if found.notice else ""))
    return 0
