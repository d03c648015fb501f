"""A command that can be copied off the screen and run."""

from __future__ import annotations

import shlex

from rich.cells import cell_len
from textual.widgets import Static

from pytest_imessage_foundry.ui.widgets.plain import paragraph


class CommandText(Static):
    """A command, broken where a shell allows it."""

    def __init__(self, command: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id, classes="command")
        self.command = command

    def show(self, command: str) -> None:
        """Show another command."""
        self.command = command
        self._draw()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        lines = broken(shlex.split(self.command), self.content_size.width or 76)
        self.update(paragraph("\n".join(lines)))


def broken(words: list[str], width: int) -> list[str]:
    """Return a command in lines of a width; all but the last end with a backslash.

    An option and its value stay together. What is longer than a line stands on one
    of its own: a shell breaks no word.
    """
    lines = [""]
    for piece in _pieces(words):
        longer = f"{lines[-1]} {piece}" if lines[-1] else piece
        if lines[-1] and cell_len(longer) > width - 2:
            lines[-1] += " \\"
            longer = f"  {piece}"
            lines.append("")
        lines[-1] = longer
    return lines


def _pieces(words: list[str]) -> list[str]:
    pieces: list[str] = []
    is_value = False
    for word in words:
        quoted = shlex.quote(word)
        if is_value and not word.startswith("-"):
            pieces[-1] += f" {quoted}"
        else:
            pieces.append(quoted)
        is_value = word.startswith("--") and word != "--"
    return pieces
