"""A copy of a chat.db that is safe to show."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ui.screens.confirm_screen import ConfirmScreen
from pytest_imessage_foundry.ui.screens.tool_screen import ToolScreen
from pytest_imessage_foundry.ui.widgets.choice_field import ChoiceField
from pytest_imessage_foundry.ui.widgets.labelled_field import LabelledField, text_field

if TYPE_CHECKING:
    from textual.app import ComposeResult

_DATES = [("moved", "moved, in their order"), ("kept", "as they are")]
_FILES = [("none", "left out"), ("stubs", "a small file in the place of each")]


class SafeCopyScreen(ToolScreen):
    """Anonymise a chat.db."""

    NAMED = "A copy to show"
    HELP = (
        "Texts, names, addresses, paths and dates get stand-ins; how the file is "
        "built, and so how it makes a reader fail, stays. The original is only read. "
        "The copy is written only if a search of all its bytes finds nothing of the "
        "original."
    )
    ENDS: ClassVar[dict[int, str]] = {
        0: "the copy is written, and nothing of the original was found in it",
        2: "no copy was written, see above",
    }

    def form(self) -> ComposeResult:
        yield text_field("Original", "original", "", "~/Library/Messages/chat.db")
        yield text_field("Copy", "copy", "safe.db")
        yield text_field("Newest messages", "last", "", "all")
        yield LabelledField("Dates", ChoiceField(_DATES, id="dates"))
        yield LabelledField("Attachments", ChoiceField(_FILES, id="stubs"))

    def words(self) -> list[str]:
        original, copy = self._path("original"), self._path("copy")
        last = self.text("last")
        if last and not (last.isascii() and last.isdigit() and int(last)):
            raise FoundryError(
                f"{last!r} is no number of messages\n"
                "looked at: the field Newest messages\n"
                "give a whole number from 1, or leave it empty for all"
            )
        options = ["--last", last] if last else []
        options += ["--keep-dates"] if self.text("dates") == "kept" else []
        options += ["--stubs"] if self.text("stubs") == "stubs" else []
        return ["anonymise", original, copy, *options]

    def _path(self, field: str) -> str:
        text = self.text(field)
        if not text:
            raise FoundryError(
                f"no path is given\nlooked at: the field {field.title()}\n"
                "write where the file is"
            )
        return os.path.expanduser(text)

    def action_start(self) -> None:
        """Run it, after asking whether what is there may be replaced."""
        words = self.words()
        path = Path(words[2])
        if not path.exists():
            self.start(words)
            return

        def replace(sure: bool | None) -> None:
            if sure:
                self.start([*words, "--force"])

        question = f"There already:\n  {path}\nIt is replaced at the end."
        self.app.push_screen(ConfirmScreen(question, "Replace", "Keep"), replace)
