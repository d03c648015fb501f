"""Refuse outputs of `build` that are there, or in each other's way."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from pytest_imessage_foundry.cli import build_options, outputs
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.replaceable import (
    COMPANIONS,
    KeptFiles,
    check_apart,
    check_output,
)


def check(given: Namespace, target: Path) -> KeptFiles:
    """Check all that a build would write, before it writes anything.

    Returns what must stay if it comes meanwhile: nothing by --force.

    `target` is where the database goes.

    Raises:
        FoundryError: something is there, or the truth cannot stand where it is to.
    """
    from pytest_imessage_foundry import layouts

    written = [*layouts.files_in(given.path, given.layout)]
    if given.truth:
        _refuse_truth_within(given, target)
        written.append(given.truth)
    check_apart(written, [*build_options.files_read(given), given.schema])
    remedy = outputs.by_force()
    for path in written:
        check_output(path, force=given.force, remedy=remedy)
    return KeptFiles(() if given.force else tuple(written), remedy)


def _refuse_truth_within(given: Namespace, target: Path) -> None:
    """Refuse a truth that is the database, or in or around what the build makes."""
    from pytest_imessage_foundry.attachments import FOLDERS

    truth, database = (Path(os.path.realpath(e)) for e in (given.truth, target))
    if truth == database:
        raise FoundryError(
            "the database and its truth cannot be one file\n"
            f"looked at: {target}, which both are to be\n"
            "name another file with --truth"
        )
    made = [
        database,
        # SQLite's own files: the first reader would take the truth for its log.
        *(Path(f"{database}{each}") for each in COMPANIONS),
        *(database.parent / name for name in FOLDERS),
    ]
    if given.layout == "ios-backup":
        made.append(Path(os.path.realpath(given.path)))
    for each in made:
        if truth.is_relative_to(each) or each.is_relative_to(truth):
            raise FoundryError(
                "the truth cannot stand in what is built, nor be a folder around it\n"
                f"looked at: {given.truth}; {each} is to be made\n"
                "name a file elsewhere with --truth"
            )
