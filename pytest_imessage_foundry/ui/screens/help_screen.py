"""What a screen is for, and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from pytest_imessage_foundry.ui.widgets.panel import Panel
from pytest_imessage_foundry.ui.widgets.plain import paragraph

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.ui.screens.step import StepScreen

Keys = list[tuple[str, str]]
_EVERYWHERE: Keys = [
    ("esc", "back"),
    ("ctrl+n", "next step"),
    ("↑ ↓ home end", "move, or scroll"),
    ("tab", "the next field, or the card beside"),
    ("F1 or ?", "this help (in a text field F1 alone)"),
    ("F2", "light or dark"),
    ("ctrl+p", "all commands, to search"),
    ("ctrl+q", "leave; what you made is kept"),
]


class HelpScreen(ModalScreen[None]):
    """An explanation over the screen that it explains."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # The app's own keys do not reach through a modal screen.
        Binding("escape,enter,q,f1,question_mark", "close", "Close"),
    ]

    def __init__(self, title: str, what: str, keys: Keys) -> None:
        super().__init__()
        self._title, self._what, self._keys = title, what, keys

    @classmethod
    def of(cls, screen: StepScreen) -> HelpScreen:
        """Return the help of a screen, with the keys that it has at the moment."""
        found: Keys = []
        for each in screen.active_bindings.values():
            binding = each.binding
            key = screen.app.get_key_display(binding)
            said = (key, binding.description.lower())
            if binding.show and each.enabled and said not in found:
                found.append(said)
        return cls(screen.heading, screen.HELP, found)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"), Panel(id="help"):
            yield Static(paragraph(self._title, "bold"))
            yield Static(paragraph(self._what), classes="gap")
            yield Static(Text("On this screen", "bold"), classes="gap")
            yield Static(_table(self._keys))
            yield Static(Text("Everywhere", "bold"), classes="gap")
            named = {key.replace("^", "ctrl+") for key, _ in self._keys}
            rest = [each for each in _EVERYWHERE if each[0] not in named]
            yield Static(_table(rest))

    def on_mount(self) -> None:
        panel = self.query_one(Panel)
        panel.border_title = "Help"
        self.call_after_refresh(panel.focus)

    def action_close(self) -> None:
        self.dismiss(None)


def _table(keys: Keys) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=14, no_wrap=True)
    table.add_column()
    for key, what in keys:
        table.add_row(Text(key, "bold"), Text(what))
    return table
