"""A form for one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm.reply_text import cleaned
from pytest_imessage_foundry.models import ConversationConfig, Service
from pytest_imessage_foundry.spec import Spec
from pytest_imessage_foundry.ui.project import moment
from pytest_imessage_foundry.ui.screens.step import ARROWS, BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.choice_field import ChoiceField
from pytest_imessage_foundry.ui.widgets.labelled_field import (
    LabelledField,
    text_field,
    words,
)
from pytest_imessage_foundry.ui.widgets.plain import fitted
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

_KINDS = [("direct", "with one person"), ("group", "a group")]


class ConversationForm(StepScreen):
    """Return the conversation, new or changed, or None."""

    NUMBER = 3
    NAMED = "A conversation"
    HELP = (
        "A direct conversation has one person, a group any number. Empty days mean a "
        "year up to the end of the history."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save"),
        Binding("space,enter", "take", "Choose", key_display="space"),
        *ARROWS,
        BACK,
    ]

    def __init__(self, config: ConversationConfig | None) -> None:
        super().__init__()
        self._config = config or ConversationConfig(id="", participants=())
        self._chosen = list(self._config.participants)
        # Until the user chooses, a new group has everybody.
        self._is_suggested = config is None

    def body(self) -> ComposeResult:
        config = self._config
        title = "Edit a conversation" if config.id else "A new conversation"
        with Vertical(id="body"):
            yield Static(title, classes="heading")
            yield LabelledField(
                "Kind", ChoiceField(_KINDS, config.chat_type, id="chat_type")
            )
            yield text_field("Group's name", "group_name", config.name, "may be empty")
            yield text_field("Messages", "count", str(config.message_count_target))
            hint = "2025-01-31; empty: a year before the end"
            yield text_field("From", "start", config.start, hint)
            yield text_field(
                "To", "end", config.end, f"2025-06-30; empty: up to {Spec().now[:10]}"
            )
            yield text_field("About", "theme", config.theme or "", "everyday life")
            services = words(get_args(Service))
            yield LabelledField(
                "Over", ChoiceField(services, config.service, id="service")
            )
            yield LabelledField("With", RowList(id="people")).add_class("gap", "-high")

    def on_mount(self) -> None:
        self._follow_kind()
        self._draw()
        if self._chosen:
            self.query_one(RowList).point_at(self._chosen[0])
        self.query_one("#chat_type").focus()

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        if event.choice.id == "chat_type":
            self._follow_kind()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_take(self) -> None:
        """Add or remove the person under the cursor; a direct chat has one."""
        self._is_suggested = False
        rows = self.query_one(RowList)
        who = rows.current
        if who is None:
            return
        if who in self._chosen:
            self._chosen.remove(who)
        elif self._kind == "direct":
            self._chosen = [who]
        else:
            self._chosen.append(who)
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Elsewhere a space is a space.
        if action == "take":
            return isinstance(self.focused, RowList)
        return super().check_action(action, parameters)

    @property
    def _kind(self) -> str:
        return self.query_one("#chat_type", ChoiceField).value

    def _follow_kind(self) -> None:
        self.query_one("#field-group_name").display = self._kind == "group"
        if self._is_suggested:
            self._chosen = self._suggested()
            self._draw()
        if self._kind == "direct" and len(self._chosen) > 1:
            self._chosen = self._chosen[:1]
            self._draw()

    def _suggested(self) -> list[str]:
        """Return everybody for a group, else the first who has no direct chat."""
        project = self.foundry.project
        if self._kind == "group":
            return [each.id for each in project.people]
        talked = {
            each.participants[0]
            for each in project.conversations
            if each.chat_type == "direct"
        }
        return [each.id for each in project.people if each.id not in talked][:1]

    def _draw(self) -> None:
        self.query_one(RowList).show(
            [
                (
                    each.id,
                    Text(
                        f"{'[x]' if each.id in self._chosen else '[ ]'} "
                        f"{fitted(each.name, 22)} {fitted(each.relationship, 20)}"
                    ),
                )
                for each in self.foundry.project.people
            ]
        )

    def action_save(self) -> None:
        config = self._filled()
        self.foundry.project.with_conversation(config).check()
        self.dismiss(config)

    def _filled(self) -> ConversationConfig:
        count = self._text("count").replace(",", "")
        if not count.isascii() or not count.isdigit():
            raise FoundryError(
                f"{count!r} is no number of messages\nlooked at: the field Messages\n"
                "give a whole number from 0"
            )
        if not self._chosen:
            raise FoundryError(
                "nobody is in this conversation\nlooked at: the people under With\n"
                "choose somebody there with space"
            )
        is_group = self._kind == "group"
        name = cleaned(self._text("group_name")) if is_group else ""
        project = self.foundry.project
        return ConversationConfig(
            id=self._config.id or project.free_id(name or "-".join(self._chosen)),
            participants=tuple(self._chosen),
            name=name,
            chat_type="group" if is_group else "direct",
            message_count_target=int(count[:12]),
            start=moment(self._text("start")),
            end=moment(self._text("end")),
            theme=cleaned(self._text("theme")) or None,
            service=self.query_one("#service", ChoiceField).value,  # type: ignore[arg-type]
        )

    def _text(self, id: str) -> str:
        return self.query_one(f"#{id}", Input).value.strip()

    def action_back(self) -> None:
        self.dismiss(None)
