"""Add subcommands with a description, options and examples."""

from __future__ import annotations

import textwrap
from argparse import ArgumentError, ArgumentParser, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_imessage_foundry.errors import meant

if TYPE_CHECKING:
    from argparse import Action, _SubParsersAction
    from collections.abc import Sequence

WIDTH = 79
_LONGEST = 500  # characters of a complaint, which may quote an argument


class EscapingParser(ArgumentParser):
    """A parser that quotes arguments without what a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the complaint, and exit with 2."""
        from pytest_imessage_foundry.terminal import escaped

        super().error(escaped(message, _LONGEST))

    def _check_value(self, action: Action, value: Any) -> None:
        """Complain of a word that is none of the choices, with the nearest one."""
        if action.choices is None or value in action.choices:
            return
        names = [str(each) for each in action.choices]
        raise ArgumentError(
            action,
            f"invalid choice: {value!r}{meant(str(value), names)} "
            f"(choose from {', '.join(names)})",
        )


def add(
    commands: _SubParsersAction[ArgumentParser],
    name: str,
    what: str,
    *,
    more: str = "",
    examples: Sequence[str] = (),
    notes: str = "",
) -> ArgumentParser:
    """Add a command. `what` is its one line; `more` stands in its own help."""
    sentence = f"{what[0].upper()}{what[1:]}."
    return commands.add_parser(
        name,
        help=what,
        description=filled(f"{sentence} {more}"),
        epilog=after(examples, notes),
        formatter_class=RawDescriptionHelpFormatter,
    )


def after(examples: Sequence[str], notes: str = "") -> str:
    """Return the text below the options: examples, then notes."""
    lines = [f"  imessage-foundry {each}" for each in examples]
    listed = "\n".join(["examples:", *lines]) if lines else ""
    return "\n\n".join(part for part in (listed, filled(notes)) if part)


def filled(text: str) -> str:
    """Return prose wrapped for a terminal of 80 columns."""
    return textwrap.fill(text.strip(), WIDTH, break_on_hyphens=False)
