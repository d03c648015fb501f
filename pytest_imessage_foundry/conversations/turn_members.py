"""The members of a group as its turns add and remove them.

Turns name people by id. A changed number gives a person two addresses and does not
change the members.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_imessage_foundry.models import Turn

MOVES = ("added", "removed", "left")
_ABSENCE = 32  # most turns of an absence in a stream whose rest is not known yet


def founders(
    turns: Iterable[Turn], everybody: Sequence[str], owner: str
) -> tuple[str, ...]:
    """Return the first members among `everybody`: those whose first move is not to be
    added.

    The owner is always a first member.
    """
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
    """Check that only members write, and that the owner can have every turn.

    `what` names the conversation and where its turns come from.

    Raises:
        FoundryError: a turn is by, or changes, somebody who is not a member then.
    """
    turns = tuple(turns)
    present = set(founders(turns, (owner, *everybody), owner))
    for place, turn in enumerate(turns):
        fault = _fault(turn, present, owner)
        if fault:
            raise FoundryError(
                f"turn {place} of {what}: {fault}\n"
                f"looked at: the members at that turn, {', '.join(sorted(present))}\n"
                "let an earlier turn add them, or let none remove them"
            )
        _move(turn, present)


def without_moves(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Return the turns without those that add or remove members."""
    return tuple(turn for turn in turns if turn.event not in MOVES)


def short_absences(turns: Iterable[Turn], owner: str = "") -> Iterator[Turn]:
    """Yield the turns without those moves that later turns would contradict.

    While the owner is away, the phone receives nothing: those turns are left out.

    Everybody is a member at first. Generated turns are not known in advance, so only
    the next turns are read: somebody leaves only if they come back within those turns,
    and write nothing before that.
    """
    stream = iter(turns)
    ahead: deque[Turn] = deque()
    away: set[str] = set()
    since = 0  # turns since some were left out
    while turn := ahead.popleft() if ahead else next(stream, None):
        if turn.event == "added":
            if _moved(turn) not in away:
                continue
            away.discard(_moved(turn))
        elif turn.event in MOVES:
            if not _comes_back(_moved(turn), ahead, stream):
                continue
            away.add(_moved(turn))
        elif owner in away:
            since = 0
            continue
        since += 1
        if turn.replies_to >= since and since <= _ABSENCE:
            turn = replace(turn, replies_to=0)
        yield turn


def _comes_back(who: str, ahead: deque[Turn], stream: Iterator[Turn]) -> bool:
    """Return whether somebody is added within the next turns and silent until then."""
    ahead.extend(islice(stream, max(_ABSENCE - len(ahead), 0)))
    for turn in ahead:
        if turn.event == "added" and _moved(turn) == who:
            return turn.sender != who
        if who in (turn.sender, *(reaction.sender for reaction in turn.reactions)):
            return False
    return False


def is_settled(turns: Sequence[Turn], everybody: Sequence[str], owner: str) -> bool:
    """Return whether only members write.

    Packs may break this rule, whoever wrote them.
    """
    try:
        check(turns, everybody, owner, what="a pack")
    except FoundryError:
        return False
    return True


def note_moves(turns: Iterable[Turn], away: set[str]) -> None:
    """Change who is away as some turns add and remove members."""
    for turn in turns:
        if turn.event == "added":
            away.discard(_moved(turn))
        elif turn.event in MOVES:
            away.add(_moved(turn))


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
        return f"{who!r} is added but is a member already"
    if turn.event in ("removed", "left") and who not in present:
        return f"{who!r} is removed but is not a member"
    if turn.event == "removed" and who == turn.sender:
        return f"{who!r} is removed by themselves, which is 'left'"
    for each in (turn.sender, *(reaction.sender for reaction in turn.reactions)):
        if each not in present:
            return f"{each!r} writes or reacts but is not a member"
    if owner not in present and (turn.event != "added" or who != owner):
        return f"the owner {owner!r} is not a member and cannot have it"
    return ""
