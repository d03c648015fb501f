"""Who is in a group whose turns are told: members come and go by turns' events.

Turns name people by id. A number that changes is two addresses of one person and
moves nobody here.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_imessage_foundry.models import Turn

MOVES = ("added", "removed", "left")
_ABSENCE = 32  # turns that an absence lasts at most where nobody knows what follows


def founders(
    turns: Iterable[Turn], everybody: Sequence[str], owner: str
) -> tuple[str, ...]:
    """Those of `everybody` who are in from the beginning: whose first move is not
    that they are added. The owner always is."""
    first: dict[str, str] = {}
    for turn in turns:
        if turn.event in MOVES:
            first.setdefault(_moved(turn), turn.event)
    return tuple(
        each for each in everybody if each == owner or first.get(each) != "added"
    )


def check(
    turns: Iterable[Turn], everybody: Sequence[str], owner: str, *, what: str
) -> None:
    """Refuse turns of somebody who is not in then, or that the owner cannot have.

    `what` names the conversation and where its turns come from.

    Raises:
        FoundryError: there is such a turn.
    """
    turns = tuple(turns)
    present = set(founders(turns, (owner, *everybody), owner))
    for place, turn in enumerate(turns):
        fault = _fault(turn, present, owner)
        if fault:
            raise FoundryError(
                f"turn {place} of {what}: {fault}\n"
                f"looked among those who are in by then: {', '.join(sorted(present))}\n"
                "let an earlier turn add them, or none take them out"
            )
        _move(turn, present)


def without_moves(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The turns that leave everybody where they are."""
    return tuple(turn for turn in turns if turn.event not in MOVES)


def short_absences(turns: Iterable[Turn]) -> Iterator[Turn]:
    """The turns without the moves that talk that goes on would contradict.

    What is made up as it goes cannot be looked through first. Somebody goes out if
    they are seen to come back before they say anything; everybody is in at first.
    """
    stream = iter(turns)
    ahead: deque[Turn] = deque()
    away: set[str] = set()
    while turn := ahead.popleft() if ahead else next(stream, None):
        if turn.event == "added":
            if _moved(turn) not in away:
                continue
            away.discard(_moved(turn))
        elif turn.event in MOVES:
            if not _comes_back(_moved(turn), ahead, stream):
                continue
            away.add(_moved(turn))
        yield turn


def _comes_back(who: str, ahead: deque[Turn], stream: Iterator[Turn]) -> bool:
    """Whether somebody is added within the next turns, and says nothing before."""
    ahead.extend(islice(stream, max(_ABSENCE - len(ahead), 0)))
    for turn in ahead:
        if turn.event == "added" and _moved(turn) == who:
            return turn.sender != who
        if who in (turn.sender, *(reaction.sender for reaction in turn.reactions)):
            return False
    return False


def is_settled(turns: Sequence[Turn], everybody: Sequence[str], owner: str) -> bool:
    """Whether nobody speaks in them who is not in.

    Whoever writes packs, a model perhaps, does not always keep account of it.
    """
    try:
        check(turns, everybody, owner, what="a pack")
    except FoundryError:
        return False
    return True


def _moved(turn: Turn) -> str:
    return turn.sender if turn.event == "left" else turn.event_who or turn.sender


def _move(turn: Turn, present: set[str]) -> None:
    if turn.event == "added":
        present.add(_moved(turn))
    elif turn.event in MOVES:
        present.discard(_moved(turn))


def _fault(turn: Turn, present: set[str], owner: str) -> str:
    who = _moved(turn)
    if turn.event == "added" and who in present:
        return f"{who!r} is added and is in already"
    if turn.event in ("removed", "left") and who not in present:
        return f"{who!r} is taken out and is not in"
    for each in (turn.sender, *(reaction.sender for reaction in turn.reactions)):
        if each not in present:
            return f"{each!r} says or does something and is not in"
    if owner not in present and (turn.event != "added" or who != owner):
        return f"the owner {owner!r} is not in and cannot have it"
    return ""
