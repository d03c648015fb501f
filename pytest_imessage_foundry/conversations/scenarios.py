"""Scenarios: phones to build, the built-in ones and those of a user's file."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ConversationConfig, Scenario
from pytest_imessage_foundry.personas import builtin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_imessage_foundry.models import Persona

_FILE = "scenarios.json"
KINDS = "kinds"  # the scenario that the catalogue fills


def built_in(personas: Iterable[Persona] = ()) -> tuple[Scenario, ...]:
    """The scenarios that come with the package; `personas` join the cast, or
    take the place of a built-in persona with the same id."""
    cast = cast_with(personas)
    known: dict[str, Scenario] = {}
    for entry in _entries():
        known[entry["name"]] = _scenario(entry, cast, known)
    return tuple(known.values())


def get(
    name: str, extra: Iterable[Scenario] = (), personas: Iterable[Persona] = ()
) -> Scenario:
    """The scenario called `name`: the first of `extra`, else a built-in one.

    Raises:
        FoundryError: there is none of that name, or it names unknown personas.
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
        f"unknown scenario {name!r}\n"
        f"looked among the built-in ones and {len(added)} of this project's\n"
        f"choose from {', '.join([*names, *added])}, or give a .toml or .json file"
    )


def scaled(scenario: Scenario, messages: int) -> Scenario:
    """`scenario` with `messages` in all, in the proportions that it had.

    Largest remainders decide who gets the odd ones, so the sum is exact.
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
    # Where every target is 0 there is no proportion to keep: all alike.
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
    """`scenario` with everybody it names: participants, and an owner.

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
                    f"scenario {scenario.name!r}\n"
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
        f"scenario {scenario.name!r} is nobody's phone\n"
        f"looked at: its {len(scenario.personas)} personas\n"
        f"give one of them is_self = true"
    )


def cast_with(personas: Iterable[Persona]) -> dict[str, Persona]:
    """All personas by id: the built-in ones, and `personas` in front of them."""
    return {**builtin.by_id(), **{each.id: each for each in personas}}


@cache
def _entries() -> list[dict[str, Any]]:
    data = pkgutil.get_data(__package__, _FILE)
    assert data is not None, "a loader that reads this module reads its neighbour"
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
    scenario = Scenario(
        name=name,
        description=description,
        personas=people,
        conversations=tuple(map(_config, entry["conversations"])),
    )
    return complete(scenario, cast)


def _config(raw: Mapping[str, Any]) -> ConversationConfig:
    return ConversationConfig(**{**raw, "participants": tuple(raw["participants"])})
