"""Many scripts in a row, each drawn from the seed and its number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from random import Random

from .playing import (
    FaultFound,
    Outside,
    Play,
    again,
    by_hand,
    head_of,
    live,
    random_lines,
)
from .shrinking import shrink

PHONE_LINES, LIFE_LINES = 30, 12


def hunt(
    phones: Iterable[int], lives: Iterable[int], seed: int, *, most: int = 1
) -> tuple[list[str], int, int]:
    """Play scripts of these numbers: what failed, each kind of fault once; how many
    lines were played, and how many of them refused."""
    faults: dict[str, str] = {}
    lines = refused = 0
    with closing(Outside()) as outside:
        for is_live, number in (
            *((False, number) for number in phones),
            *((True, number) for number in lives),
        ):
            play, fault = _one(seed, number, is_live, outside)
            lines, refused = lines + len(play.lines), refused + len(play.refusals)
            if fault and _kind(fault) not in faults:
                faults[_kind(fault)] = _told(play, fault, outside)
            if len(faults) == most:
                break
    return [*faults.values()], lines, refused


def _one(seed: int, number: int, is_live: bool, outside: Outside) -> tuple[Play, str]:
    random = Random(f"{seed}:{number}:{is_live}")
    play = Play(head_of(random), is_live)
    length = random.randint(4, LIFE_LINES if is_live else PHONE_LINES)
    source = random_lines(random, length, is_live=is_live)
    try:
        if is_live:
            live(play, source, outside)
        else:
            by_hand(play, source)
    except FaultFound as fault:
        return play, str(fault)
    return play, ""


def _told(play: Play, fault: str, outside: Outside) -> str:
    """A fault and the few lines that show it."""
    kind = _kind(fault)

    def fails(lines: list[str]) -> bool:
        return _kind(again(play, lines, outside)) == kind

    play.lines = shrink(play.lines, fails)
    live = "with phone.build().live(wal=wal) as phone: ...\n" if play.is_live else ""
    return f"{fault[:600]}\n{live}{play}"


def _kind(fault: str) -> str:
    """A fault without the numbers and names in it."""
    first = fault.partition(";")[0]
    return re.sub(r"[0-9A-F]{8}-[0-9A-F-]+|\d+|'[^']*'", "#", first)[:90]
