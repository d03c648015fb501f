"""Somebody made up by a language model, and approved by whoever asked."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from pytest_imessage_foundry.personas import places
from pytest_imessage_foundry.ui import writing
from pytest_imessage_foundry.ui.screens.persona_form import PersonaForm
from pytest_imessage_foundry.ui.screens.step import ARROWS, BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.labelled_field import text_field
from pytest_imessage_foundry.ui.widgets.persona_card import PersonaCard
from pytest_imessage_foundry.ui.widgets.plain import plain

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import Persona

_NAMES_TOLD = 20  # so that a model does not make up the same person again


class PersonaWish(StepScreen):
    """Gives the persona that was approved, as the library keeps it, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "ask", "Generate"),
        Binding("ctrl+s", "approve", "Approve"),
        Binding("ctrl+e", "edit", "By hand", priority=True),
        *ARROWS,
        BACK,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: Persona | None = None
        self._others: list[str] = []
        self._stop = threading.Event()

    def body(self) -> ComposeResult:
        project = self.foundry.project
        with Vertical(id="body"):
            title = f"Somebody made up by {project.model or project.provider}"
            yield Static(plain(title), classes="heading")
            yield text_field("Relationship", "relationship", "friend")
            yield text_field("Country", "country", "US", "two letters")
            yield text_field("Who", "about", "", "a retired baker who collects maps")
            with VerticalScroll(id="card", classes="panel gap"):
                yield PersonaCard()

    def on_mount(self) -> None:
        people = self.foundry.cast.everybody()
        self._others = [each.persona.name for each in people if each.is_own]
        self.query_one("#relationship").focus()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Nobody can be approved before there is somebody.
        if action == "approve":
            return self._found is not None
        return super().check_action(action, parameters)

    # --- asking ---

    def action_ask(self) -> None:
        """Ask for somebody, or for somebody else."""
        if self._found is not None:
            self._others.append(self._found.name)
        constraints = self._constraints()
        self._show(None)
        self.notice.say("asking …")
        self._stop.set()
        project, stop = self.foundry.project, threading.Event()
        self._stop = stop
        self.run_worker(
            lambda: writing.new_person(project, constraints, stop),
            thread=True,
            exclusive=True,
            exit_on_error=False,
        )

    def _constraints(self) -> dict[str, str]:
        country = self._text("country").upper() or "US"
        usual = places.usual(country)
        told = {
            "relationship": self._text("relationship") or "friend",
            "country": country,
            "locale": usual.locale,
            "time_zone": usual.time_zone,
            "about": self._text("about"),
            "somebody other than": ", ".join(self._others[-_NAMES_TOLD:]),
            "index": str(self.foundry.cast.free_index(country)),
        }
        return {name: value for name, value in told.items() if value}

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.SUCCESS and event.worker.result is not None:
            self._show(event.worker.result)
            self.notice.say("^s approves, ^g asks for somebody else, esc drops")
        elif event.state is WorkerState.ERROR:
            error = f"{event.worker.error}"
            self.notice.fail(f"{error}\n^g tries again, ^e lets you write it yourself")

    def on_unmount(self) -> None:
        self._stop.set()

    def _show(self, persona: Persona | None) -> None:
        self._found = persona
        self.query_one(PersonaCard).show(persona)
        self.refresh_bindings()

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    # --- deciding ---

    def action_approve(self) -> None:
        if self._found is None:
            return
        self.dismiss(self.foundry.cast.adopt(self._found))

    def action_edit(self) -> None:
        """Change what came, or write somebody from nothing."""
        country = self._text("country").upper() or "US"
        cast = self.foundry.cast
        start = self._found or cast.blank(country)
        address = cast.free_address(start.country_code)
        # A model's ids and numbers are made up too; the form gives those that hold.
        start = replace(start, id="", identifier=address, identifier_type="phone")
        self.app.push_screen(PersonaForm(start), self._edited)

    def _edited(self, persona: Persona | None) -> None:
        if persona is not None:
            self.dismiss(persona)

    def action_back(self) -> None:
        self.dismiss(None)
