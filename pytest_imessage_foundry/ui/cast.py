"""The people to choose from: the user's library and the built-in people."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import builtin, checks, library, places

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_imessage_foundry.ui.building import BuildResult
    from pytest_imessage_foundry.ui.project import Project

_USUAL = {each.name: each.default for each in fields(Persona)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person, and whether the library holds it."""

    persona: Persona
    is_own: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """All people to choose from.

    Each call opens the library anew, so that other processes may use it too."""

    path: Path

    def everybody(self) -> list[Candidate]:
        """Return the user's people, then the built-in ones that are not replaced."""
        with library.opened(self.path) as shelf:
            own = shelf.personas()
        ids = {each.id for each in own}
        kept = [Candidate(undated(each), True) for each in own]
        rest = [each for each in builtin.load() if each.id not in ids]
        return kept + [Candidate(each, False) for each in rest]

    def owner(self) -> Persona:
        """Return the owner of a new project: the library's or the built-in one."""
        with library.opened(self.path) as shelf:
            own = shelf.owner()
        return undated(own) if own is not None else builtin.load()[0]

    def keep(self, persona: Persona) -> Persona:
        """Add or change a persona in the library and return it as kept.

        Raises:
            FoundryError: a field does not hold, or an address is taken.
        """
        tidy = checks.checked(persona)
        with library.opened(self.path) as shelf:
            if any(each.id == tidy.id for each in shelf.personas()):
                is_self = shelf.get(tidy.id).is_self
                shelf.update(replace(tidy, is_self=is_self))
            else:
                shelf.add(replace(tidy, is_self=False))
        return undated(tidy)

    def adopt(self, persona: Persona) -> Persona:
        """Add a generated persona and return it as kept.

        It gets another id or number if its own is taken."""
        with library.opened(self.path) as shelf:
            return undated(shelf.adopt(persona))

    def remove(self, persona_id: str) -> None:
        with library.opened(self.path) as shelf:
            shelf.remove(persona_id)

    def define_self(self, candidate: Candidate) -> None:
        """Make a persona of the library the owner of the phone."""
        if candidate.is_own:
            with library.opened(self.path) as shelf:
                shelf.define_self(candidate.persona.id)

    def free_id(self, name: str) -> str:
        """Return a free id for a new person of this name."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        stem = "-".join(re.findall("[a-z0-9]+", plain.lower()))[:40] or "person"
        with library.opened(self.path) as shelf:
            taken = {*builtin.by_id(), *(each.id for each in shelf.personas())}
        names = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
        return next(each for each in names if each not in taken)

    def free_address(self, country: str) -> str:
        """Return a number that nobody has."""
        with library.opened(self.path) as shelf:
            return shelf.census().free_address(country)

    def free_index(self, country: str) -> int:
        """Return the first free index of a country's numbers."""
        with library.opened(self.path) as shelf:
            return shelf.census().free_index(country)

    def blank(self, country: str = "US") -> Persona:
        """Return a persona that has only an address yet."""
        usual = places.usual(country)
        return Persona(
            id="",
            name="",
            identifier=self.free_address(country),
            country_code=country,
            locale=usual.locale,
            time_zone=usual.time_zone,
        )

    def record(self, project: Project, made: BuildResult) -> None:
        """Record a build in the history, if people of the library are in it."""
        own = {each.persona.id for each in self.everybody() if each.is_own}
        ids = tuple(each.id for each in project.personas if each.id in own)
        if not ids:
            return
        build = library.Build(
            output_path=str(made.path),
            macos_version=project.release,
            persona_ids=ids,
            message_count=made.counts.messages,
        )
        with library.opened(self.path) as shelf:
            shelf.record(build)


def caught_up(project: Project, found: Iterable[Candidate]) -> Project:
    """Return a project with its people as they are by now; those who are gone stay."""
    now = {each.persona.id: each.persona for each in found}
    for each in project.personas:
        project = project.having(now.get(each.id, each))
    return project


def undated(persona: Persona) -> Persona:
    """Return a persona without dates: the same people give the same bytes,
    whenever they were added to the library."""
    return replace(
        persona,
        created_at=str(_USUAL["created_at"]),
        updated_at=str(_USUAL["updated_at"]),
    )
