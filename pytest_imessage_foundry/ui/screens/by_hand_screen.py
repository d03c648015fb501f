"""A conversation typed by hand, where no model wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ui.journal import bubbles
from pytest_imessage_foundry.ui.screens.step import StepScreen
from pytest_imessage_foundry.ui.widgets.chat_preview import ChatPreview
from pytest_imessage_foundry.ui.widgets.choice_field import ChoiceField
from pytest_imessage_foundry.ui.widgets.labelled_field import LabelledField
from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.ui.writing import Hand


class ByHandScreen(StepScreen):
    """Return what was typed; each message is saved when it is sent."""

    NUMBER = 4
    NAMED = "A conversation by hand"
    HELP = (
        "Type what each one says; every message is kept when it is sent. Built-in "
        "texts fill up what is missing of the number that was asked for."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", key_display="enter"),
        Binding("ctrl+t", "turn", "Next speaker", priority=True),
        Binding("ctrl+z", "take_back", "Take back", priority=True),
        Binding("escape", "back", "Done", key_display="esc"),
    ]

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand

    def body(self) -> ComposeResult:
        people = [(each.id, each.name) for each in self._hand.everybody]
        with Vertical(id="body"):
            yield Static(id="status", classes="heading")
            with Vertical(id="card", classes="panel"):
                yield ChatPreview(hint="Nobody has said anything yet.")
            yield LabelledField(
                "Speaker", ChoiceField(people, people[1][0], id="speaker")
            )
            yield LabelledField("Message", Input(id="text"))

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._draw()

    def _draw(self) -> None:
        hand = self._hand
        title = self.foundry.project.title(hand.config)
        count = f"{len(hand.turns)} of {hand.target} messages"
        rest = (
            "" if len(hand.turns) == hand.target else "; built-in texts fill the rest"
        )
        self.query_one("#status", Static).update(plain(f"{title}: {count}{rest}"))
        self.query_one(ChatPreview).show(bubbles(hand.turns, hand.everybody))

    def on_input_submitted(self) -> None:
        typed = self.query_one(Input)
        try:
            self._hand.say(self.query_one(ChoiceField).value, typed.value)
        except FoundryError as error:
            self.foundry.tell(error)
            return
        typed.value = ""
        self.notice.say("")
        self.action_turn()
        self._draw()

    def action_turn(self) -> None:
        """Change the speaker."""
        self.query_one(ChoiceField).action_move(1)

    def action_take_back(self) -> None:
        if self._hand.turns:
            self._hand.take_back()
            self._draw()

    def action_back(self) -> None:
        self.dismiss(bubbles(self._hand.turns, self._hand.everybody))
