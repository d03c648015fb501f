"""The app: what its screens share, and how they follow each other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.personas import library
from pytest_imessage_foundry.ui import themes
from pytest_imessage_foundry.ui.cast import Cast, caught_up
from pytest_imessage_foundry.ui.project import Project, Step
from pytest_imessage_foundry.ui.project_draft import ProjectDraft
from pytest_imessage_foundry.ui.screens.confirm_screen import ConfirmScreen
from pytest_imessage_foundry.ui.screens.conversations_screen import ConversationsScreen
from pytest_imessage_foundry.ui.screens.help_screen import HelpScreen
from pytest_imessage_foundry.ui.screens.messages_screen import MessagesScreen
from pytest_imessage_foundry.ui.screens.people_screen import PeopleScreen
from pytest_imessage_foundry.ui.screens.settings_screen import SettingsScreen
from pytest_imessage_foundry.ui.screens.step import FoundryScreen, StepScreen
from pytest_imessage_foundry.ui.screens.welcome_screen import WelcomeScreen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from textual.screen import Screen

SCREENS: dict[Step, type[StepScreen]] = {
    "settings": SettingsScreen,
    "people": PeopleScreen,
    "conversations": ConversationsScreen,
    "messages": MessagesScreen,
}


class FoundryApp(App[None]):
    """The steps from settings to a finished database.

    The draft is kept beside the library at `path`; `look` is "dark" or "light"."""

    CSS_PATH = "styles.tcss"
    TITLE = "imessage-foundry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("f1,question_mark", "help", "Help", show=False),
        Binding("f2", "look", "Light or dark", show=False),
    ]

    def __init__(self, path: Path | None = None, look: str | None = None) -> None:
        super().__init__()
        place = path or library.default_path()
        self.cast = Cast(place)
        self.draft = ProjectDraft(place.parent)
        self.project = Project()
        self.unkept = ""  # why the project on the disk is not this one
        self._is_asked = False
        # The text typed into the forms of tools, by the names of their screens.
        self.typed: dict[str, dict[str, str]] = {}
        for theme in themes.THEMES.values():
            self.register_theme(theme)
        self.theme = themes.THEMES[look or themes.usual()].name

    def on_mount(self) -> None:
        self.push_screen(WelcomeScreen())

    # --- on every screen ---

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Yield the commands of the palette: the keys of the screen, then the app's."""
        named = set()
        for each in screen.active_bindings.values():
            binding = each.binding
            is_shown = binding.show and each.enabled and binding.action not in named
            if is_shown and isinstance(each.node, FoundryScreen):
                named.add(binding.action)
                yield SystemCommand(
                    binding.description,
                    f"the key {self.get_key_display(binding)} of this screen",
                    self._runner(each.node, binding.action),
                )
        yield SystemCommand("Help", "what this screen is for", self.action_help)
        yield SystemCommand("Light or dark", "the other look", self.action_look)
        yield SystemCommand("Theme", "any look of Textual", self.action_change_theme)
        yield SystemCommand("Quit", self.at_quitting, self.leave)

    def _runner(self, node: FoundryScreen, action: str) -> Any:
        async def run() -> None:
            await self.run_action(action, node)

        return run

    def action_help(self) -> None:
        """Explain the current screen, or close the explanation."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        elif isinstance(self.screen, StepScreen):
            self.push_screen(HelpScreen.of(self.screen))

    def action_look(self) -> None:
        """Change between light and dark."""
        look = "light" if self.current_theme.dark else "dark"
        self.theme = themes.THEMES[look].name

    # --- the project ---

    def begin(self, project: Project) -> None:
        """Open a project at the step where the user left it."""
        if "people" in _before(project, project.step):
            project = self._caught_up(project)
        self.keep(project)
        self.push_screen(SCREENS[project.step]())

    def _caught_up(self, project: Project) -> Project:
        # The screen People says it if the library is broken.
        with suppress(FoundryError):
            project = caught_up(project, self.cast.everybody())
        return project

    def keep(self, project: Project) -> None:
        """Replace the project, on disk too."""
        self.project = project
        try:
            self.draft.save(project)
            self.unkept = ""
        except FoundryError as error:
            self.unkept = str(error)
        if isinstance(self.screen, StepScreen):
            self.screen.notice.stand(self.unkept)

    @property
    def at_quitting(self) -> str:
        """Return what becomes of the project when the user quits."""
        return "what you chose is not saved" if self.unkept else "what you made is kept"

    async def action_quit(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Quit; ask before that if the project cannot be kept."""
        if self.unkept:
            self.keep(self.project)  # there may be room by now
        if not self.unkept:
            self.exit()
        elif not self._is_asked:
            self._is_asked = True
            screen = ConfirmScreen(self.unkept, "Quit and lose what you chose", "Stay")
            self.push_screen(screen, self._left)

    def _left(self, sure: bool | None) -> None:
        self._is_asked = False
        if sure:
            self.exit()

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

    def advance(self, step: Step) -> None:
        """Go to the step that follows `step`."""
        steps = self.project.steps
        self.go(steps[steps.index(step) + 1])

    def go(self, step: Step) -> None:
        """Go to a step."""
        self.keep(replace(self.project, step=step))
        self.push_screen(SCREENS[step]())

    def back(self) -> None:
        """Go back one screen, and from a step to the step before it."""
        earlier = _before(self.project, _step(self.screen))
        if earlier and _step(self.screen_stack[-2]) != earlier[-1]:
            # The app was opened at this step: no screen of an earlier one is made yet.
            self.keep(replace(self.project, step=earlier[-1]))
            self.switch_screen(SCREENS[earlier[-1]]())
            return
        self.pop_screen()
        if (step := _step(self.screen)) is not None:
            self.keep(replace(self.project, step=step))

    def home(self) -> None:
        """Go back to the welcome screen."""
        while not isinstance(self.screen, WelcomeScreen):
            self.pop_screen()


def _step(screen: Screen[Any]) -> Step | None:
    return screen.STEP if isinstance(screen, StepScreen) else None


def _before(project: Project, step: Step | None) -> tuple[Step, ...]:
    """Return the steps that the user goes through before a step."""
    return project.steps[: project.steps.index(step)] if step is not None else ()
