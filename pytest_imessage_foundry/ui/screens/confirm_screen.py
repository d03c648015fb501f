"""A question with two answers; the safe one is selected first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from pytest_imessage_foundry.ui.widgets.plain import paragraph
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ConfirmScreen(ModalScreen[bool]):
    """Ask, and return whether the answer was yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", show=False),
        Binding("escape,n", "answer(False)", "No"),
        Binding("y", "answer(True)", "Yes"),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(paragraph(self._question), id="question")
            yield RowList(id="answers")

    def on_mount(self) -> None:
        rows = self.query_one(RowList)
        no = Text(f"n  {self._no}")
        rows.show([("no", no), ("yes", Text(f"y  {self._yes}"))])
        rows.focus()

    def action_choose(self) -> None:
        self.dismiss(self.query_one(RowList).current == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)
