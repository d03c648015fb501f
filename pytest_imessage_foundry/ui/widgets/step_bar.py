"""The top line with the five steps, and the notice line."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from pytest_imessage_foundry.ui.widgets.plain import paragraph

TITLES = ("Settings", "People", "Conversations", "Messages", "Result")


class StepBar(Static):
    """The top line: the current step is in brackets, earlier ones are ticked."""

    def __init__(self, number: int) -> None:
        line = Text(" ")
        for each, title in enumerate(TITLES, 1):
            mark = "✓" if each < number else str(each)
            if each == number:
                line.append(f"[{mark} {title}]", "bold reverse")
            else:
                line.append(f" {mark} {title} ", "" if each < number else "dim")
            line.append(" → " if each < len(TITLES) else "", "dim")
        super().__init__(line)


class Notice(Static):
    """The line above the keys: errors and successes."""

    def __init__(self) -> None:
        super().__init__("", id="notice")
        self.text = ""

    def say(self, text: str) -> None:
        self._show(text, "· " if text else "", "")

    def fail(self, text: str) -> None:
        self._show(text, "✗ ", "bold")

    def _show(self, text: str, mark: str, style: str) -> None:
        self.text = text
        self.update(Text(mark, style).append_text(paragraph(text)))
        self.set_class(bool(text), "-told")
