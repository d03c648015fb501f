"""The app: what its screens share, and how they follow each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.theme import Theme

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.personas import library
from pytest_imessage_foundry.ui.cast import Cast
from pytest_imessage_foundry.ui.project import STEPS, Project, Step
from pytest_imessage_foundry.ui.project_draft import ProjectDraft
from pytest_imessage_foundry.ui.screens.conversations_screen import ConversationsScreen
from pytest_imessage_foundry.ui.screens.messages_screen import MessagesScreen
from pytest_imessage_foundry.ui.screens.people_screen import PeopleScreen
from pytest_imessage_foundry.ui.screens.settings_screen import SettingsScreen
from pytest_imessage_foundry.ui.screens.step import StepScreen
from pytest_imessage_foundry.ui.screens.welcome_screen import WelcomeScreen

if TYPE_CHECKING:
    from pathlib import Path

SCREENS: dict[Step, type[StepScreen]] = {
    "settings": SettingsScreen,
    "people": PeopleScreen,
    "conversations": ConversationsScreen,
    "messages": MessagesScreen,
}
_THEME = Theme(
    name="night",
    primary="#0a84ff",
    secondary="#30d158",
    accent="#0a84ff",
    warning="#ffd60a",
    error="#ff453a",
    success="#30d158",
    foreground="#f2f2f7",
    background="#111113",
    surface="#26262a",
    panel="#1c1c1f",
    dark=True,
    variables={"footer-key-foreground": "#7cc0ff"},
)


class FoundryApp(App[None]):
    """The steps from settings to a finished database.

    The draft is kept beside the library at `path`."""

    CSS_PATH = "styles.tcss"
    TITLE = "imessage-foundry"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True)
    ]

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        place = path or library.default_path()
        self.cast = Cast(place)
        self.draft = ProjectDraft(place.parent)
        self.project = Project()

    def on_mount(self) -> None:
        self.register_theme(_THEME)
        self.theme = _THEME.name
        self.push_screen(WelcomeScreen())

    # --- the project ---

    def begin(self, project: Project) -> None:
        """Open a project at the step where the user left it."""
        self.project = project
        self.keep(project)
        for step in STEPS[: STEPS.index(project.step) + 1]:
            self.push_screen(SCREENS[step]())

    def keep(self, project: Project) -> None:
        """Replace the project, on disk too."""
        self.project = project
        try:
            self.draft.save(project)
        except FoundryError as error:
            self.tell(error)

    async def run_action(self, *arguments: Any, **more: Any) -> bool:
        """Run the action of a key; show the reason if it fails."""
        try:
            return await super().run_action(*arguments, **more)
        except FoundryError as error:
            self.tell(error)
            return True

    def tell(self, error: FoundryError) -> None:
        """Show an error on the current screen."""
        if isinstance(self.screen, StepScreen):
            self.screen.notice.fail(str(error))

    # --- the way ---

    def go(self, step: Step) -> None:
        """Go to the next step."""
        self.keep(replace(self.project, step=step))
        self.push_screen(SCREENS[step]())

    def back(self) -> None:
        """Go back one screen."""
        self.pop_screen()
        if isinstance(self.screen, StepScreen) and self.screen.STEP is not None:
            self.keep(replace(self.project, step=self.screen.STEP))

    def home(self) -> None:
        """Go back to the welcome screen."""
        while not isinstance(self.screen, WelcomeScreen):
            self.pop_screen()
