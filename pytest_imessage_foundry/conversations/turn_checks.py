"""Check turns that come from outside: what their fields say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments.generator import KINDS
from pytest_imessage_foundry.conversations.packs import anchor_checks
from pytest_imessage_foundry.models.literals import GROUP_EVENTS
from pytest_imessage_foundry.models.turns import second_tapback

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pytest_imessage_foundry.models import Turn

_MONTH = 31 * 1_440  # minutes


def faults(
    turns: Iterable[Turn], people: Collection[str], *, is_group: bool
) -> Iterator[str]:
    """Yield what is wrong with turns, oldest first, each with its place.

    `people` are the ids of all who can write, the owner's included.
    """
    for number, turn in enumerate(turns):
        for what in (*_of_turn(turn, number), *_of_people(turn, people)):
            yield f"[{number}]{what}"
        if turn.event in GROUP_EVENTS and not is_group:
            yield f"[{number}].event: only a group can announce {turn.event!r}"


def unknown_files(turns: Iterable[Turn]) -> Iterator[str]:
    """Yield which attachments are of no known kind, each with its place."""
    for number, turn in enumerate(turns):
        if turn.attachment and turn.attachment not in KINDS:
            yield (
                f"[{number}].attachment: {turn.attachment!r} is none of "
                f"{', '.join(KINDS)}"
            )


def _of_turn(turn: Turn, number: int) -> Iterator[str]:
    if not (turn.text or turn.attachment or turn.event):
        yield " has neither text nor attachment nor event"
    if not 0 <= turn.replies_to <= number:
        yield f".replies_to: {turn.replies_to} is not a number of turns back"
    if not 0 <= turn.pause <= _MONTH:
        yield f".pause: {turn.pause} is not within 0 and {_MONTH:,} minutes"
    if turn.hours and not all(0 <= hour <= 24 for hour in turn.hours):
        yield f".hours: {turn.hours} are not hours of a day, such as (7, 10)"
    for name, what in anchor_checks.faults(turn.hours, turn.when, number):
        yield f".{name}: {what}"
    for place, reaction in enumerate(turn.reactions):
        if (reaction.name == "emoji") != bool(reaction.emoji):
            yield f".reactions[{place}].emoji: goes with the name 'emoji' alone"
    second = second_tapback(turn.reactions)
    if second is not None:
        yield (
            f".reactions[{second}]: {turn.reactions[second].sender!r} has a tapback "
            "on this bubble, and one of each person stands: leave one out"
        )


def _of_people(turn: Turn, people: Collection[str]) -> Iterator[str]:
    named = {"sender": turn.sender, "event_who": turn.event_who}
    for place, reaction in enumerate(turn.reactions):
        named[f"reactions[{place}].sender"] = reaction.sender
    for field, who in named.items():
        if who is not None and who not in people:
            yield f".{field}: {who!r} is none of {', '.join(sorted(people))}"
