"""`python -m tests.torture [--minutes N | --rounds N] [--seed N] [--only FAULT ...]`.

Does random harm to what the package does, sees what is left, and prints a table.
A finding names the seed and the round: `--seed S --round R` does that one alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from argparse import ArgumentParser, Namespace
from pathlib import Path
from random import Random, SystemRandom

from tests.torture import company, disks, ended, in_pytest, spoilt
from tests.torture.scene import Scene, load
from tests.torture.table import Fault, Tally, shown

FAULTS: tuple[Fault, ...] = (
    *ended.FAULTS,
    *in_pytest.FAULTS,
    *company.FAULTS,
    *disks.FAULTS,
    *spoilt.FAULTS,
)
# Rounds in pytest take many times as long as others, so they come more rarely.
EVERY = 4
SLOW = {each.name for each in in_pytest.FAULTS}


def main() -> int:
    """Torture, and print what was found; 1 if there was anything."""
    given = _arguments()
    seed = SystemRandom().randrange(10**6) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    load()
    faults = _chosen(given.only)
    tallies = {each.name: Tally() for each in faults}
    over = time.monotonic() + given.minutes * 60
    number = 0 if given.round is None else given.round
    while True:
        _round(seed, number, faults, tallies)
        number += 1
        if given.round is not None or number == given.rounds or _is_over(given, over):
            break
    print(shown(faults, tallies))
    return 1 if any(tally.findings for tally in tallies.values()) else 0


def _chosen(names: list[str]) -> list[Fault]:
    """Return the faults whose names begin so, all if nothing is said."""
    if names == ["quick"]:
        return [each for each in FAULTS if each.name not in SLOW]
    return [each for each in FAULTS if not names or each.name.startswith(tuple(names))]


def _is_over(given: Namespace, over: float) -> bool:
    return given.rounds is None and time.monotonic() > over


def _round(
    seed: int, number: int, faults: list[Fault], tallies: dict[str, Tally]
) -> None:
    # Each fault has its turn, in an order of its own each time around.
    turns = Random(f"{seed}:order:{number // len(faults)}").sample(faults, len(faults))
    fault = turns[number % len(faults)]
    tally = tallies[fault.name]
    if fault.name in SLOW and number // len(faults) % EVERY:
        return
    with tempfile.TemporaryDirectory(prefix="torture-") as place:
        scene = Scene(Path(place), Random(f"{seed}:{number}:{fault.name}"))
        try:
            found = fault.run(scene)
        except Exception:  # what was not foreseen is a finding, too
            found = [traceback.format_exc()]
    tally.rounds += 1
    for each in found:
        tally.findings.append(each)
        print(f"round {number}, {fault.name}: {each}", file=sys.stderr, flush=True)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="default: 10")
    parser.add_argument("--rounds", type=int, help="so many, however long they take")
    parser.add_argument("--round", type=int, help="this one alone")
    parser.add_argument("--seed", type=int, help="default: another each time")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="FAULT",
        help="or: quick, without pytest",
    )
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
