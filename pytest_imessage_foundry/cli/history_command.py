"""`imessage-foundry history`: the builds made with people of the library."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import subcommands
from pytest_imessage_foundry.cli.persona_output import add_library_option
from pytest_imessage_foundry.errors import counted

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `history`."""
    history = subcommands.add(
        commands,
        "history",
        "list the builds that used personas of your library",
        more="These are the databases that `build` wrote from a scenario with "
        "`library:ID` in it, the newest first.",
        examples=("history", "history --json"),
    )
    add_library_option(history)
    history.add_argument("--json", action="store_true", help="as JSON")
    history.set_defaults(run=run)


def run(given: Namespace) -> int:
    """Print the history."""
    from pytest_imessage_foundry.personas import library
    from pytest_imessage_foundry.terminal import escaped

    with library.opened(given.library) as kept:
        builds, place = kept.history(), escaped(str(kept.path))
    if given.json:
        print(json.dumps([asdict(each) for each in builds], indent=1))
        return 0
    for each in builds:
        people = ", ".join(each.persona_ids)
        print(
            f"{escaped(each.created_at)}  {escaped(each.macos_version):8}  "
            f"{counted(each.message_count, 'message'):>16}  "
            f"{escaped(each.output_path)}  with {escaped(people)}"
        )
    if not builds:
        print(f"nothing was built with personas of {place} yet")
    return 0
