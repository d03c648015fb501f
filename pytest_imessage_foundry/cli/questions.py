"""Ask questions, on a terminal only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import standard_input
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Sequence


def require_terminal(what: str) -> None:
    """Refuse to go on if standard input is no terminal.

    Raises:
        FoundryError: standard input is no terminal.
    """
    if not standard_input.is_terminal():
        raise FoundryError(
            f"{what} asks before it does so\n"
            "looked for a terminal to ask at; standard input is none\n"
            "pass --yes to go ahead without a question"
        )


def ask(question: str, answers: Sequence[str]) -> str:
    """Ask and return one of `answers`, or "" at the end of input."""
    by_word = {word: each for each in answers for word in (each, each[0])}
    while True:
        print(f"{question} [{'/'.join(answers)}] ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            print(file=sys.stderr)
            return ""
        if answer := by_word.get(line.strip().lower()):
            return answer
