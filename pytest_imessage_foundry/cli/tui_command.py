"""`imessage-foundry tui`: the terminal app."""

from __future__ import annotations

import importlib.util
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import persona_output, standard_input, subcommands
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `tui`."""
    tui = subcommands.add(
        commands,
        "tui",
        "do the same in a terminal app",
        more="Choose people, let them talk and build a database, by keyboard alone. It "
        "ends by naming the command that does the same without questions. A draft "
        "beside the library of people keeps what was begun. Needs the extra tui.",
        examples=["tui"],
    )
    persona_output.add_library_option(tui)
    tui.add_argument(
        "--look",
        choices=("dark", "light"),
        help="which colours; F2 changes them (default: light where COLORFGBG says "
        "that the terminal is, else dark)",
    )
    tui.set_defaults(run=run)


def run(given: Namespace) -> int:
    """Run the app until the user quits.

    Raises:
        KeyboardInterrupt: something else ended it.
    """
    if not (standard_input.is_terminal() and sys.stdout.isatty()):
        raise FoundryError(
            "the app needs a terminal\n"
            "looked at: standard input and output, one of which is none\n"
            "run it in a terminal, or use `imessage-foundry build`, which asks nothing"
        )
    if importlib.util.find_spec("textual") is None:
        raise FoundryError(
            "the package 'textual' is not installed\n"
            "looked in: this Python environment\n"
            "run `pip install 'pytest-imessage-foundry[tui]'`"
        )
    from pytest_imessage_foundry.personas import library
    from pytest_imessage_foundry.ui.app import FoundryApp

    with library.opened(given.library):
        pass  # what is wrong with it is said here, where it can be read
    app = FoundryApp(given.library, given.look)
    with app.draft.held():
        app.run()
    if app.return_code is None:
        # Textual takes what interrupts it for an end as any other.
        raise KeyboardInterrupt
    return app.return_code
