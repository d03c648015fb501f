"""`imessage-foundry cache`: what is cached, and whether it still fits."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `cache` and its verbs."""
    cache = commands.add_parser("cache", help="look after the cached conversations")
    verbs = cache.add_subparsers(dest="verb", metavar="verify", required=True)
    verify = verbs.add_parser(
        "verify",
        help="check packs of conversations",
        description="Read packs strictly. Exit code 2 names the first that is broken.",
    )
    verify.add_argument(
        "paths", nargs="*", type=Path, help="packs (default: the shipped ones)"
    )
    verify.set_defaults(run=run_verify)


def run_verify(given: Namespace) -> int:
    """Read every pack, and say what each holds."""
    from pytest_imessage_foundry.conversations import packs

    for path in given.paths or packs.shipped():
        pack = packs.read(path)
        turns = sum(len(each.turns) for each in pack.conversations)
        print(f"{path}: {len(pack.conversations)} conversations, {turns} turns")
    return 0
