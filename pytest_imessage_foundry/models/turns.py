"""A dialogue before it has times and ids."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.literals import (
    EventKind,
    Hours,
    SendEffect,
    TapbackKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A tapback as a dialogue states it; `sender` is a persona id."""

    sender: str
    name: TapbackKind
    emoji: str | None = None
    is_removed: bool = False


def second_tapback(reactions: Iterable[Reaction]) -> int | None:
    """Return the place of a tapback given beside a standing one of the same person.

    Stickers may be many (SEMANTICS §6).
    """
    have: set[str] = set()
    for place, each in enumerate(reactions):
        if each.name == "sticker":
            continue
        if each.sender in have:
            return place
        if not each.is_removed:
            have.add(each.sender)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The days on which a turn can be, and its distance from earlier turns.

    `weekdays` are 0 for Monday to 6; `days` are the first and last day of a month,
    `months` are 1 to 12, `dates` the first and last day of a year like ("12-24",
    "12-26"), which may go over New Year. `after` names an earlier turn, by how many
    turns it is back, and the least minutes between both. `within` is the same with the
    most minutes. All that is given has to hold, in the sender's local time.
    """

    weekdays: tuple[int, ...] = ()
    days: tuple[int, int] | None = None
    months: tuple[int, ...] = ()
    dates: tuple[str, str] | None = None
    after: tuple[int, int] | None = None
    within: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """What a sitting of generated talk says of those who write in it.

    `places` are pairs of a persona id and a place, such as ("sam", "home"): where
    people are when it begins; `then` is where they are after it. `matters` come up once
    in a day, such as "dinner". `awaits` are pairs of a matter and the days that have
    passed since it came up, at least.
    """

    places: tuple[tuple[str, str], ...] = ()
    then: tuple[tuple[str, str], ...] = ()
    matters: frozenset[str] = frozenset()
    awaits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One bubble of a dialogue: who says what, not yet when.

    `sender` is a persona id, the owner's included. `opens` marks the first
    turn of a new sitting, before which hours or days pass; `hours` are the
    sender's local hours in which that can be, such as (7, 10) for a good
    morning or (22, 2) for a sleepless night, and `when` the days. `pause` is
    how many minutes pass before a turn that does not open, about, where that is
    not how soon its sender answers. `replies_to` counts turns back (1 is the turn
    before). `edited_from` is what the bubble said at first; `attachment` and `stub`
    names are those of `attachments.generator`. `event` turns announce instead
    of saying. `sitting` is what generated talk says of itself, at its first turn; packs
    have none.
    """

    sender: str
    text: str = ""
    opens: bool = False
    reactions: tuple[Reaction, ...] = ()
    replies_to: int = 0
    attachment: str | None = None
    effect: SendEffect | None = None
    edited_from: str | None = None
    is_unsent: bool = False
    link_title: str | None = None
    event: EventKind | None = None
    event_who: str | None = None
    pause: int = 0
    hours: Hours | None = None
    when: When | None = None
    sitting: Sitting | None = None
