"""One of a few words, changed with the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence


class ChoiceField(Widget, can_focus=True):
    """A word between arrows; `options` are values and labels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,minus", "move(-1)", "Previous", show=False),
        Binding("right,space,plus", "move(1)", "Change", key_display="← →"),
    ]
    place: reactive[int] = reactive(0)

    class Changed(Message):
        """Sent when another word was chosen."""

        def __init__(self, choice: ChoiceField) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> ChoiceField:
            return self.choice

    def __init__(
        self, options: Sequence[tuple[str, str]], value: str = "", *, id: str
    ) -> None:
        super().__init__(id=id)
        self.options = list(options)
        self.value = value

    @property
    def value(self) -> str:
        return self.options[self.place][0]

    @value.setter
    def value(self, value: str) -> None:
        values = [each for each, _ in self.options]
        if value and value not in values:
            # What a file of somebody else's making says stays what it is.
            self.options.append((value, value))
            values.append(value)
        place = values.index(value) if value else 0
        self.set_reactive(ChoiceField.place, place)
        if self.is_mounted:
            self.refresh()

    def action_move(self, by: int) -> None:
        self.place = (self.place + by) % len(self.options)
        self.post_message(self.Changed(self))

    def render(self) -> Text:
        label = plain(self.options[self.place][1])
        if not self.has_focus:
            return Text("  ").append_text(label)
        return Text("◂ ", "bold").append_text(label).append(" ▸", "bold")
