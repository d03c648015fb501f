"""Warn of cached turns whose text and time can disagree, and say what to write."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_imessage_foundry.conversations.packs.store import Cached
    from pytest_imessage_foundry.conversations.turn_clock import LooseTurn
    from pytest_imessage_foundry.models import Persona

STRICT = "exit with 1 when a text can come at a time that it denies"


def of(cached: Cached, known: Iterable[Persona] = ()) -> list[LooseTurn]:
    """Return the turns of a conversation that need an anchor.

    `known` are its people; the others are looked for among the built-in ones.
    """
    from pytest_imessage_foundry.conversations import turn_clock

    people = _people(cached, known)
    owner = people[cached.request.owner]
    return list(turn_clock.loose_turns(cached.turns, people, owner))


def unplaced(cached: Cached) -> str:
    """Return which turn of a conversation no calendar can keep, "" if there is none."""
    from pytest_imessage_foundry.conversations import turn_clock
    from pytest_imessage_foundry.conversations.unplaced_turn import anchor_of

    people = _people(cached, ())
    owner = people[cached.request.owner]
    found = turn_clock.unplaced_turn(cached.turns, people, owner)
    if found is None:
        return ""
    return (
        f"turns[{found.place}]: no calendar has a time for {anchor_of(found.turn)} "
        "after the turns before it"
    )


def _people(cached: Cached, known: Iterable[Persona]) -> dict[str, Persona]:
    """Return all who write, by id. Nobody knows where a stranger lives: at home."""
    from pytest_imessage_foundry.personas import builtin

    request = cached.request
    found = {**builtin.by_id(), **{each.id: each for each in known}}
    stranger = replace(
        found.get(request.owner) or next(iter(found.values())),
        locale=request.locale,
        relationship="friend",
    )
    writers = [turn.sender for turn in cached.turns]
    return {
        who: found.get(who) or replace(stranger, id=who, is_self=who == request.owner)
        for who in (request.owner, *request.participants, *writers)
    }


def lines(cached: Cached, loose: Iterable[LooseTurn]) -> Iterator[str]:
    """Yield two lines of text for each turn."""
    from pytest_imessage_foundry.terminal import escaped

    for each in loose:
        yield (
            f"warning: {cached.key} turns[{each.place}], {escaped(each.sender, 40)}: "
            f'"{escaped(each.text, 120)}" can come on a {each.moment:%A in %B at %H:%M}'
        )
        yield f"  {each.what}: write {escaped(each.advice, 300)} at the turn"


def document(cached: Cached, loose: Iterable[LooseTurn]) -> list[dict[str, Any]]:
    """Return the turns for JSON."""
    return [
        {
            "key": cached.key,
            "turn": each.place,
            "sender": each.sender,
            "text": each.text,
            "says": each.what,
            "moment": each.moment.isoformat(),
            "write": each.anchor,
        }
        for each in loose
    ]
