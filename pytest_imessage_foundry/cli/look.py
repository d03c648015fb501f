"""Subcommands that look: validate, schema, kinds, stats, preview, detect."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from pytest_imessage_foundry.foundry import Order


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommands of this module."""
    _add_validate(commands)
    _add_schema(commands)
    _add_kinds(commands)
    _add_stats(commands)
    _add_preview(commands)
    detect = commands.add_parser(
        "detect",
        help="name this machine's macOS release",
        description="Name the macOS release that this machine runs.",
    )
    detect.add_argument("--json", action="store_true", help="report as JSON")
    detect.set_defaults(run=run_detect)


def _add_validate(commands: _SubParsersAction[ArgumentParser]) -> None:
    validate = commands.add_parser(
        "validate",
        help="check a chat.db",
        description="Check any chat.db, generated or real, without changing it. "
        "Exit code 0: valid; 1: findings; 2: it cannot be read.",
    )
    validate.add_argument("path", type=Path, help="the database")
    validate.add_argument(
        "--macos",
        metavar="RELEASE",
        help="release it is meant to be (default: the one its structure is nearest)",
    )
    validate.add_argument("--json", action="store_true", help="report as JSON")
    validate.set_defaults(run=run_validate)


def _add_schema(commands: _SubParsersAction[ArgumentParser]) -> None:
    schema = commands.add_parser(
        "schema", help="show a release's schema, or compare two"
    )
    verbs = schema.add_subparsers(dest="verb", metavar="show|diff", required=True)
    show = verbs.add_parser("show", help="print a release's schema")
    show.add_argument("release", help="release by name or number")
    show.add_argument("--sql", action="store_true", help="as statements to run")
    show.add_argument("--json", action="store_true", help="as JSON")
    show.set_defaults(run=run_schema_show)
    diff = verbs.add_parser("diff", help="print what changed between two releases")
    diff.add_argument("old", help="release by name or number")
    diff.add_argument("new", help="release by name or number")
    diff.set_defaults(run=run_schema_diff)


def _add_kinds(commands: _SubParsersAction[ArgumentParser]) -> None:
    kinds = commands.add_parser(
        "kinds",
        help="list the catalogue of message kinds",
        description="List the cases of scenario `kinds`, each with its reading.",
    )
    kinds.add_argument("name", nargs="?", help="show one case in full")
    kinds.add_argument("--macos", default="tahoe", metavar="RELEASE")
    kinds.add_argument(
        "--scenarios", action="store_true", help="list the built-in scenarios instead"
    )
    kinds.add_argument("--json", action="store_true", help="as JSON")
    kinds.set_defaults(run=run_kinds)


def _add_stats(commands: _SubParsersAction[ArgumentParser]) -> None:
    stats = commands.add_parser(
        "stats",
        help="measure how believable a scenario's conversations are",
        description="Measure a scenario's conversations against stated goals.",
    )
    stats.add_argument("--scenario", default="default", metavar="NAME")
    stats.add_argument("--macos", default="tahoe", metavar="RELEASE")
    stats.add_argument("--seed", type=int, default=0, metavar="N")
    stats.add_argument("--messages", type=int, metavar="N")
    stats.add_argument("--source", default="auto", choices=("auto", "cache", "faker"))
    stats.add_argument("--json", action="store_true", help="as JSON")
    stats.add_argument(
        "--page",
        type=Path,
        metavar="PAGE",
        help="also write a page of plots (open it at #view=plots)",
    )
    stats.add_argument("--force", action="store_true", help="replace what is there")
    stats.set_defaults(run=run_stats)


def _add_preview(commands: _SubParsersAction[ArgumentParser]) -> None:
    preview = commands.add_parser(
        "preview",
        help="show any chat.db as one page",
        description="Write one self-contained HTML page that shows any chat.db. The "
        "database is only read, and nothing leaves the machine.",
    )
    preview.add_argument("path", type=Path, help="the database")
    preview.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PAGE",
        help="page to write (default: the database's name with .html)",
    )
    preview.add_argument("--force", action="store_true", help="replace what is there")
    preview.set_defaults(run=run_preview)


def run_validate(given: Namespace) -> int:
    """Print the validator's report."""
    from pytest_imessage_foundry.db import validators

    report = validators.validate(given.path, release=given.macos)
    print(json.dumps(report.as_json()) if given.json else report)
    return report.exit_code


def run_schema_show(given: Namespace) -> int:
    """Print a schema."""
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.db.schema import describe

    found = schema.get(schema.resolve(given.release))
    if given.sql:
        for statement in found.ddl():
            print(f"{statement};")
    elif given.json:
        print(json.dumps(describe.as_json(found), indent=1))
    else:
        print(describe.show(found))
    return 0


def run_schema_diff(given: Namespace) -> int:
    """Print what changed between two schemas."""
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.db.schema import describe

    old, new = (schema.get(schema.resolve(each)) for each in (given.old, given.new))
    print(describe.diff(old, new))
    return 0


def run_kinds(given: Namespace) -> int:
    """List the catalogue's cases, one case, or the scenarios."""
    from pytest_imessage_foundry.conversations import catalogue, scenarios
    from pytest_imessage_foundry.db import schema

    if given.scenarios:
        listing = {each.name: each.description for each in scenarios.built_in()}
    else:
        release = schema.get(schema.resolve(given.macos))
        listing = catalogue.listing(release)
    if given.name is not None:
        if given.name not in listing:
            raise FoundryError(
                f"no case {given.name!r}\nlooked among {len(listing)} on "
                f"{given.macos}\nrun `imessage-foundry kinds` for their names"
            )
        listing = {given.name: listing[given.name]}
    if given.json:
        print(json.dumps(listing, ensure_ascii=False, indent=1))
        return 0
    width = max(map(len, listing), default=0)
    for name, what in listing.items():
        print(f"{name:{width}}  {what}")
    return 0


def run_stats(given: Namespace) -> int:
    """Print a scenario's measures beside their goals."""
    from pytest_imessage_foundry import foundry
    from pytest_imessage_foundry.conversations import realism
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.spec import Spec

    spec = Spec(
        release=schema.resolve(given.macos),
        scenario=given.scenario,
        seed=given.seed,
        messages=given.messages,
        source=given.source,
    )
    order = foundry.Order(spec)
    measured = realism.measure(foundry.truth_of(order), order.scenario.personas)
    if given.page is not None:
        _write_plots(order, given.page, force=given.force)
    print(json.dumps(asdict(measured)) if given.json else measured.table())
    return 0


def _write_plots(order: Order, page: Path, *, force: bool) -> None:
    """The preview of a database that is built for it and thrown away."""
    from tempfile import TemporaryDirectory

    from pytest_imessage_foundry import foundry
    from pytest_imessage_foundry.preview import write

    names = {
        address: persona.name
        for persona in order.scenario.personas
        for address in persona.addresses
    }
    with TemporaryDirectory(prefix="imessage-") as folder:
        database = Path(folder) / foundry.FILE_NAME
        foundry.forge(order, database)
        write(database, page, names=names, force=force)


def run_preview(given: Namespace) -> int:
    """Write the page."""
    from pytest_imessage_foundry.preview import page

    output = given.output or given.path.with_suffix(".html")
    page.write(given.path, output, force=given.force)
    print(f"wrote {output}")
    return 0


def run_detect(given: Namespace) -> int:
    """Print this machine's release."""
    from pytest_imessage_foundry.db import version_detect

    found = version_detect.detect()
    if given.json:
        print(json.dumps({"release": found.release, "notice": found.notice}))
    else:
        print(found.release + (f"  ({found.notice})" if found.notice else ""))
    return 0
