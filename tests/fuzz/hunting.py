"""Many scripts in a row, each drawn from the seed and its number."""

from __future__ import annotations

import re
import sys
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

PHONE_LINES, LIFE_LINES = 30, 14


def hunt(phones: int, lives: int, seed: int, *, most: int = 1) -> list[str]:
    """Play that many scripts; give what failed, each kind of fault once."""
    faults: dict[str, str] = {}
    lines = refused = 0
    with closing(Outside()) as outside:
        for number in range(phones + lives):
            play, fault = _one(seed, number, number >= phones, outside)
            lines, refused = lines + len(play.lines), refused + play.refused
            if fault and _kind(fault) not in faults:
                faults[_kind(fault)] = _told(play, fault, outside)
            if len(faults) == most:
                break
    print(f"{lines} lines, {refused} of them refused", file=sys.stderr)
    return [*faults.values()]


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
