"""Subcommands that inspect: validate, kinds, detect."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import build_options, progress_bar, subcommands
from pytest_imessage_foundry.errors import SEMANTICS, FoundryError, meant, page

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Collection


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommands of this module."""
    _add_validate(commands)
    _add_kinds(commands)
    detect = subcommands.add(
        commands,
        "detect",
        "name this machine's macOS release, or a file's",
        more="Elsewhere than on a Mac, it names the release that `--macos auto` takes. "
        "Of a file it names the release that its structure is nearest to.",
        examples=("detect", "detect ~/Library/Messages/chat.db", "detect --json"),
    )
    detect.add_argument("path", nargs="?", type=Path, metavar="PATH", help="a chat.db")
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
            "validate out/chat.db --schema tahoe-26.3.json",
        ),
        notes="exit codes: 0 valid, 1 errors (with --strict what is unusual too), "
        "2 it cannot be read",
    )
    validate.add_argument("path", type=Path, metavar="PATH", help="the database")
    which = validate.add_mutually_exclusive_group()
    which.add_argument(
        "--schema",
        type=Path,
        metavar="FILE",
        help="schema it is meant to have, as `schema read` writes it",
    )
    which.add_argument(
        "--macos",
        metavar="RELEASE",
        help="release it is meant to be (default: the one its structure is nearest): "
        f"{build_options.release_words()}, or 'auto': this machine's",
    )
    validate.add_argument(
        "--strict",
        action="store_true",
        help="exit 1 for what is unusual too, not for errors alone",
    )
    validate.add_argument("--json", action="store_true", help="report as JSON")
    validate.set_defaults(run=run_validate)


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
    build_options.add_release(kinds)
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
    extra = {}
    if given.schema is not None:
        own = build_options.schema_at(given.schema)
        release, extra = own.name, {own.name: own}
    with progress_bar.shown("checks") as at:
        report = validators.validate(
            given.path,
            release=release,
            extra=extra,
            progress=at,
            digest=given.json,
        )
    print(json.dumps(report.as_json()) if given.json else escaped_lines(report))
    return report.strict_exit_code if given.strict else report.exit_code


def run_kinds(given: Namespace) -> int:
    """List the catalogue's cases, one case, or the scenarios."""
    listing = _scenarios() if given.scenarios else _cases(given)
    if given.name is not None:
        if given.name not in listing:
            raise _no_scenario(given.name, listing)
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


def _cases(given: Namespace) -> dict[str, dict[str, Any]]:
    from pytest_imessage_foundry.conversations import catalogue
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.spec import Spec

    release = schema.get(build_options.release(given.macos))
    played = catalogue.cases(Spec(release=release.name, scenario="kinds"), release)
    if given.name is not None and given.name not in played:
        raise catalogue.no_case(given.name, release, schema.built_in())
    return {
        each.name: {
            "what": each.what,
            "section": each.section,
            "reading": played[each.name].reading,
        }
        for each in catalogue.entries(release)
    }


def _no_scenario(name: str, known: Collection[str]) -> FoundryError:
    return FoundryError(
        f"no scenario {name!r}{meant(name, known)}\n"
        f"looked among the {len(known)} built-in ones\n"
        "run `imessage-foundry kinds --scenarios` for their names"
    )


def _show(name: str, case: dict[str, Any]) -> None:
    print(f"{name}: {case['what']}")
    if "reading" in case:
        print(f"  rows: {case['section']} of {page(SEMANTICS)}")
        for key, value in case["reading"].items():
            print(f"  {key}: {json.dumps(value, ensure_ascii=False)}")


def run_detect(given: Namespace) -> int:
    """Print this machine's release, or that of a file."""
    from pytest_imessage_foundry.db import version_detect

    found = (
        version_detect.detect()
        if given.path is None
        else version_detect.detect_file(given.path)
    )
    if given.json:
        print(json.dumps({"release": found.release, "notice": found.notice}))
    else:
        print(found.release + (f"  ({found.notice})" if found.notice else ""))
    return 0
