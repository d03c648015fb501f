"""The base of screens that fill in a command, run it and show what it says."""

from __future__ import annotations

import shlex
from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ui.running import PROGRAM, CommandRun
from pytest_imessage_foundry.ui.screens.step import ARROWS, BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.choice_field import ChoiceField
from pytest_imessage_foundry.ui.widgets.command_text import CommandText
from pytest_imessage_foundry.ui.widgets.panel import Panel
from pytest_imessage_foundry.ui.widgets.plain import paragraph

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ToolScreen(StepScreen):
    """A form above, the command that it means, and its output below."""

    ENDS: ClassVar[dict[int, str]] = {}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "start", "Run"),
        Binding("ctrl+x", "stop", "Stop", priority=True),
        *ARROWS,
        BACK,
    ]

    def __init__(self) -> None:
        super().__init__()
        self.ran: CommandRun | None = None
        self._shown: list[str] = []

    @abstractmethod
    def form(self) -> ComposeResult:
        """Yield the fields."""

    @abstractmethod
    def words(self) -> list[str]:
        """Return the command's words as the fields say; its name comes before them.

        Raises:
            FoundryError: a field says nothing that can be meant.
        """

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield from self.form()
            yield CommandText(id="command").add_class("gap")
            with Panel(id="card", classes="panel"):
                yield Static(id="said")

    def on_mount(self) -> None:
        for name, value in self.foundry.typed.get(self.NAMED, {}).items():
            self._field(name).value = value
        self.set_interval(0.1, self._draw)
        self._follow()

    def on_input_changed(self) -> None:
        self._follow()

    def on_choice_field_changed(self) -> None:
        self._follow()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def text(self, id: str) -> str:
        """Return what is in a field."""
        return self._field(id).value.strip()

    def _field(self, id: str) -> Input | ChoiceField:
        field = self.query_one(f"#{id}")
        assert isinstance(field, Input | ChoiceField)
        return field

    def _follow(self) -> None:
        """Show the command, and remember the fields."""
        ids = [each.id for each in self.query("Input, ChoiceField")]
        self.foundry.typed[self.NAMED] = {
            each: self._field(each).value for each in ids if each is not None
        }
        try:
            shown = shlex.join([PROGRAM, *self.words()])
        except FoundryError:
            shown = ""  # half typed; the key to run it says what is missing
        self.query_one(CommandText).show(shown)

    # --- running ---

    @property
    def is_at_work(self) -> bool:
        return self.ran is not None and self.ran.code is None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("start", "stop"):
            return self.is_at_work is (action == "stop")
        return super().check_action(action, parameters)

    def action_start(self) -> None:
        self.start(self.words())

    def start(self, words: list[str]) -> None:
        """Run the command."""
        self.ran = CommandRun(words)
        self.notice.say("running …")
        self.run_worker(self.ran.wait, thread=True, exit_on_error=False)
        self.refresh_bindings()

    def action_stop(self) -> None:
        if self.ran is not None:
            self.ran.stop()
            self.notice.say("stopping …")

    def action_back(self) -> None:
        if self.is_at_work:
            self.action_stop()
        else:
            self.foundry.back()

    def on_unmount(self) -> None:
        # Whatever ends the app ends the command too.
        if self.ran is not None:
            self.ran.stop()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state in (WorkerState.SUCCESS, WorkerState.ERROR):
            self._draw()
            self._ended(event.worker.error)
            self.refresh_bindings()

    def _ended(self, error: BaseException | None) -> None:
        assert self.ran is not None
        code = self.ran.code
        if error is not None:
            self.ran.code = -1
            self.notice.fail(f"it could not be started: {error}")
        elif self.ran.was_stopped:
            self.notice.say("stopped; nothing is left")
        elif code == 0:
            self.notice.succeed(self.ENDS[0])
        else:
            self.notice.fail(self.ENDS.get(code or 0, f"it ended with code {code}"))

    def _draw(self) -> None:
        lines = [] if self.ran is None else list(self.ran.lines.copy())
        if lines != self._shown:
            self._shown = lines
            self.query_one("#said", Static).update(paragraph("\n".join(lines)))
