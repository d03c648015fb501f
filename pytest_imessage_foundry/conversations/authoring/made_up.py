"""Make up addresses, and an owner, for conversations that are written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_imessage_foundry.conversations.authoring import contradictions
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import handles


def addresses(
    name: str, wanted: Sequence[str], country: str, people: Sequence[Persona]
) -> Iterator[str]:
    """Yield addresses: each as given, or made up for 'phone' and 'email'."""
    taken = {each for person in people for each in person.addresses}
    named: list[str] = []
    for each in wanted:
        if each not in ("phone", "email"):
            contradictions.check_address(name, each, people)
        number = len(people)
        found = each
        while each in ("phone", "email") and (found == each or found in taken):
            found = (
                handles.email(name, number)
                if each == "email"
                else handles.phone(country or "US", number)
            )
            number += 1
        if found in named:
            raise FoundryError(
                f"{name} has the address {found} twice\n"
                f"they are {', '.join(wanted)}\nname each of them once"
            )
        named.append(found)
        taken.add(found)
        yield found


def owner() -> Persona:
    """Return whose phone it is if nobody is named."""
    return Persona(
        id="me",
        name="Robin Vale",
        identifier=handles.phone("US", 0),
        other_identifiers=(handles.email("Robin Vale", 0),),
        relationship="self",
        is_self=True,
    )
