"""A project: what the app's screens change step by step."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pytest_imessage_foundry import layouts
from pytest_imessage_foundry.conversations import scenario_files
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    ConversationConfig,
    LifeSpan,
    Persona,
    Scenario,
    apple_time,
)
from pytest_imessage_foundry.personas import builtin
from pytest_imessage_foundry.spec import Layout, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable

Step = Literal["settings", "people", "conversations", "messages"]
Writer = Literal["offline", "model"]
STEPS: tuple[Step, ...] = get_args(Step)
NAME = "my-phone"  # never a built-in scenario's: `kinds` would bring its catalogue
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Settings, people and conversations; each change returns a new project.

    `personas` are the owner, who alone is_self, and whoever takes part. `whole` names
    a built-in scenario that is built as it stands, because it is more than people and
    conversations. `offered` are the people for whom a conversation was begun once.
    """

    release: str = "tahoe"
    layout: layouts.LayoutName = "file"
    age: Layout = "fresh"
    backup_password: str = ""
    output: str = "chat.db"
    seed: int = 0
    writer: Writer = "offline"
    provider: str = "openai"
    model: str = ""
    base_url: str = ""
    personas: tuple[Persona, ...] = ()
    conversations: tuple[ConversationConfig, ...] = ()
    life: LifeSpan = ""
    whole: str = ""
    offered: tuple[str, ...] = ()
    step: Step = "settings"

    # --- people ---

    @property
    def owner(self) -> Persona | None:
        return next((each for each in self.personas if each.is_self), None)

    def is_owner(self, persona_id: str) -> bool:
        return self.owner is not None and self.owner.id == persona_id

    @property
    def people(self) -> tuple[Persona, ...]:
        """Return the people without the owner."""
        return tuple(each for each in self.personas if not each.is_self)

    def has(self, persona_id: str) -> bool:
        return any(each.id == persona_id for each in self.personas)

    def chats_of(self, persona_id: str) -> tuple[ConversationConfig, ...]:
        """Return the conversations that a person is in."""
        return tuple(
            each for each in self.conversations if persona_id in each.participants
        )

    def having(self, persona: Persona) -> Project:
        """Return a project with a person added or changed."""
        people = {each.id: each for each in self.personas}
        people[persona.id] = replace(persona, is_self=self.is_owner(persona.id))
        return replace(self, personas=tuple(people.values()))

    def without(self, persona_id: str) -> Project:
        """Return a project without a person and the conversations that this empties."""
        left = (_without(each, persona_id) for each in self.conversations)
        return replace(
            self,
            personas=tuple(each for each in self.personas if each.id != persona_id),
            conversations=tuple(each for each in left if each.participants),
        )

    def owned_by(self, persona: Persona) -> Project:
        """Return a project with another owner."""
        before = self.owner
        rest = self.without(persona.id)
        if before is not None and before.id != persona.id:
            rest = rest.without(before.id)
        owner = replace(persona, is_self=True)
        return replace(rest, personas=(owner, *rest.people))

    # --- conversations ---

    def with_conversation(self, config: ConversationConfig) -> Project:
        """Return a project with a conversation added or changed."""
        chats = {each.id: each for each in self.conversations}
        chats[config.id] = config
        return replace(self, conversations=tuple(chats.values()))

    def without_conversation(self, config_id: str) -> Project:
        kept = (each for each in self.conversations if each.id != config_id)
        return replace(self, conversations=tuple(kept))

    def free_id(self, words: str) -> str:
        """Return a free id for a new conversation, by its title."""
        stem = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40] or "chat"
        taken = {each.id for each in self.conversations}
        names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
        return next(each for each in names if each not in taken)

    def title(self, config: ConversationConfig) -> str:
        """Return the title of a conversation."""
        names = {each.id: each.name for each in self.personas}
        with_whom = ", ".join(names.get(each, each) for each in config.participants)
        return config.name or with_whom

    def with_offers(self) -> Project:
        """Return a project with a conversation for each person who never had one.

        One that the user deleted does not come back.
        """
        project = self
        for each in self.people:
            if each.id not in self.offered and not self.chats_of(each.id):
                config = ConversationConfig(
                    id=project.free_id(each.id), participants=(each.id,)
                )
                project = project.with_conversation(config)
        offered = dict.fromkeys((*self.offered, *(each.id for each in self.people)))
        return replace(project, offered=tuple(offered))

    @property
    def messages(self) -> int:
        return sum(each.message_count_target for each in self.conversations)

    # --- what the build gets ---

    @classmethod
    def of(cls, scenario: Scenario, **settings: str) -> Project:
        """Return a project that begins as a scenario."""
        return cls(
            personas=scenario.personas,
            conversations=scenario.conversations,
            life=scenario.life,
            whole="" if scenario.conversations else scenario.name,
            **settings,  # type: ignore[arg-type]
        )

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps that the user goes through."""
        return ("settings", "messages") if self.whole else STEPS

    @property
    def scenario(self) -> Scenario:
        return Scenario(
            name=NAME,
            description="",
            personas=self.personas,
            conversations=self.conversations,
            life=self.life,
        )

    @property
    def spec(self) -> Spec:
        return Spec(
            release=self.release,
            scenario=self.whole or NAME,
            seed=self.seed,
            layout=self.age,
        )

    @property
    def password(self) -> str | None:
        """Return the password of the backup, if that is what is built."""
        return self.backup_password or None if self.layout == "ios-backup" else None

    @property
    def path(self) -> Path:
        # Path.expanduser raises where a user is unknown.
        return Path(os.path.expanduser(self.output)).absolute()

    @property
    def database(self) -> Path:
        """Return the path of the database in its layout."""
        return layouts.database_in(self.path, self.layout)

    @property
    def scenario_file(self) -> Path:
        """Return the path of the scenario file that the build writes.

        A scenario that is built as it stands needs none.
        """
        return self.path.with_name(f"{self.path.stem}.scenario.json")

    @property
    def pack_file(self) -> Path:
        """Return the path of the pack with texts by a model or by hand."""
        return self.path.with_name(f"{self.path.stem}.pack.json")

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that the build may replace."""
        texts = (self.pack_file,) if self.writer == "model" else ()
        beside = () if self.whole else (self.scenario_file, *texts)
        return (*layouts.files_in(self.path, self.layout), *beside)

    def check(self) -> None:
        """Raise FoundryError if the project cannot be built."""
        if self.whole:
            return
        if self.owner is None:
            raise FoundryError(
                "the phone is nobody's\n"
                "looked at: the people of this project\n"
                "choose whose phone it is, on the screen People"
            )
        found = [
            *scenario_files.problems(self.scenario, builtin.by_id()),
            *scenario_files.shared(self.scenario),
        ]
        if found:
            raise FoundryError(
                f"{found[0]}\nlooked at: the people and conversations of this "
                "project\nmend it on their screens"
            )

    def command(self, *, has_pack: bool) -> str:
        """Return the command that builds the same without a question.

        It never replaces a file: who keeps the command may have another one there by
        the time that it runs.
        """
        scenario = self.whole or short(self.scenario_file)
        words = ["imessage-foundry", "build", short(self.path)]
        words += ["--macos", self.release, "--scenario", scenario]
        words += ["--cache", short(self.pack_file)] if has_pack else []
        words += ["--seed", str(self.seed)] if self.seed else []
        words += ["--layout", self.layout] if self.layout != "file" else []
        words += ["--backup-password", self.password] if self.password else []
        words += ["--migrated"] if self.age == "migrated" else []
        return shlex.join(words)


def _without(config: ConversationConfig, persona_id: str) -> ConversationConfig:
    left = tuple(each for each in config.participants if each != persona_id)
    return config if left == config.participants else replace(config, participants=left)


def short(path: Path) -> str:
    """Return the path relative to the working folder, if it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def moment(text: str) -> str:
    """Return a day or time as scenario files state it; empty stays empty.

    Raises:
        FoundryError: it is neither.
    """
    text = text.strip()
    if _DATE.fullmatch(text):
        text += "T00:00:00Z"
    try:
        if text:
            apple_time.from_iso(text)
    except ValueError:
        raise FoundryError(
            f"{text!r} is no day\n"
            "looked at: the time range\n"
            "write it like 2025-01-31, or leave it empty for a whole year"
        ) from None
    return text


def overwritten(paths: Iterable[Path]) -> list[Path]:
    """Return those of the files that exist."""
    return [each for each in paths if each.exists()]
