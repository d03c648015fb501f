"""Text from anywhere on its way to the screen: shown, never obeyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from pytest_imessage_foundry.llm.reply_text import escaped

if TYPE_CHECKING:
    from rich.console import Console


def plain(text: str, style: str = "") -> Text:
    """`text` on one line: no markup in it holds, and no control character."""
    return Text(escaped(text), style)


def paragraph(text: str, style: str = "") -> Text:
    """`text` with its lines."""
    return Text("\n").join(plain(line, style) for line in text.split("\n"))


def fitted(text: str, width: int) -> str:
    """`text` cut or filled to so many cells."""
    shown = escaped(text)
    if cell_len(shown) > width > 0:
        return set_cell_size(shown, width - 1) + "…"
    return set_cell_size(shown, width)


def wrapped(text: str, width: int, console: Console) -> list[str]:
    """The lines of `text` within so many cells."""
    lines = paragraph(text).wrap(console, max(width, 1))
    return [line.plain.rstrip() for line in lines] or [""]
