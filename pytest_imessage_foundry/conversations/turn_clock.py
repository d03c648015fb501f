"""Find turns that speak of a time and have no anchor that keeps them there, and turns
for whose anchors there is no time at all.

A conversation of a pack has no times of its own. It is laid out several times, as in
databases of several seeds, and each of its texts is held against the time that it got.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations import clock_linter, timeline
from pytest_imessage_foundry.conversations.clock import local_time
from pytest_imessage_foundry.conversations.packs import pack_lines
from pytest_imessage_foundry.conversations.packs.when_days import is_on
from pytest_imessage_foundry.conversations.spoken import spoken_in
from pytest_imessage_foundry.conversations.unplaced_turn import UnplacedTurnError
from pytest_imessage_foundry.models import apple_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pytest_imessage_foundry.models import Persona, Turn

_LAYOUTS = 8  # an unanchored "good morning" is in the morning one time in four
_START = apple_time.from_iso("2023-01-01T00:00:00Z")
# Room for every season, and for a part to be moved to it.
_END = apple_time.from_iso("2026-01-01T00:00:00Z")
_ALL_TIME = apple_time.DAY, apple_time.END - apple_time.DAY


@dataclass(frozen=True, slots=True)
class LooseTurn:
    """A turn that can come at a time at which its text is wrong.

    Attributes:
        place: its number in the conversation, from 0.
        sender: the id of who writes it.
        text: the text.
        what: what the text speaks of, such as "good morning".
        moment: a local time that it got.
        anchor: the fields that keep it where it belongs, as in the line of a pack.
    """

    place: int
    sender: str
    text: str
    what: str
    moment: datetime
    anchor: dict[str, Any]

    @property
    def advice(self) -> str:
        """The fields as they stand in the line of a pack."""
        return json.dumps(self.anchor)[1:-1]


def loose_turns(
    turns: Sequence[Turn], people: Mapping[str, Persona], owner: Persona
) -> Iterator[LooseTurn]:
    """Yield the turns of a conversation that need an anchor, oldest first.

    Args:
        turns: the conversation, as a pack has it.
        people: all who write in it, by id.
        owner: whose phone it is.
    """
    codes = sorted({spoken_in(each.locale) for each in people.values()})
    texts = {turn.text for turn in turns}
    # Searched once, not for each layout.
    said = {each: tuple(clock_linter.said(each, codes)) for each in texts}
    if not any(said.values()):
        return
    found: dict[tuple[int, str], LooseTurn] = {}
    for number in range(_LAYOUTS):
        placed = timeline.lay_out(
            turns,
            people=people,
            owner=owner,
            start=_START,
            end=_END,
            count=len(turns),
            rng_key=f"loose turns:{number}",
            no_time="keep",
        )
        for place, (nanoseconds, turn) in enumerate(placed):
            if not said[turn.text]:
                continue
            moment = local_time(nanoseconds, people[turn.sender].time_zone)
            for what, times in clock_linter.misfits(said[turn.text], moment):
                if not _keeps(turn, times):
                    loose = _loose(place, turn, what, moment, times)
                    found.setdefault((place, what), loose)
    for key in sorted(found):
        yield found[key]


def unplaced_turn(
    turns: Sequence[Turn], people: Mapping[str, Persona], owner: Persona
) -> UnplacedTurnError | None:
    """Return the error for a turn that no calendar can keep, None if there is none.

    With other waits between the turns there may be a time, so several are tried.

    Args:
        turns: the conversation, as a pack has it.
        people: all who write in it, by id.
        owner: whose phone it is.
    """
    found: UnplacedTurnError | None = None
    if not any(turn.hours or turn.when for turn in turns):
        return None
    start, end = _ALL_TIME
    for number in range(_LAYOUTS):
        placed = timeline.lay_out(
            turns,
            people=people,
            owner=owner,
            start=start,
            end=end,
            count=len(turns),
            rng_key=f"unplaced turn:{number}",
            no_time="refuse",
        )
        try:
            deque(placed, maxlen=0)
        except UnplacedTurnError as error:
            found = error
        else:
            return None
    return found


def _loose(
    place: int, turn: Turn, what: str, moment: datetime, times: dict[str, Any]
) -> LooseTurn:
    anchor = _anchor(turn, times)
    return LooseTurn(place, turn.sender, turn.text, what, moment, anchor)


def _anchor(turn: Turn, times: dict[str, Any]) -> dict[str, Any]:
    """Return the fields to write, with what the turn's `when` has already."""
    if "hours" in times:
        return times
    if "weekdays" in times:
        names = [pack_lines.WEEKDAYS[each] for each in times["weekdays"]]
        times = {"weekdays": names}
    known = pack_lines.line_of(turn).get("when", {})
    return {"when": {**known, **times}}


def _keeps(turn: Turn, times: dict[str, Any]) -> bool:
    """Return whether the turn's own anchor allows no other times than these.

    A range without room for an anchor breaks it; that is not the pack's fault.
    """
    if "hours" in times:
        return turn.hours is not None and _is_inside(turn.hours, times["hours"])
    if turn.when is None:
        return False
    if "weekdays" in times:
        days = turn.when.weekdays
        return bool(days) and set(days) <= set(times["weekdays"])
    wanted = pack_lines.when_of(times)
    has_season = turn.when.months or turn.when.dates
    return bool(has_season) and all(
        is_on(wanted, day) for day in range(1_461) if is_on(turn.when, day)
    )


def _is_inside(hours: tuple[int, int], others: tuple[int, int]) -> bool:
    """Return whether all of some hours are among others; both may go over midnight."""
    width, room = ((last - first) % 24 or 24 for first, last in (hours, others))
    return (hours[0] - others[0]) % 24 + width <= room
