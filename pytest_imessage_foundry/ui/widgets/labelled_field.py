"""A line of a form: a label and its control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Input, Static

from pytest_imessage_foundry.llm.reply_text import cleaned
from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget


class LabelledField(Horizontal):
    """A label and its control; the label is marked when it has the focus."""

    def __init__(self, label: str, control: Widget) -> None:
        super().__init__(id=f"field-{control.id}")
        self.label = label
        self.control = control

    def compose(self) -> ComposeResult:
        yield Static(plain(self.label), classes="label")
        yield self.control

    # The label is told, since `:focus-within` is not always drawn anew.

    def on_descendant_focus(self) -> None:
        self.query_one(".label").add_class("-here")

    def on_descendant_blur(self) -> None:
        self.query_one(".label").remove_class("-here")


def text_field(label: str, id: str, value: str = "", hint: str = "") -> LabelledField:
    """Return a labelled text field."""
    shown = " ".join(cleaned(value).split("\n"))
    return LabelledField(label, Input(shown, placeholder=hint, id=id))


def words(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return options whose labels are their values."""
    return [(each, each) for each in values]
