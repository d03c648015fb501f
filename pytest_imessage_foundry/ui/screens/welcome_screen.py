"""The first screen: continue the draft or begin a new project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from pytest_imessage_foundry.db import version_detect
from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.ui.journal import Bubble
from pytest_imessage_foundry.ui.project import Project
from pytest_imessage_foundry.ui.screens.confirm_screen import ConfirmScreen
from pytest_imessage_foundry.ui.screens.reader_screen import ReaderScreen
from pytest_imessage_foundry.ui.screens.safe_copy_screen import SafeCopyScreen
from pytest_imessage_foundry.ui.screens.scenarios_screen import ScenariosScreen
from pytest_imessage_foundry.ui.screens.step import StepScreen
from pytest_imessage_foundry.ui.widgets.chat_preview import ChatPreview
from pytest_imessage_foundry.ui.widgets.plain import plain
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import Scenario

_HELLO = (
    Bubble("imessage-foundry", "Whose phone shall it be?"),
    Bubble("you", "somebody who is nobody real", is_mine=True),
    Bubble("imessage-foundry", "Choose people and let them talk."),
    Bubble("imessage-foundry", "Out comes a chat.db as Messages writes it."),
)


class WelcomeScreen(StepScreen):
    """Continue, begin new, or begin from a scenario."""

    NAMED = "imessage-foundry"
    HELP = (
        "A phone is made in five steps; what you choose is kept at once, so that you "
        "can leave at any time. A scenario is a phone that is there to begin with. The "
        "other two look at what exists: how well a reader reads, and a copy of a "
        "chat.db that can be shown to anybody."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+n", "choose", "Choose", key_display="↑ ↓ enter"),
        Binding("escape,q", "quit", "Quit", key_display="q"),
    ]

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            hello = ChatPreview(id="hello")
            hello.show(_HELLO)
            yield hello
            yield RowList(id="menu")

    def on_mount(self) -> None:
        self.query_one(RowList).focus()

    def on_screen_resume(self) -> None:
        self._left = self.foundry.draft.load()
        rows = [
            ("new", _row("New phone", "choose people and conversations")),
            ("scenario", _row("From a scenario", "small, family, work, …")),
            ("reader", _row("Test a reader", "what it misreads, and in which row")),
            ("copy", _row("A copy to show", "of any chat.db, with nothing private")),
            ("quit", _row("Quit", self.foundry.at_quitting)),
        ]
        if self._left is not None:
            rows.insert(0, ("continue", _row("Continue", _summary(self._left))))
        menu = self.query_one(RowList)
        is_known = menu.has("continue")
        menu.show(rows)
        if self._left is not None and not is_known:
            menu.point_at(rows[0][0])
        if self.foundry.draft.notice:
            self.notice.fail(self.foundry.draft.notice)

    def action_choose(self) -> None:
        chosen = self.query_one(RowList).current
        if chosen == "continue" and self._left is not None:
            self.foundry.begin(self._left)
        elif chosen == "new":
            self._begin_with(None)
        elif chosen == "scenario":
            self.app.push_screen(ScenariosScreen(), self._begin_with_scenario)
        elif chosen == "reader":
            self.app.push_screen(ReaderScreen())
        elif chosen == "copy":
            self.app.push_screen(SafeCopyScreen())
        else:
            self.foundry.leave()

    def action_quit(self) -> None:
        self.foundry.leave()

    def _begin_with_scenario(self, scenario: Scenario | None) -> None:
        if scenario is not None:
            self._begin_with(scenario)

    def _begin_with(self, scenario: Scenario | None) -> None:
        """Begin a project, after asking whether to drop the draft."""

        def begin(sure: bool | None) -> None:
            if sure:
                self.foundry.draft.drop()
                self.foundry.begin(self._fresh(scenario))

        if self._left is None:
            begin(True)
            return
        question = f"The draft is dropped for a new one:\n{_summary(self._left)}"
        if self.foundry.draft.packs.is_dir():
            question += "\nand the texts that were written for it."
        self.app.push_screen(
            ConfirmScreen(question, "Drop it and begin", "Keep it"), begin
        )

    def _fresh(self, scenario: Scenario | None) -> Project:
        release = version_detect.detect().release
        output = str(Path("chat.db").absolute())
        if scenario is not None:
            return Project.of(scenario, release=release, output=output)
        return Project(release=release, output=output).owned_by(
            self.foundry.cast.owner()
        )


def _row(title: str, hint: str) -> Text:
    return Text(f"{title:<17}").append_text(plain(hint))


def _summary(project: Project) -> str:
    if project.whole:
        return f"the scenario {project.whole}, {project.release}, {project.path.name}"
    people = counted(len(project.people), "person", "people")
    chats = counted(len(project.conversations), "conversation")
    return f"{people}, {chats}, {project.release}, {project.path.name}"
