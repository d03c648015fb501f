"""Which ids and addresses are taken, and which are free."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.personas import builtin, handles
from pytest_imessage_foundry.personas.checks import LONGEST_ID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.models import Persona


class Census:
    """The ids and addresses of some people; `admit` adds a person."""

    def __init__(self, people: Iterable[Persona]) -> None:
        self._ids: set[str] = set()
        self._holders: dict[str, str] = {}
        self._owner = ""
        for each in people:
            self._count(each)

    def admit(self, persona: Persona) -> None:
        """Add a persona.

        Raises:
            FoundryError: the id or an address is taken, or there is an owner.
        """
        if persona.id in self._ids:
            raise FoundryError(
                f"there is a persona {persona.id!r} already\n"
                f"looked among the {len(self._ids)} of the library\n"
                "give another id, or edit that persona"
            )
        for address in persona.addresses:
            if address in self._holders:
                raise FoundryError(
                    f"{address} of persona {persona.id!r} is taken\n"
                    f"looked among the addresses of the library: it is that of "
                    f"{self._holders[address]!r}\n"
                    f"{self.free_address(persona.country_code)} is free"
                )
        if persona.is_self and self._owner:
            raise FoundryError(
                f"{persona.id!r} cannot own the phone too\n"
                f"looked in the library, where {self._owner!r} does\n"
                "keep it without is_self; `imessage-foundry personas self` changes who"
            )
        self._count(persona)

    def free_id(self, wish: str) -> str:
        """Return `wish`, or the first of wish-2, wish-3 … that is free."""
        if wish not in self._ids:
            return wish
        tails = (f"-{number}" for number in count(2))
        cut = (f"{wish[: LONGEST_ID - len(tail)].rstrip('-')}{tail}" for tail in tails)
        return next(each for each in cut if each not in self._ids)

    def free_index(self, country: str) -> int:
        """Return the first index at which `handles.phone` gives a free number.

        Numbers of built-in people are taken: a scenario may use them with anybody.
        """
        taken = self._holders.keys() | _built_in()
        indexes = count()
        return next(i for i in indexes if handles.phone(country, i) not in taken)

    def free_address(self, country: str) -> str:
        """Return a free number of `country`, or one that stands in for it.

        Raises:
            FoundryError: that is no country's code, or all are taken.
        """
        return handles.phone(country, self.free_index(country))

    def fitted(self, persona: Persona) -> Persona:
        """Return `persona` with a free id and number where its own are taken."""
        persona = replace(persona, id=self.free_id(persona.id))
        if self._holders.keys().isdisjoint(persona.addresses):
            return persona
        return replace(
            persona,
            identifier=self.free_address(persona.country_code),
            identifier_type="phone",
            other_identifiers=(),
        )

    def _count(self, persona: Persona) -> None:
        self._ids.add(persona.id)
        self._holders.update(dict.fromkeys(persona.addresses, persona.id))
        if persona.is_self:
            self._owner = persona.id


def _built_in() -> set[str]:
    return {address for each in builtin.load() for address in each.addresses}
