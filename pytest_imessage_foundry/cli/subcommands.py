"""Add subcommands with a description, options and examples."""

from __future__ import annotations

import textwrap
from argparse import (
    PARSER,
    REMAINDER,
    ArgumentError,
    ArgumentParser,
    RawDescriptionHelpFormatter,
)
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_imessage_foundry.cli import outputs
from pytest_imessage_foundry.errors import meant

if TYPE_CHECKING:
    from argparse import Action, _SubParsersAction
    from collections.abc import Sequence

WIDTH = 79
_LONGEST = 500  # characters of a complaint, which may quote an argument


def name_or_path(text: str) -> str:
    """Return a value that may be a file's name, which any bytes are."""
    return text


def text_or_nothing(text: str) -> str:
    """Return a value that may be empty."""
    return text


_MAY_BE_ANY_BYTES = (Path, name_or_path, outputs.path)


class EscapingParser(ArgumentParser):
    """A parser that quotes arguments without what a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the complaint, and exit with 2."""
        from pytest_imessage_foundry.terminal import escaped

        super().error(escaped(message, _LONGEST))

    def _get_values(self, action: Action, arg_strings: list[str]) -> Any:
        """Take the -- of --option=-- for its value, as Python 3.13 does.

        Before, argparse drops it, and gives an empty list for the value.
        """
        if not action.option_strings or arg_strings != ["--"]:
            return super()._get_values(action, arg_strings)
        value = self._get_value(action, "--")
        self._check_value(action, value)
        return value if action.nargs is None else [value]

    def _get_value(self, action: Action, arg_string: str) -> Any:
        """Refuse nothing for a value, and bytes that are no text."""
        if action.nargs not in (PARSER, REMAINDER):
            _refuse_no_text(action, arg_string)
        return super()._get_value(action, arg_string)

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


def _refuse_no_text(action: Action, given: str) -> None:
    from pytest_imessage_foundry.terminal import is_utf_8

    if action.option_strings and not given and action.type is not text_or_nothing:
        raise ArgumentError(
            action,
            "is empty; give it a value, or leave the option out (a variable of the "
            "shell may be empty)",
        )
    if action.type not in _MAY_BE_ANY_BYTES and not is_utf_8(given):
        raise ArgumentError(
            action, f"is not UTF-8: {given!r}; only names of files may be other bytes"
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
