"""What a plugin adds to a run that does not use it."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from benchmarks import environments
from benchmarks.measure import Results, Series, in_turns, process

KNOWN = ("pytest-django", "pytest-recording", "syrupy", "anyio", "hypothesis")
EMPTY = "empty plugin"
OURS = ("ours", "ours, dependencies installed")
NEEDED = ("pluggy", "pydantic", "phonenumbers", "tzdata")  # by ours


def run(results: Results, *, rounds: int) -> None:
    """CPU of `pytest --collect-only` on one empty file, per environment.

    Ten environments in turn drive each other out of the machine's caches, and spread
    more than what ours adds: it and the empty plugin take turns of their own too.
    """
    pythons = _environments()
    pair = {name: pythons[name] for name in (EMPTY, *OURS)}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_empty.py").touch()
        _compare(results, "start-up", pythons, Path(folder), rounds)
        section = "start-up, in turns of their own"
        series = _compare(results, section, pair, Path(folder), 2 * rounds)
    for name in OURS:
        results.hold(series[name], base=series[EMPTY], most=5, difference=True)


def _compare(
    results: Results,
    section: str,
    pythons: dict[str, list[Path | str]],
    folder: Path,
    rounds: int,
) -> dict[str, Series]:
    runs = {
        name: partial(_collect, command, folder) for name, command in pythons.items()
    }
    return {
        name: results.add(Series(section, name, "ms", values))
        for name, values in in_turns(runs, rounds).items()
    }


def _environments() -> dict[str, list[Path | str]]:
    installed = environments.ours("ours-installed", *NEEDED)
    return {
        "bare pytest": [environments.python("bare", "pytest")],
        EMPTY: [environments.empty_plugin()],
        OURS[0]: [environments.ours("ours")],
        OURS[1]: [installed],
        **{name: [environments.python(name, "pytest", name)] for name in KNOWN},
    }


def _collect(environment: list[Path | str], folder: Path) -> float:
    python, *arguments = environment
    command = [python, "-m", "pytest", "--collect-only", "-q", *arguments]
    # 5: no test was collected, which is what an empty file is for.
    return process(command, cwd=folder, allowed=5).cpu * 1_000
