"""Scenarios: the built-in ones, and how they are found, scaled and completed."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError, meant
from pytest_imessage_foundry.models import ConversationConfig, Scenario
from pytest_imessage_foundry.personas import builtin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_imessage_foundry.models import Persona

_FILE = "scenarios.json"
KINDS = "kinds"  # the scenario made of the catalogue's cases


def built_in(personas: Iterable[Persona] = ()) -> tuple[Scenario, ...]:
    """Return the scenarios that come with the package.

    `personas` are added to the built-in people, or replace those with the same id.
    """
    cast = cast_with(personas)
    known: dict[str, Scenario] = {}
    for entry in _entries():
        known[entry["name"]] = _scenario(entry, cast, known)
    return tuple(known.values())


def get(
    name: str, extra: Iterable[Scenario] = (), personas: Iterable[Persona] = ()
) -> Scenario:
    """Return the scenario called `name`: the first of `extra`, else a built-in one.

    Raises:
        FoundryError: no scenario has that name, or it names unknown personas.
    """
    extra, personas = tuple(extra), tuple(personas)
    for scenario in extra:
        if scenario.name == name:
            return complete(scenario, cast_with(personas))
    for scenario in built_in(personas):
        if scenario.name == name:
            return scenario
    names = [each["name"] for each in _entries()]
    added = [each.name for each in extra if each.name not in names]
    raise FoundryError(
        f"unknown scenario {name!r}{meant(name, [*names, *added])}\n"
        f"looked among the built-in ones and {len(added)} of this project's\n"
        f"choose from {', '.join([*names, *added])}, or give a .toml or .json file"
    )


def scaled(scenario: Scenario, messages: int) -> Scenario:
    """Return `scenario` with `messages` in all, in the same proportions.

    Largest remainders get the messages left over, so that the sum is exact.
    """
    if messages < 0:
        raise FoundryError(
            f"a database cannot hold {messages} messages\n"
            f"looked at: the number of messages asked for\n"
            f"ask for 0 or more"
        )
    targets = [each.message_count_target for each in scenario.conversations]
    if not targets or sum(targets) == messages:
        return scenario
    # If every target is 0 there are no proportions, so all get the same.
    targets = targets if any(targets) else [1] * len(targets)
    shares = [divmod(messages * target, sum(targets)) for target in targets]
    counts = [whole for whole, _ in shares]
    by_rest = sorted(range(len(shares)), key=lambda place: -shares[place][1])
    for place in by_rest[: messages - sum(counts)]:
        counts[place] += 1
    conversations = tuple(
        replace(config, message_count_target=count)
        for config, count in zip(scenario.conversations, counts, strict=True)
    )
    return replace(scenario, conversations=conversations)


def complete(scenario: Scenario, cast: Mapping[str, Persona]) -> Scenario:
    """Return `scenario` with all its participants and an owner among its personas.

    Raises:
        FoundryError: somebody is neither in the scenario nor in `cast`.
    """
    people = {each.id: each for each in scenario.personas}
    if not any(each.is_self for each in people.values()):
        people = {**_owner(scenario, cast), **people}
    for config in scenario.conversations:
        for who in config.participants:
            if who not in people and who not in cast:
                raise FoundryError(
                    f"unknown persona {who!r} in conversation {config.id!r} of "
                    f"scenario {scenario.name!r}{meant(who, [*people, *cast])}\n"
                    f"looked in: the scenario's personas and {len(cast)} others\n"
                    f"choose from {', '.join([*people, *cast][:60])}, or add it"
                )
            people.setdefault(who, cast.get(who) or people[who])
    return replace(scenario, personas=tuple(people.values()))


def _owner(scenario: Scenario, cast: Mapping[str, Persona]) -> dict[str, Persona]:
    for each in cast.values():
        if each.is_self:
            return {each.id: each}
    raise FoundryError(
        f"scenario {scenario.name!r} has no owner of the phone\n"
        f"looked at: its {len(scenario.personas)} personas\n"
        f"give one of them is_self = true"
    )


def cast_with(personas: Iterable[Persona]) -> dict[str, Persona]:
    """Return all personas by id: built-in ones, some replaced by `personas`."""
    return {**builtin.by_id(), **{each.id: each for each in personas}}


@cache
def _entries() -> list[dict[str, Any]]:
    data = pkgutil.get_data(__package__, _FILE)
    assert data is not None, "the loader of this module can read its data, too"
    entries: list[dict[str, Any]] = json.loads(data)
    return entries


def _scenario(
    entry: Mapping[str, Any], cast: Mapping[str, Persona], known: Mapping[str, Scenario]
) -> Scenario:
    name, description = entry["name"], entry["description"]
    if "like" in entry:
        other = scaled(known[entry["like"]], entry["messages"])
        return replace(other, name=name, description=description)
    people = tuple(cast.values()) if entry.get("personas") == "all" else ()
    for who, addresses in entry.get("addresses", {}).items():
        people += (replace(cast[who], other_identifiers=tuple(addresses)),)
    scenario = Scenario(
        name=name,
        description=description,
        personas=people,
        life=entry.get("life", ""),
        conversations=tuple(map(_config, entry["conversations"])),
    )
    return complete(scenario, cast)


def _config(raw: Mapping[str, Any]) -> ConversationConfig:
    return ConversationConfig(**{**raw, "participants": tuple(raw["participants"])})
