"""Options that choose cached conversations, and a summary of their states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import outputs, subcommands

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from pytest_imessage_foundry.llm.plan import Survey

OUT = Path("fixtures_cache")


def add_options(verb: ArgumentParser) -> None:
    """Add the options that choose conversations and folders."""
    verb.add_argument(
        "--scenario",
        type=subcommands.name_or_path,
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="a scenario, or a TOML or JSON file of your own; repeat it for more "
        "(default: all built-in ones)",
    )
    verb.add_argument(
        "--out",
        type=outputs.path,
        default=OUT,
        metavar="DIR",
        help=f"folder of the project's packs (default: {OUT})",
    )


def summary(found: Survey) -> str:
    """Return how many conversations are in which state."""
    states = [each.state for each in found.entries]
    counts = [f"{states.count(w)} {w}" for w in ("fresh", "stale", "missing")]
    counts += [f"{len(found.unused)} unused", f"{len(found.invalid)} invalid"]
    return ", ".join(counts)
