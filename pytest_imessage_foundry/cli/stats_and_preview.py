"""Subcommands stats and preview."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import build_options, progress_bar, subcommands

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.foundry import Order
    from pytest_imessage_foundry.models import Conversation


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `stats` and `preview`."""
    stats = subcommands.add(
        commands,
        "stats",
        "measure how believable a scenario's conversations are",
        more="Nothing is built: what would be in the database is measured, each "
        "property beside its goal.",
        examples=(
            "stats",
            "stats --scenario family --seed 3 --json",
            "stats --scenario scenes/holiday.toml --page plots.html",
        ),
    )
    build_options.add_options(stats, macos="tahoe")
    stats.add_argument("--json", action="store_true", help="report as JSON")
    stats.add_argument(
        "--page",
        type=Path,
        metavar="PAGE",
        help="also write a page of plots (open it at #view=plots)",
    )
    stats.add_argument("--force", action="store_true", help="replace what is there")
    stats.set_defaults(run=run_stats)
    preview = subcommands.add(
        commands,
        "preview",
        "show any chat.db as one page",
        more="The page is one HTML file with the chats, their bubbles and plots. The "
        "database, generated or real, is only read, and nothing leaves the machine.",
        examples=(
            "preview out/chat.db",
            "preview ~/Library/Messages/chat.db -o messages.html",
        ),
    )
    preview.add_argument("path", type=Path, metavar="PATH", help="the database")
    preview.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PAGE",
        help="page to write (default: the database's name with .html, in the "
        "current folder)",
    )
    preview.add_argument("--force", action="store_true", help="replace what is there")
    preview.set_defaults(run=run_preview)


def run_stats(given: Namespace) -> int:
    """Print the measures of a scenario beside their goals."""
    from pytest_imessage_foundry.conversations import realism

    order = build_options.order(given)
    measured = realism.measure(_walked(order), order.scenario.personas)
    if given.page is not None:
        _write_plots(order, given.page, force=given.force)
    print(json.dumps(measured.as_json()) if given.json else measured.table())
    return 0


def _walked(order: Order) -> Iterator[Conversation]:
    """Yield the conversations, each with its messages in a tuple."""
    from dataclasses import replace

    total, done = build_options.expected_messages(order), 0
    with progress_bar.shown(f"of about {total:,} messages measured") as at:
        for chat in order.conversations:
            messages = tuple(chat.messages)
            yield replace(chat, messages=messages)
            done += len(messages)
            if at is not None:
                at(done, total)


def _write_plots(order: Order, page: Path, *, force: bool) -> None:
    """Write the preview of a database that is built for it and removed."""
    from pytest_imessage_foundry import foundry
    from pytest_imessage_foundry.preview import write
    from pytest_imessage_foundry.scratch import scratch_folder

    names = {
        address: persona.name
        for persona in order.scenario.personas
        for address in persona.addresses
    }
    with scratch_folder() as folder:
        database = folder / foundry.FILE_NAME
        foundry.forge(order, database)
        with progress_bar.shown("messages drawn") as at:
            write(database, page, names=names, force=force, progress=at)


def run_preview(given: Namespace) -> int:
    """Write the preview page."""
    from pytest_imessage_foundry.preview import page

    # Not beside the database: that of this Mac stands in a folder of Apple's.
    output = given.output or Path(f"{given.path.stem}.html")
    with progress_bar.shown("messages read and drawn") as at:
        page.write(given.path, output, force=given.force, progress=at)
    print(f"wrote {output}")
    return 0
