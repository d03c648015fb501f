"""A person at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Persona


class PersonaCard(Static):
    """All fields of a persona."""

    def show(self, persona: Persona | None, *notes: str) -> None:
        """Show a persona or nothing; `notes` stand under the name."""
        self.update(card(persona, notes) if persona is not None else Text())


def card(persona: Persona, notes: tuple[str, ...] = ()) -> Text:
    text = Text().append_text(plain(persona.name, "bold")).append("\n")
    for note in notes:
        text.append_text(plain(note, "italic")).append("\n")
    place = f"{persona.country_code} · {persona.locale} · {persona.time_zone}"
    text.append_text(plain(persona.relationship)).append("\n")
    for address in persona.addresses:
        text.append_text(plain(address)).append("\n")
    text.append_text(plain(place, "dim")).append("\n\n")
    for title, said in (
        ("", persona.personality),
        ("Writes: ", persona.writing_style),
        ("Talks about: ", ", ".join(persona.topics_of_interest)),
        ("Emoji: ", f"{persona.emoji_usage}; words: {persona.vocabulary_level}"),
        ("Answers: ", f"{_answers(persona)}; writes {_often(persona)}"),
    ):
        if said:
            text.append(title, "bold").append_text(plain(said)).append("\n")
    return text


def _answers(persona: Persona) -> str:
    when = persona.typical_response_time
    return "at once" if when == "instant" else f"within {when}"


def _often(persona: Persona) -> str:
    often = {"high": "often", "medium": "now and then", "low": "rarely"}
    return often.get(persona.communication_frequency, persona.communication_frequency)
