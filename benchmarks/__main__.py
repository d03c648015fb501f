"""`python -m benchmarks [--quick] [--only SECTION ...] [--json PATH] [--page PATH]`."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from benchmarks import anonymising, building, handing, page, startup, suite, table
from benchmarks.environments import REPOSITORY
from benchmarks.measure import Results

DEFAULT = REPOSITORY / "benchmarks" / "results" / "last.json"


def main() -> None:
    """Measure, print the table, write the JSON."""
    given = _arguments()
    results = Results()
    load = os.getloadavg()
    # Databases are built on tmpfs where there is one, and copied on a disk.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=memory) as quick,
        tempfile.TemporaryDirectory() as disk,
    ):
        for name, run in _sections(given, results, Path(quick), Path(disk)).items():
            if not given.only or name in given.only:
                print(f"{name} (load {os.getloadavg()[0]:.1f})", file=sys.stderr)
                run()
    print(table.markdown(results))
    print(f"\n{_machine(load)}")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "machine": _machine(load),
        "command": " ".join(["python -m benchmarks", *sys.argv[1:]]),
        "series": [each.as_data() for each in results.series],
    }
    given.json.write_text(json.dumps(facts, indent=1) + "\n")
    if given.page:
        shown = f"{table.markdown(results)}\n\n{_machine(load)}\n"
        given.page.write_text(table.within(given.page.read_text(), shown))


def _sections(
    given: Namespace, results: Results, memory: Path, disk: Path
) -> dict[str, Callable[[], None]]:
    """What is measured, by name, in order; --quick takes fewer and smaller."""
    quick = given.quick
    counts = [1_000, 10_000] if quick else [1_000, 10_000, 100_000]
    grown = [10_000, 50_000] if quick else [10_000, 100_000, 1_000_000]
    sizes = [1, 10] if quick else [1, 10, 100]
    return {
        "startup": lambda: startup.run(results, rounds=5 if quick else 20),
        "empty": lambda: building.small(results, memory, rounds=5 if quick else 15),
        "floor": lambda: building.against_floor(
            results, memory, counts=counts, rounds=2 if quick else 3
        ),
        "growth": lambda: building.growth(results, memory, counts=grown, rounds=1),
        "handing": lambda: handing.run(
            results, disk, sizes=sizes, rounds=15 if quick else 41
        ),
        "first": lambda: handing.first(results, disk, rounds=5 if quick else 15),
        "page": lambda: page.run(
            results,
            memory,
            messages=10_000 if quick else page.MESSAGES,
            rounds=2 if quick else 3,
        ),
        "anonymise": lambda: anonymising.run(
            results, memory, counts=counts[1:], rounds=2 if quick else 3
        ),
        "suite": lambda: suite.run(
            results, rounds=1 if quick else 3, tests=20 if quick else 100
        ),
    }


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="minutes instead of hours")
    parser.add_argument(
        "--only", action="append", help="one section of: startup empty floor growth ..."
    )
    parser.add_argument("--json", type=Path, default=DEFAULT, metavar="PATH")
    parser.add_argument(
        "--page", type=Path, metavar="PATH", help="put the table into this page too"
    )
    return parser.parse_args()


def _machine(load: tuple[float, float, float]) -> str:
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, "
        f"load before {load[0]:.1f} and after {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
