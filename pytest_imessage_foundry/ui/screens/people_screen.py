"""Step 2: who takes part, and whose phone it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList

from pytest_imessage_foundry.errors import FoundryError, counted
from pytest_imessage_foundry.personas import builtin
from pytest_imessage_foundry.ui.cast import Candidate, caught_up
from pytest_imessage_foundry.ui.screens.confirm_screen import ConfirmScreen
from pytest_imessage_foundry.ui.screens.persona_form import PersonaForm
from pytest_imessage_foundry.ui.screens.persona_wish import PersonaWish
from pytest_imessage_foundry.ui.screens.step import BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.panel import Panel
from pytest_imessage_foundry.ui.widgets.persona_card import PersonaCard
from pytest_imessage_foundry.ui.widgets.plain import fitted
from pytest_imessage_foundry.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from pytest_imessage_foundry.models import Persona


class PeopleScreen(StepScreen):
    """All people at the left, the selected one at the right."""

    STEP = "people"
    NUMBER = 2
    HELP = (
        "Who takes part [x], and whose phone it is [me]. The library is yours and "
        "stays from phone to phone; editing a built-in person makes them yours. The "
        "card beside shows the person under the cursor."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "take", "Choose"),
        Binding("enter", "edit", "Edit", key_display="enter"),
        Binding("n", "new", "New"),
        Binding("g", "generate", "Generate"),
        Binding("d", "delete", "Delete"),
        Binding("s", "own", "Me"),
        Binding("ctrl+n", "next", "Next"),
        BACK,
    ]

    def body(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield RowList(id="list")
            with Panel(id="card", classes="panel"):
                yield PersonaCard()

    def on_mount(self) -> None:
        self.query_one(RowList).focus()

    def on_screen_resume(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        try:
            found = self.foundry.cast.everybody()
        except FoundryError as error:
            self.notice.fail(str(error))
            found = []
        self._known = {each.persona.id: each for each in found}
        self._catch_up()
        self._draw()

    def _catch_up(self) -> None:
        """Read changes from the library; people who are gone from it stay here."""
        project = caught_up(self.foundry.project, self._known.values())
        for each in project.personas:
            self._known.setdefault(each.id, Candidate(each, False))
        if project != self.foundry.project:
            self.foundry.keep(project)

    def _draw(self) -> None:
        rows = self.query_one(RowList)
        rows.show([(id, self._row(each)) for id, each in self._known.items()])
        self._show()

    def _row(self, candidate: Candidate) -> Text:
        persona, project = candidate.persona, self.foundry.project
        mark = "[x]" if project.has(persona.id) else "[ ]"
        if project.is_owner(persona.id):
            mark = "[me]"
        name = fitted(persona.name, 17)
        return Text(f"{mark:<5}{name} {fitted(persona.relationship, 12)}")

    def on_option_list_option_highlighted(
        self, event: OptionList.OptionHighlighted
    ) -> None:
        self._show()

    def _show(self) -> None:
        candidate = self._current
        if candidate is None:
            self.query_one(PersonaCard).show(None)
            return
        persona, project = candidate.persona, self.foundry.project
        notes = [_origin(candidate)]
        if chats := project.chats_of(persona.id):
            notes.append(f"in {counted(len(chats), 'conversation')}")
        if project.is_owner(persona.id):
            notes.append("owns the phone")
        self.query_one(PersonaCard).show(persona, ", ".join(notes))

    @property
    def _current(self) -> Candidate | None:
        return self._known.get(self.query_one(RowList).current or "")

    # --- choosing ---

    def action_take(self) -> None:
        candidate, project = self._current, self.foundry.project
        if candidate is None:
            return
        persona = candidate.persona
        if project.is_owner(persona.id):
            self.notice.say(f"{persona.name} owns the phone and is always in.")
            return
        if not project.has(persona.id):
            self.foundry.keep(project.having(persona))
            self._say_chosen()
            return

        def leave(sure: bool | None) -> None:
            if sure:
                self.foundry.keep(project.without(persona.id))
                self._say_chosen()

        self._unless_talking(persona, "leaves", leave)

    def action_own(self) -> None:
        candidate = self._current
        if candidate is None:
            return
        persona = candidate.persona

        def own(sure: bool | None) -> None:
            if sure:
                self._own(candidate)

        self._unless_talking(persona, "becomes the owner", own)

    def _own(self, candidate: Candidate) -> None:
        try:
            self.foundry.cast.define_self(candidate)
        except FoundryError as error:
            self.foundry.tell(error)
            return
        self.foundry.keep(self.foundry.project.owned_by(candidate.persona))
        self._refresh()
        self.notice.say(f"It is {candidate.persona.name}'s phone now.")

    def _say_chosen(self) -> None:
        people = counted(len(self.foundry.project.people), "person", "people")
        self.notice.say(f"{people} will take part.")
        self._draw()

    def _unless_talking(
        self, persona: Persona, what: str, then: Callable[[bool | None], None]
    ) -> None:
        """Ask first if conversations would be lost."""
        chats = self.foundry.project.chats_of(persona.id)
        if not chats:
            then(True)
            return
        lost = counted(len(chats), "conversation")
        question = f"{persona.name} {what}, who is in {lost}.\nDirect ones are dropped."
        self.app.push_screen(ConfirmScreen(question, "Do it", "Leave it"), then)

    # --- the library ---

    def action_new(self) -> None:
        self.app.push_screen(PersonaForm(self.foundry.cast.blank()), self._kept)

    def action_edit(self) -> None:
        if self._current is not None:
            self.app.push_screen(PersonaForm(self._current.persona), self._kept)

    def action_generate(self) -> None:
        self.app.push_screen(PersonaWish(), self._kept)

    def _kept(self, persona: Persona | None) -> None:
        """Add a new person; replace a changed one if it takes part."""
        if persona is None:
            return
        is_new = persona.id not in self._known
        if is_new or self.foundry.project.has(persona.id):
            self.foundry.keep(self.foundry.project.having(persona))
        self._refresh()
        self.query_one(RowList).point_at(persona.id)
        self.notice.say(f"{persona.name} is in your library.")

    def action_delete(self) -> None:
        candidate = self._current
        if candidate is None:
            return
        persona = candidate.persona
        if not candidate.is_own:
            what = f"{persona.name} is not of your library"
            self.notice.say(f"{what}; space leaves them out.")
            return

        def delete(sure: bool | None) -> None:
            if sure:
                self._delete(persona)

        chats = self.foundry.project.chats_of(persona.id)
        question = f"Delete {persona.name} from your library?"
        if persona.id in builtin.by_id():
            question += "\nThe built-in person of that id is back then."
        elif chats:
            question += f"\n{counted(len(chats), 'conversation')} of this phone end."
        self.app.push_screen(ConfirmScreen(question, "Delete", "Keep"), delete)

    def _delete(self, persona: Persona) -> None:
        project = self.foundry.project
        try:
            self.foundry.cast.remove(persona.id)
            if persona.id not in builtin.by_id():
                project = project.without(persona.id)
            if project.owner is None:
                project = project.owned_by(self.foundry.cast.owner())
        except FoundryError as error:
            self.foundry.tell(error)
            return
        self.foundry.keep(project)
        self._refresh()
        self.notice.say(f"{persona.name} is gone from your library.")

    def action_next(self) -> None:
        if not self.foundry.project.people:
            self.notice.fail("nobody takes part yet: choose somebody with space")
            return
        self.foundry.keep(self.foundry.project.with_offers())
        self.foundry.go("conversations")


def _origin(candidate: Candidate) -> str:
    if candidate.is_own:
        return "in your library"
    is_built_in = candidate.persona.id in builtin.by_id()
    return "built-in" if is_built_in else "on this phone alone"
