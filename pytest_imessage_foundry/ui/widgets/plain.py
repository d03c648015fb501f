"""Make text safe to show: no markup and no control characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from rich.console import Console


def plain(text: str, style: str = "") -> Text:
    """Return `text` on one line, without markup and control characters."""
    return Text(escaped(text), style)


def paragraph(text: str, style: str = "") -> Text:
    """Return `text` with its lines, without markup and control characters."""
    return Text("\n").join(plain(line, style) for line in text.split("\n"))


def fitted(text: str, width: int) -> str:
    """Return `text` cut or padded to a width in cells."""
    shown = escaped(text)
    if cell_len(shown) > width > 0:
        return set_cell_size(shown, width - 1) + "…"
    return set_cell_size(shown, width)


def wrapped(text: str, width: int, console: Console) -> list[str]:
    """Return the lines of `text` wrapped to a width in cells."""
    lines = paragraph(text).wrap(console, max(width, 1))
    return [line.plain.rstrip() for line in lines] or [""]
