"""The built-in scenarios to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.ui.project import counted
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.plain import fitted
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import Scenario


class ScenariosScreen(StepScreen):
    """Return the chosen scenario, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", key_display="↑ ↓ enter"),
        BACK,
    ]

    def body(self) -> ComposeResult:
        title = "Begin with the people and conversations of"
        with Vertical(id="body"):
            yield Static(title, classes="heading")
            with Horizontal():
                yield RowList(id="list")
                with VerticalScroll(id="card", classes="panel"):
                    yield Static(id="details")

    def on_mount(self) -> None:
        # One without conversations is an empty phone, or the catalogue.
        found = [each for each in scenarios.built_in() if each.conversations]
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
    return Text(f"{fitted(scenario.name, 15)} {total:>9,} messages")


def _details(scenario: Scenario) -> Text:
    chats = counted(len(scenario.conversations), "conversation")
    people = counted(len(scenario.personas) - 1, "person", "people")
    text = Text().append(f"{scenario.name}\n", "bold")
    text.append(f"{chats} with {people}\n\n", "italic")
    return text.append(scenario.description)
