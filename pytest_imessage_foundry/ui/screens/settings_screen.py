"""Step 1: which release, where to, and who writes the messages."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from pytest_imessage_foundry.db import schema, version_detect
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm import provider_registry
from pytest_imessage_foundry.replaceable import check_is_regular
from pytest_imessage_foundry.ui import writing
from pytest_imessage_foundry.ui.screens.step import ARROWS, BACK, StepScreen
from pytest_imessage_foundry.ui.widgets.choice_field import ChoiceField
from pytest_imessage_foundry.ui.widgets.labelled_field import (
    LabelledField,
    text_field,
    words,
)
from pytest_imessage_foundry.ui.widgets.plain import paragraph

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pytest_imessage_foundry.ui.project import Project

_LAYOUTS = [
    ("file", "the file alone"),
    ("home", "a macOS home folder with Contacts"),
    ("ios", "the tree of an iPhone's file system"),
    ("ios-backup", "an iPhone's backup"),
]
_AGES = [
    ("fresh", "born on this release"),
    ("migrated", "carried along from release to release"),
]
_WRITERS = [
    ("offline", "offline: cached and built-in texts"),
    ("model", "a language model"),
]
_OFFLINE = "Nothing is asked of anybody: no key, no network, the same texts each time."


class SettingsScreen(StepScreen):
    """A form; its values are kept when the user goes on or back."""

    STEP = "settings"
    NUMBER = 1
    HELP = (
        "Which macOS release the file is of, where it is written, in which layout, and "
        "who writes the messages. The seed decides all that is left to chance: with "
        "the same choices and the same seed the file is the same."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "Next"),
        *ARROWS,
        BACK,
    ]

    def body(self) -> ComposeResult:
        project = self.foundry.project
        with VerticalScroll(id="body", can_focus=False):
            yield LabelledField(
                "macOS release", ChoiceField(_releases(), project.release, id="release")
            )
            yield text_field("Write to", "output", project.output, "chat.db")
            yield LabelledField(
                "As", ChoiceField(_LAYOUTS, project.layout, id="layout")
            )
            yield LabelledField("It is", ChoiceField(_AGES, project.age, id="age"))
            yield text_field(
                "Password", "backup_password", project.backup_password, "not encrypted"
            )
            yield text_field("Seed", "seed", str(project.seed), "0")
            yield LabelledField(
                "Messages by", ChoiceField(self._writers(), project.writer, id="writer")
            ).add_class("gap")
            names = words(writing.provider_names())
            yield LabelledField(
                "Provider", ChoiceField(names, project.provider, id="provider")
            )
            yield text_field("Model", "model", project.model, "the provider's usual")
            yield text_field(
                "Base URL", "base_url", project.base_url, "the provider's own"
            )
            yield Static(id="verdict", classes="hint gap")

    def _writers(self) -> list[tuple[str, str]]:
        return _WRITERS[:1] if self.foundry.project.whole else _WRITERS

    def on_mount(self) -> None:
        self._follow_choices()
        self._look()

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        self._follow_choices()
        self._look()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id in ("model", "base_url"):
            self._look()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_next(self) -> None:
        self.foundry.keep(_checked(self._answers()))
        self.notice.say("")
        self.foundry.advance("settings")

    def action_back(self) -> None:
        # Of half a form nothing is kept: what was there before stays.
        with suppress(FoundryError):
            self.foundry.keep(self._answers())
        self.foundry.back()

    def _answers(self) -> Project:
        seed = self._text("seed") or "0"
        if not seed.isascii() or not seed.isdigit() or len(seed) > 18:
            raise FoundryError(
                f"the seed {seed!r} is no number\nlooked at: the field Seed\n"
                "give a whole number from 0"
            )
        project = replace(
            self.foundry.project,
            release=self._word("release"),
            layout=self._word("layout"),
            age=self._word("age"),
            backup_password=self._text("backup_password"),
            output=self._text("output") or "chat.db",
            seed=int(seed),
            writer=self._word("writer"),
            provider=self._word("provider"),
            model=self._text("model"),
            base_url=_address(self._text("base_url")),
        )
        return replace(project, output=str(project.path))

    def _text(self, id: str) -> str:
        return self.query_one(f"#{id}", Input).value.strip()

    def _word(self, id: str) -> Any:
        return self.query_one(f"#{id}", ChoiceField).value

    # --- who would answer ---

    def _follow_choices(self) -> None:
        is_backup = self._word("layout") == "ios-backup"
        self.query_one("#field-backup_password").display = is_backup
        for name in ("provider", "model", "base_url"):
            field = self.query_one(f"#field-{name}")
            field.display = self._word("writer") == "model"

    def _look(self) -> None:
        """Show which provider would write; only the last check counts."""
        if self._word("writer") == "offline":
            self.workers.cancel_group(self, "look")
            self._say(_OFFLINE)
            return
        self._say("looking for the key …")
        project = replace(
            self.foundry.project,
            provider=self._word("provider"),
            model=self._text("model"),
            base_url=self._text("base_url"),
        )
        self.run_worker(
            lambda: writing.checked(project),
            thread=True,
            exclusive=True,
            exit_on_error=False,
            group="look",
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.SUCCESS:
            self._say(f"✓ {event.worker.result} will be asked")
        elif event.state is WorkerState.ERROR:
            self._say(f"✗ {event.worker.error}")

    def _say(self, text: str) -> None:
        self.query_one("#verdict", Static).update(paragraph(text))


def _releases() -> list[tuple[str, str]]:
    """Return each release with its title; this machine's is marked."""
    here = version_detect.detect()
    why = "assumed: this is no Mac" if here.notice else "this machine's"
    found = [(name, schema.get(name)) for name in schema.RELEASES]
    notes = {name: "experimental" for name, each in found if each.experimental}
    notes[here.release] = why
    return [
        (name, f"{each.title} ({notes[name]})" if name in notes else each.title)
        for name, each in found
    ]


def _address(text: str) -> str:
    try:
        provider_registry.shown_url(text)
    except ValueError:
        raise FoundryError(
            f"{text!r} is no address\nlooked at: the field Base URL\n"
            "write it like http://localhost:8080/v1, or leave it empty"
        ) from None
    return text


def _checked(project: Project) -> Project:
    check_is_regular(project.database)
    return project
