"""Subcommand stats."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import (
    build_options,
    outputs,
    progress_bar,
    subcommands,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.replaceable import check_apart, check_output

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.foundry import Order
    from pytest_imessage_foundry.models import Conversation

# Options that say what a scenario is built from; a file is there already.
_OF_A_SCENARIO = (
    *("macos", "scenario", "library", "seed", "messages", "source", "cache"),
)
_REMEDY = outputs.by_force("--page")


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `stats`."""
    stats = subcommands.add(
        commands,
        "stats",
        "measure any chat.db, or how believable a scenario's conversations are",
        more="Of a file, generated or real, it counts how often it has what files of "
        "real phones have, beside what people published of theirs; the file is only "
        "read. Of a scenario nothing is built: what would be in the database is "
        "measured, each property beside its goal.",
        examples=(
            "stats ~/Library/Messages/chat.db",
            "stats out/chat.db --json",
            "stats --scenario family --seed 3 --json",
            "stats --scenario scenes/holiday.toml --page plots.html",
        ),
    )
    stats.add_argument(
        "path",
        nargs="?",
        type=Path,
        metavar="PATH",
        help="a database to measure, instead of a scenario",
    )
    build_options.add_options(stats)
    stats.add_argument("--json", action="store_true", help="report as JSON")
    stats.add_argument(
        "--page",
        type=outputs.path,
        metavar="PAGE",
        help="also write a page of plots (open it at #view=plots)",
    )
    stats.add_argument("--force", action="store_true", help="replace what is there")
    defaults = {name: stats.get_default(name) for name in _OF_A_SCENARIO}
    stats.set_defaults(run=run_stats, of_a_scenario=defaults)


def run_stats(given: Namespace) -> int:
    """Print the measures of a file, or of a scenario, beside their goals."""
    check_apart([given.page], [given.path, *build_options.files_read(given)])
    if given.page is not None:
        check_output(given.page, force=given.force, remedy=_REMEDY)
    return _stats_of_scenario(given) if given.path is None else _stats_of_file(given)


def _stats_of_file(given: Namespace) -> int:
    from pytest_imessage_foundry.preview import Notes, rows_of, write
    from pytest_imessage_foundry.rates.file_rates import rates_of
    from pytest_imessage_foundry.terminal import escaped_lines

    named = [
        f"--{name}"
        for name, default in given.of_a_scenario.items()
        if getattr(given, name) != default
    ]
    if named:
        raise FoundryError(
            f"a file is measured as it is, without {', '.join(named)}\n"
            f"looked at: {given.path}\n"
            "leave the options out, or the path to measure a scenario"
        )
    with progress_bar.shown("parts of the file measured") as at:
        found = rates_of(given.path, progress=at)
    if given.page is not None:
        with progress_bar.shown("messages read and drawn") as at:
            notes = Notes(measures=rows_of(found.as_json()["measures"]))
            write(
                given.path,
                given.page,
                notes,
                force=given.force,
                remedy=_REMEDY,
                progress=at,
            )
    print(json.dumps(found.as_json()) if given.json else escaped_lines(found.table()))
    return 0


def _stats_of_scenario(given: Namespace) -> int:
    from pytest_imessage_foundry.conversations import realism

    order = build_options.order(given)
    measured = realism.measure(_walked(order), order.scenario.personas)
    if given.page is not None:
        measures = measured.as_json()["measures"]
        _write_plots(order, measures, given.page, force=given.force)
    print(json.dumps(measured.as_json()) if given.json else measured.table())
    return 0


def _walked(order: Order) -> Iterator[Conversation]:
    """Yield the conversations, each with its messages in a tuple."""
    from dataclasses import replace

    total, done = build_options.expected_messages(order), 0
    with progress_bar.shown(f"of about {total:,} messages measured") as at:
        for chat in order.conversations:
            messages = tuple(iter(chat.messages))
            yield replace(chat, messages=messages)
            done += len(messages)
            if at is not None:
                at(done, total)


def _write_plots(
    order: Order, measures: list[dict[str, Any]], page: Path, *, force: bool
) -> None:
    """Write the preview of a database that is built for it and removed."""
    from pytest_imessage_foundry import foundry
    from pytest_imessage_foundry.preview import Notes, rows_of, write
    from pytest_imessage_foundry.preview.notes_files import time_zone
    from pytest_imessage_foundry.scratch import scratch_folder

    names = {
        address: persona.name
        for persona in order.scenario.personas
        for address in persona.addresses
    }
    zone = time_zone(order.scenario.owner.time_zone)
    notes = Notes(names=names, zone=zone, measures=rows_of(measures))
    with scratch_folder() as folder:
        database = folder / foundry.FILE_NAME
        foundry.forge(order, database)
        with progress_bar.shown("messages drawn") as at:
            write(database, page, notes, force=force, remedy=_REMEDY, progress=at)
