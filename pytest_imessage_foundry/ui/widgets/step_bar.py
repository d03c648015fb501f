"""The top line with the five steps, and the notice line."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from pytest_imessage_foundry.ui.widgets.plain import paragraph

TITLES = ("Settings", "People", "Conversations", "Messages", "Result")
_HELP = "F1 help "


class StepBar(Static):
    """The top line: the current step is in brackets, earlier ones are ticked.

    A screen that is none of the steps has its title there."""

    def __init__(self, number: int, title: str = "") -> None:
        self._line = _steps(number) if number else Text(f" {title}", "bold")
        super().__init__(self._line)

    def on_resize(self) -> None:
        gap = self.size.width - self._line.cell_len - len(_HELP)
        self.update(self._line.copy().append(" " * gap).append(_HELP, "dim"))


def _steps(number: int) -> Text:
    line = Text(" ")
    for each, title in enumerate(TITLES, 1):
        mark = "✓" if each < number else str(each)
        if each == number:
            line.append(f"[{mark} {title}]", "bold reverse")
        else:
            line.append(f"{mark} {title}", "" if each < number else "dim")
        line.append(" → " if each < len(TITLES) else "", "dim")
    return line


class Notice(Static):
    """The line above the keys: errors and successes, and below them what stands until
    it is mended."""

    def __init__(self) -> None:
        super().__init__("", id="notice")
        self.text = ""
        self._said = self._standing = Text()

    def stand(self, text: str) -> None:
        """Show an error whatever else is said; "" takes it away."""
        self._standing = _marked(text, "✗ ", "bold")
        self._draw()

    def say(self, text: str) -> None:
        self._show(text, "· " if text else "", "")

    def succeed(self, text: str) -> None:
        self._show(text, "✓ ", "bold")

    def fail(self, text: str) -> None:
        self._show(text, "✗ ", "bold")

    def _show(self, text: str, mark: str, style: str) -> None:
        self.text = text
        self._said = _marked(text, mark, style)
        self._draw()

    def _draw(self) -> None:
        shown = [each for each in (self._said, self._standing) if each]
        self.update(Text("\n").join(shown))
        self.set_class(bool(shown), "-told")


def _marked(text: str, mark: str, style: str) -> Text:
    return Text(mark, style).append_text(paragraph(text)) if text else Text()
