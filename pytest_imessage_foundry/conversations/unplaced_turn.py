"""The error that names a turn for whose anchors a range has no time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.packs import pack_lines
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.apple_time import to_datetime

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Turn


class UnplacedTurnError(FoundryError):
    """A range has no time at which a turn can be, after those before it.

    Attributes:
        turn: the turn.
        place: its number in the conversation, from 0.
    """

    def __init__(self, said: str, turn: Turn, place: int) -> None:
        super().__init__(said)
        self.turn, self.place = turn, place


def refusal(
    turn: Turn, place: int, name: str, between: tuple[int, int]
) -> UnplacedTurnError:
    """Return the error for a turn.

    Args:
        turn: the turn.
        place: its number in the conversation, from 0.
        name: what the conversation is called.
        between: the range, in nanoseconds since 2001.
    """
    start, end = (f"{to_datetime(each):%Y-%m-%d}" for each in between)
    said = (
        f"no time for {turn.text!r} of {turn.sender!r}, turns[{place}] of {name}, "
        f"with {anchor_of(turn)}\n"
        f"looked from {start} to {end}, after the turns before it\n"
        "give the conversation a longer range, change what the turn asks for, or "
        "leave it out"
    )
    return UnplacedTurnError(said, turn, place)


def anchor_of(turn: Turn) -> str:
    """Return when a turn can be, as it stands in the line of a pack."""
    line = pack_lines.line_of(turn)
    return json.dumps({name: line[name] for name in ("hours", "when") if name in line})
