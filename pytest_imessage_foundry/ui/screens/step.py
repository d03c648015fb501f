"""The base of all screens: top line, notice, keys, and a way back."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen

from pytest_imessage_foundry.ui.widgets.key_line import KeyLine
from pytest_imessage_foundry.ui.widgets.row_list import RowList
from pytest_imessage_foundry.ui.widgets.step_bar import TITLES, Notice, StepBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.ui.app import FoundryApp
    from pytest_imessage_foundry.ui.project import Step


# Last in each screen's list: the keys stand in its order at the bottom.
BACK = Binding("escape", "back", "Back", key_display="esc")
# In forms the arrows do what tab does, but not within a list. They come before what
# a field makes of them: whoever types ahead is to find each word in its own field.
ARROWS = (
    Binding("tab", "app.focus_next", "Field", key_display="↑ ↓", priority=True),
    Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    Binding("down", "field(1)", show=False, priority=True),
    Binding("up", "field(-1)", show=False, priority=True),
)


class FoundryScreen(Screen[Any]):
    """A screen of this app."""

    @property
    def foundry(self) -> FoundryApp:
        """Return the app with its own type."""
        return cast("FoundryApp", self.app)


class StepScreen(FoundryScreen):
    """A screen of the five steps.

    The draft remembers `STEP`; `NUMBER` or `NAMED` is shown in the top line, and
    `HELP` when the user asks for it."""

    STEP: ClassVar[Step | None] = None
    NUMBER: ClassVar[int] = 0
    NAMED: ClassVar[str] = ""
    HELP: ClassVar[str] = ""

    @property
    def heading(self) -> str:
        """Return the screen's name."""
        return self.NAMED or TITLES[self.NUMBER - 1]

    def compose(self) -> ComposeResult:
        yield StepBar(self.NUMBER, self.NAMED)
        yield from self.body()
        yield Notice()
        yield KeyLine()

    @abstractmethod
    def body(self) -> ComposeResult:
        """Yield the widgets between the top line and the notice."""

    @property
    def notice(self) -> Notice:
        return self.query_one(Notice)

    def on_screen_resume(self) -> None:
        self.notice.stand(self.foundry.unkept)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Where there is something to scroll, the arrows do that.
        return action != "field" or not isinstance(
            self.focused, RowList | VerticalScroll
        )

    def action_field(self, by: int) -> None:
        """Move to the next field or the one before."""
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_back(self) -> None:
        self.foundry.back()
