"""The scorecard of a reader."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from pytest_imessage_foundry import layouts
from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ui.screens.tool_screen import ToolScreen
from pytest_imessage_foundry.ui.widgets.choice_field import ChoiceField
from pytest_imessage_foundry.ui.widgets.labelled_field import (
    LabelledField,
    text_field,
    words,
)

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ReaderScreen(ToolScreen):
    """Run a reader's adapter on databases and show what it misreads."""

    NAMED = "Test a reader"
    HELP = (
        "A reader is any program that reads a chat.db. Its adapter is a command that "
        "gets the path in the place of {db} and prints what it read as JSON lines, one "
        "for each message. What it says is held against the truth, kind by kind."
    )
    ENDS: ClassVar[dict[int, str]] = {
        0: "nothing is misread",
        1: "something is misread, see above",
        2: "it could not be done, see above",
    }

    def form(self) -> ComposeResult:
        yield text_field("Reader", "reader", "", "my-reader --json {db}")
        releases = words(["all", *schema.RELEASES])
        yield LabelledField("macOS release", ChoiceField(releases, "tahoe", id="macos"))
        known = [each.name for each in scenarios.built_in()]
        choice = ChoiceField(words(known), "kinds", id="scenario")
        yield LabelledField("Scenario", choice)
        choice = ChoiceField(words(layouts.LAYOUTS), id="layout")
        yield LabelledField("As", choice)

    def words(self) -> list[str]:
        options = ["--macos", self.text("macos"), "--scenario", self.text("scenario")]
        if self.text("layout") != "file":
            options += ["--layout", self.text("layout")]
        return ["conform", *options, "--", *_split(self.text("reader"))]


def _split(command: str) -> list[str]:
    try:
        found = shlex.split(command)
    except ValueError:
        found = []
    if not found:
        raise FoundryError(
            f"{command!r} is no command\nlooked at: the field Reader\n"
            "write it as in a shell, with {db} where the path belongs"
        )
    return found
