"""The options that say what a database holds, and the order that they make."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import persona_output, subcommands
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.spec import SOURCES, Spec, fault

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.foundry import Order
    from pytest_imessage_foundry.models import Scenario
    from pytest_imessage_foundry.spec import Layout

LAYOUTS = ("file", "home", "ios", "ios-backup")


def add_options(command: ArgumentParser, *, several: bool = False) -> None:
    """Add the options that say what to build."""
    add_release(command, several=several)
    command.add_argument(
        "--scenario",
        type=subcommands.name_or_path,
        default="default",
        metavar="NAME|FILE",
        help="what to fill it with; see `imessage-foundry kinds --scenarios`, or a "
        "TOML or JSON file of your own (default: default)",
    )
    persona_output.add_library_option(command)
    command.add_argument(
        "--seed",
        type=_seed,
        default=0,
        metavar="N",
        help="what every random choice derives from (default: 0)",
    )
    command.add_argument(
        "--messages",
        type=_count,
        metavar="N",
        help="how many messages in all (default: the scenario's own count)",
    )
    command.add_argument(
        "--source",
        choices=SOURCES,
        default="auto",
        help="cached conversations first, alone, or not at all (default: auto)",
    )
    command.add_argument(
        "--cache",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="packs of conversations that come before the shipped ones; repeat it for "
        "more (default: fixtures_cache, where there is one)",
    )


def files_read(given: Namespace) -> list[Path]:
    """Return the files that the options name, from which a database is built."""
    named = [*given.cache, *filter(None, [given.library])]
    return [*named, Path(given.scenario)] if _is_file(given.scenario) else named


def _is_file(scenario: str) -> bool:
    """Return whether --scenario names a file, and no built-in scenario."""
    return scenario.endswith((".toml", ".json"))


def order(
    given: Namespace, *, layout: Layout = "fresh", own_schema: Schema | None = None
) -> Order:
    """Return the order that the options ask for, of `own_schema` where that is given.

    Raises:
        FoundryError: they name something that does not exist.
    """
    from pytest_imessage_foundry import foundry
    from pytest_imessage_foundry.conversations import scenario_files

    own: tuple[Scenario, ...] = ()
    name = given.scenario
    if _is_file(name):
        own = (scenario_files.read(Path(name), library=given.library),)
        name = own[0].name
    spec = Spec(
        release=own_schema.name if own_schema else release(given.macos),
        scenario=name,
        seed=given.seed,
        messages=given.messages,
        source=given.source,
        layout=layout,
    )
    materials = foundry.Materials(
        scenarios=own,
        packs=_packs(given),
        schemas=(own_schema,) if own_schema else (),
    )
    return foundry.Order(spec, materials)


def schema_at(path: Path) -> Schema:
    """Return the schema in a file: a manifest, a `.schema` text, or a database.

    Raises:
        FoundryError: there is none.
    """
    from pytest_imessage_foundry.db.schema import reading

    return reading.read(path).schema


def add_release(command: ArgumentParser, *, several: bool = False) -> None:
    """Add --macos, whose default is one for all commands."""
    from pytest_imessage_foundry.db import version_detect

    all_too = "'all', several with commas between them, " if several else ""
    command.add_argument(
        "--macos",
        default="auto",
        metavar="RELEASE",
        help=f"{release_words()}, {all_too}or 'auto': this machine's, which elsewhere "
        f"than on a Mac is {version_detect.FALLBACK} (default: auto)",
    )


def release_words() -> str:
    """Return what --macos accepts in every command."""
    from pytest_imessage_foundry.db import schema

    return f"{', '.join(schema.RELEASES)}, a number such as 26.0"


def release(word: str) -> str:
    """Return the release that a name, a number or 'auto' means."""
    from pytest_imessage_foundry.db import schema, version_detect

    if word != "auto":
        return schema.resolve(word)
    found = version_detect.detect()
    if found.notice:
        print(f"imessage-foundry: {found.notice}", file=sys.stderr)
    return found.release


def expected_messages(order: Order) -> int:
    """Return about how many messages the database will hold."""
    if order.spec.messages is not None:
        return order.spec.messages
    return sum(each.message_count_target for each in order.scenario.conversations)


def _packs(given: Namespace) -> tuple[Path, ...]:
    from pytest_imessage_foundry.conversations.packs import pack_files

    for path in given.cache:
        if not path.exists():
            raise FoundryError(
                "there are no packs of conversations\n"
                f"looked in: {path}, as --cache says\n"
                "name a pack or a folder of packs, or leave --cache out"
            )
    return tuple(given.cache) or pack_files.project_folders()


def _count(text: str) -> int:
    return _number("messages", text)


def _seed(text: str) -> int:
    return _number("seed", text)


def _number(name: str, text: str) -> int:
    """Return the number that `text` states, if the field of Spec can have it."""
    number = int(text) if re.fullmatch("-?[0-9]{1,20}", text) else text
    if what := fault(name, number):
        raise ArgumentTypeError(what)
    assert isinstance(number, int)
    return number
