"""Subcommand diagnose."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import subcommands

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `diagnose`."""
    diagnose = subcommands.add(
        commands,
        "diagnose",
        "say what is in a chat.db, in counts and without its content",
        more="It tells what a maintainer asks first: the release and how far the file "
        "is from it, rows by table, messages by kind, states that phones in use have, "
        "and what the validator says. No text, name, address, path or date is told.",
        examples=("diagnose ~/Library/Messages/chat.db", "diagnose chat.db --json"),
    )
    diagnose.add_argument("path", type=Path, metavar="PATH", help="the database")
    diagnose.add_argument("--json", action="store_true", help="report as JSON")
    diagnose.set_defaults(run=run_diagnose)


def run_diagnose(given: Namespace) -> int:
    """Print what is in a file."""
    from pytest_imessage_foundry.diagnosis import diagnose
    from pytest_imessage_foundry.terminal import escaped_lines

    found = diagnose(given.path)
    print(json.dumps(found.as_json()) if given.json else escaped_lines(str(found)))
    return 0
