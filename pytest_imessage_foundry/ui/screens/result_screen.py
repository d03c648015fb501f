"""Step 5: the report, the path, and the command that builds the same."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from pytest_imessage_foundry.ui.project import counted
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.ui.building import BuildResult


class ResultScreen(StepScreen):
    """The result. The draft stays, to be changed and built again."""

    NUMBER = 5
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy command"),
        Binding("h", "home", "Home"),
        Binding("q", "quit", "Quit"),
        BACK,
    ]

    def __init__(self, made: BuildResult, problem: str = "") -> None:
        super().__init__()
        self._made = made
        self._problem = problem

    def body(self) -> ComposeResult:
        with VerticalScroll(id="body"):
            yield Static(_told(self._made), id="result")

    def on_mount(self) -> None:
        if self._problem:
            self.notice.fail(self._problem)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._made.command)
        self.notice.say("the command is on the clipboard, where the terminal lets it")

    def action_home(self) -> None:
        self.foundry.home()

    def action_quit(self) -> None:
        self.app.exit()


def _told(made: BuildResult) -> Text:
    report, counts = made.report, made.counts
    looked_at = sum(each.looked_at for each in report.checks.values())
    text = Text().append("✓ valid", "bold")
    text.append(
        f"  {report.title}: {len(report.checks)} checks on {looked_at:,} values"
    )
    text.append(f", {counted(report.notes, 'note')}\n\n")
    size = made.path.stat().st_size
    for label, said in (
        ("Database", str(made.path)),
        ("Size", f"{size:,} bytes"),
        ("Messages", f"{counts.messages:,} rows, tapbacks and the like included"),
        (
            "Chats",
            f"{counts.chats:,} with {counted(counts.handles, 'address', 'addresses')}",
        ),
        ("Attachments", f"{counts.attachments:,}"),
        ("Scenario", made.scenario_file.name),
        ("Texts", made.pack_file.name if made.pack_file else "built-in and cached"),
    ):
        text.append(f"{label:<13}", "bold").append_text(plain(said)).append("\n")
    text.append("\nThe same without questions:\n", "bold")
    text.append_text(plain(made.command)).append("\n\n")
    text.append("Look at it:\n", "bold")
    path = shlex.quote(str(made.path))
    return text.append_text(plain(f"imessage-foundry preview {path} -o page.html"))
