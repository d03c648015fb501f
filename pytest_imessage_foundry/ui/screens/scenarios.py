"""The built-in scenarios to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.ui.project import counted
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import Scenario


class Scenarios(StepScreen):
    """Gives the chosen scenario, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", key_display="↑ ↓ enter"),
        BACK,
    ]

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(
                "Begin with the people and conversations of", classes="heading"
            )
            yield Rows(id="scenarios")

    def on_mount(self) -> None:
        # One without conversations is an empty phone, or the catalogue.
        found = [each for each in scenarios.built_in() if each.conversations]
        self._known = {each.name: each for each in found}
        rows = self.query_one(Rows)
        rows.show([(each.name, _row(each)) for each in found])
        rows.focus()

    def action_choose(self) -> None:
        self.dismiss(self._known.get(self.query_one(Rows).current or ""))

    def action_back(self) -> None:
        self.dismiss(None)


def _row(scenario: Scenario) -> Text:
    total = sum(each.message_count_target for each in scenario.conversations)
    chats = counted(len(scenario.conversations), "conversation")
    head = (
        Text()
        .append(f"{scenario.name}  ", "bold")
        .append(f"{chats}, {total:,} messages\n")
    )
    return head.append(f"{scenario.description}")
