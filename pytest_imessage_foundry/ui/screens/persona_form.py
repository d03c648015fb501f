"""A form for one person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from pytest_imessage_foundry.personas import checks
from pytest_imessage_foundry.ui.screens.step import ARROWS, BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.choice_field import ChoiceField
from pytest_imessage_foundry.ui.widgets.labelled_field import (
    LabelledField,
    text_field,
    words,
)
from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import Persona

_LINES = {
    "name": "Name",
    "identifier": "Address",
    "other_identifiers": "Other addresses",
    "country_code": "Country",
    "locale": "Language",
    "time_zone": "Time zone",
    "relationship": "Relationship",
    "personality": "Personality",
    "writing_style": "Writes",
    "topics_of_interest": "Talks about",
}
_WORDS = {
    "communication_frequency": "How often",
    "typical_response_time": "Answers within",
    "emoji_usage": "Emoji",
    "vocabulary_level": "Words",
}
_LISTS = ("other_identifiers", "topics_of_interest")


class PersonaForm(StepScreen):
    """Return the persona as the library keeps it, or None."""

    NUMBER = 2
    NAMED = "A person"
    HELP = (
        "All that is known of a person. Addresses are of ranges that nobody real has: "
        "ctrl+g gives a free number."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save"),
        Binding("ctrl+g", "free_address", "Free number"),
        *ARROWS,
        BACK,
    ]

    def __init__(self, persona: Persona) -> None:
        super().__init__()
        self._persona = persona

    def body(self) -> ComposeResult:
        title = f"Edit {self._persona.name}" if self._persona.id else "A new person"
        with VerticalScroll(id="body", can_focus=False):
            yield Static(plain(title), classes="heading")
            for name, label in _LINES.items():
                yield text_field(label, name, self._shown(name))
            for name, label in _WORDS.items():
                options = words(checks.WORDS[name])
                value = getattr(self._persona, name)
                yield LabelledField(label, ChoiceField(options, value, id=name))

    def on_mount(self) -> None:
        self.query_one("#name").focus()

    def _shown(self, name: str) -> str:
        value = getattr(self._persona, name)
        return ", ".join(value) if name in _LISTS else str(value)

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_free_address(self) -> None:
        """Fill in a free number of the country; a new person gets its locale too."""
        blank = self.foundry.cast.blank(self._text("country_code").upper())
        self.query_one("#identifier", Input).value = blank.identifier
        if not self._persona.id:
            self.query_one("#locale", Input).value = blank.locale
            self.query_one("#time_zone", Input).value = blank.time_zone

    def action_save(self) -> None:
        persona = self._filled()
        found = checks.problems(checks.tidied(persona))
        if found:
            field, what = next(iter(found.items()))
            label = {**_LINES, **_WORDS}.get(field, field)
            self.notice.fail(f"{label}: {what}")
            if field in _LINES:
                self.query_one(f"#{field}").focus()
            return
        self.dismiss(self.foundry.cast.keep(persona))

    def _filled(self) -> Persona:
        values: dict[str, Any] = {name: self._text(name) for name in _LINES}
        for name in _LISTS:
            parts = self._text(name).split(",")
            values[name] = tuple(each.strip() for each in parts if each.strip())
        for name in _WORDS:
            values[name] = self.query_one(f"#{name}", ChoiceField).value
        country = self._text("country_code").upper()
        address = checks.canonical(self._text("identifier"), country)
        return replace(
            self._persona,
            **{
                **values,
                "id": self._persona.id
                or self.foundry.cast.free_id(str(values["name"])),
                "country_code": country,
                "identifier": address,
                "identifier_type": checks.kind_of(address),
            },
        )

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def action_back(self) -> None:
        self.dismiss(None)
