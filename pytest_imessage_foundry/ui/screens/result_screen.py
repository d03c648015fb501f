"""Step 5: the report, the path, and the command that builds the same."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Static

from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.ui.project import short
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.command_text import CommandText
from pytest_imessage_foundry.ui.widgets.panel import Panel
from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from pytest_imessage_foundry.ui.building import BuildResult


class ResultScreen(StepScreen):
    """The result. The draft stays, to be changed and built again."""

    NUMBER = 5
    HELP = (
        "The validator's verdict on the file, where it is, and the command that makes "
        "the same without a question. It can be copied off the screen and run from the "
        "folder in which you started the app. While the file is there it needs "
        "--force."
    )
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
        path = short(self._made.path)
        page = shlex.quote(f"{self._made.path.stem}.html")
        with Panel(id="body"):
            yield Static(_verdict(self._made))
            yield Static(_table(self._made), classes="gap")
            yield Static(Text("The same without questions", "bold"), classes="gap")
            yield CommandText(self._made.command, id="command")
            yield Static(Text("Look at it", "bold"), classes="gap")
            look = f"imessage-foundry preview {shlex.quote(path)} -o {page}"
            yield CommandText(look, id="look")

    def on_mount(self) -> None:
        if self._problem:
            self.notice.fail(self._problem)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._made.command)
        self.notice.say("the command is on the clipboard, where the terminal lets it")

    def action_home(self) -> None:
        self.foundry.home()

    def action_quit(self) -> None:
        self.foundry.leave()


def _verdict(made: BuildResult) -> Text:
    report = made.report
    looked_at = sum(each.looked_at for each in report.checks.values())
    text = Text().append("✓ valid", "bold")
    text.append(
        f"  {report.title}: {len(report.checks)} checks on {looked_at:,} values"
    )
    return text.append(f", {counted(report.notes, 'note')}")


def _table(made: BuildResult) -> Table:
    table = Table.grid(padding=(0, 2))
    for label, said in _facts(made):
        table.add_row(Text(label, "bold"), plain(said))
    return table


def _facts(made: BuildResult) -> Iterator[tuple[str, str]]:
    counts = made.counts
    yield "Database", str(made.path)
    yield "Size", f"{made.path.stat().st_size:,} bytes"
    yield "Messages", f"{counts.messages:,} rows, tapbacks and the like included"
    addresses = counted(counts.handles, "address", "addresses")
    yield "Chats", f"{counts.chats:,} with {addresses}"
    yield "Attachments", f"{counts.attachments:,}"
    if made.scenario_file is not None:
        yield "Scenario", made.scenario_file.name
    yield "Texts", made.pack_file.name if made.pack_file else "built-in and cached"
