"""Step 3: who talks with whom, how much, when and about what."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList, Static

from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.spec import Spec
from pytest_imessage_foundry.ui.screens.confirm_screen import ConfirmScreen
from pytest_imessage_foundry.ui.screens.conversation_form import ConversationForm
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.panel import Panel
from pytest_imessage_foundry.ui.widgets.plain import fitted, plain
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import ConversationConfig
    from pytest_imessage_foundry.ui.project import Project


class ConversationsScreen(StepScreen):
    """All conversations at the left, the selected one at the right."""

    STEP = "conversations"
    NUMBER = 3
    HELP = (
        "Who talks with whom. Everybody who takes part has a conversation to begin "
        "with: change it, delete it, or add others and groups."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New"),
        Binding("enter", "edit", "Edit", key_display="enter"),
        Binding("d", "delete", "Delete"),
        Binding("ctrl+n", "next", "Next"),
        BACK,
    ]

    def body(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield RowList(id="list")
            with Panel(id="card", classes="panel"):
                yield Static(id="details")

    def on_mount(self) -> None:
        self.query_one(RowList).focus()

    def on_screen_resume(self) -> None:
        self._draw()

    def _draw(self) -> None:
        project = self.foundry.project
        rows = [(each.id, _row(project, each)) for each in project.conversations]
        self.query_one(RowList).show(rows)
        self._show()

    def on_option_list_option_highlighted(
        self, event: OptionList.OptionHighlighted
    ) -> None:
        self._show()

    def _show(self) -> None:
        project, current = self.foundry.project, self._current
        text = Text("Nothing yet: n adds a conversation.")
        if current is not None:
            text = _details(project, current)
        self.query_one("#details", Static).update(text)

    @property
    def _current(self) -> ConversationConfig | None:
        wanted = self.query_one(RowList).current
        every = self.foundry.project.conversations
        return next((each for each in every if each.id == wanted), None)

    def action_new(self) -> None:
        self.app.push_screen(ConversationForm(None), self._kept)

    def action_edit(self) -> None:
        if self._current is not None:
            self.app.push_screen(ConversationForm(self._current), self._kept)

    def _kept(self, config: ConversationConfig | None) -> None:
        if config is not None:
            self.foundry.keep(self.foundry.project.with_conversation(config))
            self._draw()
            rows = self.query_one(RowList)
            rows.point_at(config.id)
            self.notice.say("")

    def action_delete(self) -> None:
        config, project = self._current, self.foundry.project
        if config is None:
            return

        def delete(sure: bool | None) -> None:
            if sure:
                self.foundry.keep(project.without_conversation(config.id))
                self._draw()

        question = f"Delete the conversation {project.title(config)}?"
        self.app.push_screen(ConfirmScreen(question, "Delete", "Keep"), delete)

    def action_next(self) -> None:
        if not self.foundry.project.conversations:
            self.notice.fail("there is no conversation yet: add one with n")
            return
        self.foundry.go("messages")


def _row(project: Project, config: ConversationConfig) -> Text:
    mark = "●●" if config.chat_type == "group" else "● "
    title = fitted(project.title(config), 23)
    return Text(f"{mark} {title} {config.message_count_target:>8,}")


def _details(project: Project, config: ConversationConfig) -> Text:
    names = {each.id: each.name for each in project.personas}
    text = Text().append_text(plain(project.title(config), "bold")).append("\n")
    kind = "group" if config.chat_type == "group" else "direct"
    text.append(f"{kind}, over {config.service}\n", "italic")
    text.append(f"{counted(config.message_count_target, 'message')}\n\n")
    for who in config.participants:
        text.append("· ").append_text(plain(names.get(who, who))).append("\n")
    start, end = config.start[:10], config.end[:10]
    when = f"{start or 'a year'} to {end or Spec().now[:10]}"
    text.append("\nWhen: ", "bold").append_text(plain(when)).append("\n")
    if config.theme:
        text.append("About: ", "bold").append_text(plain(config.theme))
    return text
