"""Orders: a spec with everything that it names looked up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import distribution
from typing import TYPE_CHECKING, Protocol

from pytest_imessage_foundry import pipeline
from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.conversations.packs import pack_files
from pytest_imessage_foundry.db import schema as schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pytest_imessage_foundry.conversations.authoring.written_chats import (
        WrittenChats,
    )
    from pytest_imessage_foundry.conversations.packs.store import PackIndex
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import (
        Conversation,
        Persona,
        Scenario,
        Turn,
    )
    from pytest_imessage_foundry.spec import Spec

_OURSELVES = "pytest-imessage-foundry"


@dataclass(frozen=True, slots=True)
class Materials:
    """What a user adds to the built-in content."""

    personas: tuple[Persona, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    schemas: tuple[Schema, ...] = ()
    packs: tuple[Path, ...] = ()
    answer: Callable[..., Sequence[Turn] | None] | None = None


NOTHING_ADDED = Materials()


class Buildable(Protocol):
    """What a build, and a handle on what was built, must know."""

    @property
    def spec(self) -> Spec: ...
    @property
    def scenario(self) -> Scenario: ...
    @property
    def schema(self) -> Schema: ...
    @property
    def conversations(self) -> Sequence[Conversation]: ...
    @property
    def fingerprint(self) -> str: ...


@dataclass(frozen=True)
class Order:
    """A spec with all that it names looked up: what a build needs to know.

    What only a build needs is read when it is asked for: a test whose database
    was built before pays for none of it.

    Raises, when made:
        UnknownReleaseError, FoundryError: the spec names what is not there.
    """

    spec: Spec
    materials: Materials = NOTHING_ADDED
    scenario: Scenario = field(init=False)

    def __post_init__(self) -> None:
        spec = self.spec
        schemas.check(spec.release, layout=spec.layout, extra=self._own_schemas)
        scenario = self._stated()
        if scenario.name == scenarios.KINDS:
            from pytest_imessage_foundry.conversations import catalogue

            people = catalogue.people(spec, self.schema)
            scenario = replace(scenario, personas=people)
        if scenario.written:
            scenario = replace(scenario, personas=self.written.people)
        if scenario.life:
            from pytest_imessage_foundry.conversations.life import population

            scenario = population.populated(
                scenario, messages=spec.messages, seed=spec.seed, now=spec.now
            )
        object.__setattr__(self, "scenario", scenario)

    def _stated(self) -> Scenario:
        """Return the scenario as it was found."""
        materials = self.materials
        return scenarios.get(
            self.spec.scenario, extra=materials.scenarios, personas=materials.personas
        )

    @cached_property
    def written(self) -> WrittenChats:
        """The chats that a scenario file holds written out."""
        from pytest_imessage_foundry.conversations.authoring import written_chats

        return written_chats.written(self._stated(), self.spec.seed, self.schema)

    @property
    def _own_schemas(self) -> dict[str, Schema]:
        return {each.name: each for each in self.materials.schemas}

    @cached_property
    def schema(self) -> Schema:
        """The tables, columns and triggers of its release."""
        spec = self.spec
        return schemas.get(spec.release, layout=spec.layout, extra=self._own_schemas)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with all that could change the bytes."""
        versions = [f"{_OURSELVES} {_version(_OURSELVES)}"]
        packs = []
        if self.spec.source != "faker":
            packs = [pack_files.digest(self.materials.packs)]
        is_own = self.spec.release in self._own_schemas
        own = self.schema.facts() if is_own else ()
        return self.spec.fingerprint(
            [repr(self.scenario)], packs, versions, [repr(self.answers)], own
        )

    @cached_property
    def answers(self) -> dict[str, Sequence[Turn] | None]:
        """What the hook says, by conversation; asked once, before anything else.

        The answers and not the hook go into the fingerprint: they are what could
        change the bytes.
        """
        ask = self.materials.answer
        if ask is None:
            return {}
        people = {each.id: each for each in self.scenario.personas}
        return {
            config.id: ask(
                config=config,
                owner=self.scenario.owner,
                people=tuple(people[each] for each in config.participants),
                seed=self.spec.seed,
            )
            for config in self.scenario.conversations
        }

    @cached_property
    def packs(self) -> PackIndex | None:
        """The cache; None where nothing may come from it."""
        if self.spec.source == "faker":
            return None
        from pytest_imessage_foundry.conversations.packs import store

        return store.load_all(self.materials.packs)

    @cached_property
    def conversations(self) -> list[Conversation]:
        """The truth, its messages as streams that derive anew at each walk."""
        return pipeline.conversations_of(self)


def _version(name: str) -> str:
    """Return the version of a distribution.

    `importlib.metadata.version` reads all of its metadata, a README included, with
    `email`: 4 ms of a run whose databases are kept.
    """
    found = distribution(name)
    _, _, rest = (found.read_text("METADATA") or "").partition("\nVersion: ")
    return rest.partition("\n")[0].strip() or found.version
