"""The built-in scenarios to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.panel import Panel
from pytest_imessage_foundry.ui.widgets.plain import fitted
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import Scenario


class ScenariosScreen(StepScreen):
    """Return the chosen scenario, or None."""

    NAMED = "From a scenario"
    HELP = (
        "Each scenario is a phone with its people and conversations, which you can "
        "change before it is built. Those without conversations, such as kinds, are "
        "built as they stand."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+n", "choose", "Choose", key_display="↑ ↓ enter"),
        BACK,
    ]

    def body(self) -> ComposeResult:
        title = "Begin with the people and conversations of"
        with Vertical(id="body"):
            yield Static(title, classes="heading")
            with Horizontal():
                yield RowList(id="list")
                with Panel(id="card", classes="panel"):
                    yield Static(id="details")

    def on_mount(self) -> None:
        found = scenarios.built_in()
        self._known = {each.name: each for each in found}
        rows = self.query_one(RowList)
        rows.show([(each.name, _row(each)) for each in found])
        rows.focus()

    def on_option_list_option_highlighted(self) -> None:
        scenario = self._known.get(self.query_one(RowList).current or "")
        if scenario is not None:
            self.query_one("#details", Static).update(_details(scenario))

    def action_choose(self) -> None:
        self.dismiss(self._known.get(self.query_one(RowList).current or ""))

    def action_back(self) -> None:
        self.dismiss(None)


def _row(scenario: Scenario) -> Text:
    total = sum(each.message_count_target for each in scenario.conversations)
    said = f"{total:>9,} messages" if total else f"{'as it is':>18}"
    return Text(f"{fitted(scenario.name, 15)} {said}")


def _details(scenario: Scenario) -> Text:
    chats = counted(len(scenario.conversations), "conversation")
    people = counted(len(scenario.personas) - 1, "person", "people")
    text = Text().append(f"{scenario.name}\n", "bold")
    if scenario.conversations:
        text.append(f"{chats} with {people}\n\n", "italic")
    else:
        text.append("built as it stands\n\n", "italic")
    return text.append(scenario.description)
