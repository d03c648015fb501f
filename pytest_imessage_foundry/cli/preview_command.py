"""Subcommand preview."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import outputs, progress_bar, subcommands
from pytest_imessage_foundry.replaceable import check_apart
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `preview`."""
    preview = subcommands.add(
        commands,
        "preview",
        "show any chat.db as one page",
        more="The page is one HTML file with the chats, their bubbles and plots. The "
        "database, generated or real, is only read, and nothing leaves the machine. "
        "Names come from the address book of the home that it stands in.",
        examples=(
            "preview out/chat.db --truth out/truth.json",
            "preview ~/Library/Messages/chat.db --time-zone local",
        ),
    )
    preview.add_argument("path", type=Path, metavar="PATH", help="the database")
    preview.add_argument(
        "-o",
        "--output",
        type=outputs.path,
        metavar="PAGE",
        help="page to write (default: the database's name with .html, in the "
        "current folder)",
    )
    preview.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="truth of the database, as `build --truth` writes it: names, the owner's "
        "time zone, and the cases of scenario kinds",
    )
    preview.add_argument(
        "--names",
        type=Path,
        metavar="FILE",
        help="JSON object that gives addresses their names",
    )
    preview.add_argument(
        "--time-zone",
        metavar="ZONE",
        help="zone of all times: an IANA name such as Europe/Berlin, or `local` "
        "(default: the owner's by --truth, else UTC)",
    )
    preview.add_argument("--force", action="store_true", help="replace what is there")
    preview.set_defaults(run=run_preview)


def run_preview(given: Namespace) -> int:
    """Write the preview page."""
    from pytest_imessage_foundry.preview import write
    from pytest_imessage_foundry.preview.notes_files import notes

    # Not beside the database: that of this Mac stands in a folder of Apple's.
    output = given.output or Path(f"{given.path.stem}.html")
    check_apart([output], (given.path, given.truth, given.names))
    known = notes(given.truth, given.names, given.time_zone)
    with progress_bar.shown("messages drawn") as at:
        write(
            given.path,
            output,
            known,
            force=given.force,
            remedy=outputs.by_force("--output"),
            progress=at,
        )
    print(f"wrote {escaped(str(output))}")
    return 0
