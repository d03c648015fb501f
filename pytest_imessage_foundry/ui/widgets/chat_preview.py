"""A chat with bubbles, the owner's at the right."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from pytest_imessage_foundry.ui.widgets.plain import fitted, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from pytest_imessage_foundry.ui.journal import Bubble

# Two shades each: a bubble is told from the next one of the same person's.
MINE = ("#ffffff on #0a6cff", "#ffffff on #0857cc")
THEIRS = ("#ffffff on #3a3a3d", "#ffffff on #4a4a4e")
THEIRS_BY_DAY = ("#000000 on #e5e5ea", "#000000 on #d8d8de")


class ChatPreview(Widget):
    """The last bubbles that fit."""

    def __init__(self, *, id: str | None = None, hint: str = "") -> None:
        super().__init__(id=id)
        self._hint = hint
        self._bubbles: tuple[Bubble, ...] = ()

    def show(self, bubbles: Sequence[Bubble]) -> None:
        if tuple(bubbles) != self._bubbles:
            self._bubbles = tuple(bubbles)
            self.refresh()

    def render(self) -> Text:
        width, height = self.size
        if not self._bubbles:
            return Text(self._hint, "dim")
        theirs = THEIRS if self.app.current_theme.dark else THEIRS_BY_DAY
        shown = self._bubbles[-height:]
        lines = drawn(shown, width, self.app.console, theirs)[-height:]
        return Text("\n").join(lines)


def drawn(
    bubbles: Sequence[Bubble],
    width: int,
    console: Console,
    theirs: tuple[str, str] = THEIRS,
) -> list[Text]:
    """Return bubbles as lines, with a name above the first of each sender."""
    lines: list[Text] = []
    shade = 0
    for before, bubble in pairwise([None, *bubbles]):
        assert bubble is not None
        shade = 1 - shade
        if before is None or before.who != bubble.who:
            shade = 0
            lines += [Text()] if before is not None else []
            if not bubble.is_mine:
                name = fitted(bubble.who, width).rstrip()
                lines.append(Text().append(name, "bold"))
        style = (MINE if bubble.is_mine else theirs)[shade]
        lines += _bubble(bubble, width, style, console)
    return lines


def _bubble(bubble: Bubble, width: int, style: str, console: Console) -> list[Text]:
    said = wrapped(bubble.text, width * 4 // 5 - 2, console)
    inner = max(map(cell_len, said))
    edge = style.rpartition(" ")[2]
    indent = " " * max(width - inner - 2, 0) if bubble.is_mine else ""
    return [
        Text(indent)
        .append("▐", edge)
        .append(fitted(line, inner), style)
        .append("▌", edge)
        for line in said
    ]
