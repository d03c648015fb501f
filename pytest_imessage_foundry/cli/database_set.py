"""Sets of databases: each scenario that is named on each release."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import subcommands
from pytest_imessage_foundry.cli.build_options import LAYOUTS, release_words
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.replaceable import check_is_free

if TYPE_CHECKING:
    from pytest_imessage_foundry.foundry import ChatDB
    from pytest_imessage_foundry.layouts import LayoutName
    from pytest_imessage_foundry.models import Scenario

TRUTH = "truth.json"


def add_options(command: ArgumentParser) -> None:
    """Add the options that say which databases a set has."""
    command.add_argument(
        "--macos",
        default="all",
        metavar="RELEASES",
        help="releases with commas between them, or 'all' (default: all): "
        f"{release_words()}",
    )
    command.add_argument(
        "--scenario",
        type=subcommands.name_or_path,
        default="kinds,default",
        metavar="NAMES",
        help="scenarios with commas between them, TOML and JSON files among them "
        "(default: kinds,default)",
    )
    command.add_argument(
        "--seed", type=int, default=0, metavar="N", help="as for build (default: 0)"
    )
    command.add_argument(
        "--layout",
        choices=LAYOUTS,
        default="file",
        help="where each database stands, as for build (default: file)",
    )


@dataclass(frozen=True, slots=True)
class Member:
    """One database of a set, and the folder that it gets."""

    release: str
    scenario: str
    seed: int
    layout: LayoutName
    place: Path
    own: Scenario | None = None
    """The scenario of a file, where it is one."""

    @property
    def name(self) -> str:
        return f"{self.release} {self.scenario}"

    @property
    def path(self) -> Path:
        """What the layout makes: a file, or a folder."""
        from pytest_imessage_foundry.foundry import FILE_NAME

        return self.place / (FILE_NAME if self.layout == "file" else "home")

    def build(self, *, with_truth: bool) -> ChatDB:
        """Build it, with a file of its truth beside it if that is wanted.

        What fails leaves nothing.
        """
        from pytest_imessage_foundry import foundry, layouts
        from pytest_imessage_foundry.atomic import naming_disk_errors
        from pytest_imessage_foundry.chatdb import truth
        from pytest_imessage_foundry.spec import Spec

        spec = Spec(release=self.release, scenario=self.scenario, seed=self.seed)
        own = (self.own,) if self.own else ()
        order = foundry.Order(spec, foundry.Materials(scenarios=own))
        database = layouts.database_in(self.path, self.layout)
        built = foundry.ChatDB(database, order)
        self._make_place()
        try:
            with naming_disk_errors(self.place):
                layouts.build(order, self.path, self.layout)
                if with_truth:
                    with (self.place / TRUTH).open("w", encoding="utf-8") as file:
                        truth.write(built, file)
        except BaseException:  # Ctrl-C too
            shutil.rmtree(self.place, ignore_errors=True)
            raise
        return built

    def _make_place(self) -> None:
        try:
            # A reader may have removed the folder of all of them.
            self.place.mkdir(parents=True)
        except FileExistsError:
            check_is_free(
                self.place,
                "name another folder with --keep, or end what else writes there",
            )
            raise


def members(given: Namespace, folder: Path) -> list[Member]:
    """Return the databases that the options name, each with a place in `folder`.

    Raises:
        FoundryError: there is no such release or scenario.
    """
    found = _scenarios(words(given.scenario))
    chosen = releases(given.macos)
    if not chosen or not found:
        raise FoundryError(
            "there is nothing to build\n"
            f"looked at: --macos {given.macos!r}, --scenario {given.scenario!r}\n"
            "name a release and a scenario, or leave both out"
        )
    return [
        Member(each, name, given.seed, given.layout, folder / f"{each}-{name}", own)
        for each in chosen
        for name, own in found.items()
    ]


def files_read(given: Namespace) -> list[Path]:
    """Return the scenario files that the options name."""
    named = words(given.scenario)
    return [Path(each) for each in named if each.endswith((".toml", ".json"))]


def _scenarios(names: list[str]) -> dict[str, Scenario | None]:
    """Return the scenarios that are named, with what those of files hold."""
    from pytest_imessage_foundry.conversations import scenario_files, scenarios

    found: dict[str, Scenario | None] = {}
    for name in names:
        if not name.endswith((".toml", ".json")):
            scenarios.get(name)
            found[name] = None
            continue
        own = scenario_files.read(Path(name))
        if own.name in found and found[own.name] != own:
            raise FoundryError(
                f"two scenarios are called {own.name!r}\n"
                f"looked at: --scenario {','.join(names)}\n"
                "give one of the files another name"
            )
        found[own.name] = own
    return found


def releases(text: str) -> list[str]:
    """Return the releases that are named, oldest first."""
    from pytest_imessage_foundry.db import schema

    named: list[str] = []
    for word in words(text):
        named += schema.ALL if word == "all" else [schema.resolve(word)]
    return [each for each in schema.RELEASES if each in named]


def words(text: str) -> list[str]:
    """Return the words between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]
