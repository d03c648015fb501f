"""Subcommand anonymise."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import outputs, progress_bar, subcommands

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_KINDS = (
    "tapback sticker reply edited unsent attachment audio app poll event scheduled "
    "failed effect deleted orphan"
)


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `anonymise`."""
    command = subcommands.add(
        commands,
        "anonymise",
        "copy a chat.db so that it is safe to show",
        more="Texts, names, addresses, GUIDs, paths and dates get stand-ins of the "
        "same length; what no list knows is emptied. The original is only read. The "
        "copy is written only if a search of all its bytes finds nothing of the "
        "original.",
        examples=(
            "anonymise ~/Library/Messages/chat.db bug.db --last 20",
            "anonymise chat.db bug.db --message 9E1B…  --json",
            "anonymise chat.db bug.db --kind poll --kind tapback",
        ),
        notes="what remains is who wrote when, how long it was, and of what kind; "
        "--chat, --message, --last and --kind keep only what has all that they say, "
        "and what it refers to",
    )
    command.add_argument("path", type=Path, metavar="IN", help="the original")
    command.add_argument(
        "out", type=outputs.path, metavar="OUT", help="the copy, a new file"
    )
    command.add_argument(
        "--chat",
        action="append",
        default=[],
        metavar="CHAT",
        help="keep this chat alone: its ROWID, guid, chat_identifier or name; repeat "
        "it for more",
    )
    command.add_argument(
        "--message",
        action="append",
        default=[],
        metavar="GUID",
        help="keep this message alone, and what it refers to; repeat it for more",
    )
    command.add_argument(
        "--last", type=_count, metavar="N", help="keep the newest N messages alone"
    )
    command.add_argument(
        "--kind",
        action="append",
        default=[],
        metavar="KIND",
        help="keep messages of this kind alone; repeat it for more: "
        f"{_KINDS.replace(' ', ', ')}",
    )
    command.add_argument(
        "--keep-dates", action="store_true", help="leave dates as they are"
    )
    command.add_argument(
        "--stubs",
        action="store_true",
        help="put a small file where each attachment should be, in the folder "
        "Attachments beside OUT",
    )
    command.add_argument(
        "--seed", metavar="TEXT", help="for tests: derive the stand-ins from this"
    )
    command.add_argument("--force", action="store_true", help="replace what is there")
    command.add_argument("--json", action="store_true", help="report as JSON")
    command.set_defaults(run=run_anonymise)


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise ArgumentTypeError(f"{text!r} is no number of messages from 1")
    return int(text)


def run_anonymise(given: Namespace) -> int:
    """Write the copy and print the report."""
    from pytest_imessage_foundry.anonymise import anonymise
    from pytest_imessage_foundry.terminal import escaped_lines

    with progress_bar.shown("rows read, replaced and proved") as at:
        outcome = anonymise(
            given.path,
            given.out,
            chats=given.chat,
            messages=given.message,
            last=given.last,
            kinds=given.kind,
            keep_dates=given.keep_dates,
            stubs=given.stubs,
            seed=given.seed,
            force=given.force,
            remedy=outputs.by_force(),
            progress=at,
        )
    print(json.dumps(outcome.as_json()) if given.json else escaped_lines(outcome))
    return 0
