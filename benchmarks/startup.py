"""What a plugin adds to a run that does not use it."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from benchmarks import environments
from benchmarks.measure import Results, Series, in_turns, process

KNOWN = ("pytest-django", "pytest-recording", "syrupy", "anyio", "hypothesis")
# Ours needs these; Faker brings a pytest plugin of its own.
NEEDED = ("pluggy", "pydantic", "phonenumbers", "faker", "tzdata")


def run(results: Results, *, rounds: int) -> None:
    """CPU of `pytest --collect-only` on one empty file, per environment."""
    pythons = _environments()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_empty.py").touch()
        taken = in_turns(
            {
                name: partial(_collect, command, Path(folder))
                for name, command in pythons.items()
            },
            rounds,
        )
    series = {
        name: results.add(Series("start-up", name, "ms", values))
        for name, values in taken.items()
    }
    ours = "ours"
    for name in (ours, "ours, dependencies installed, -p no:faker"):
        results.hold(series[name], base=series["empty plugin"], most=5, difference=True)


def _environments() -> dict[str, list[Path | str]]:
    installed = environments.ours("ours-installed", *NEEDED)
    return {
        "bare pytest": [environments.python("bare", "pytest")],
        "empty plugin": [environments.empty_plugin()],
        "ours": [environments.ours("ours")],
        "ours, dependencies installed, -p no:faker": [installed, "-p", "no:faker"],
        "ours, with Faker's own plugin": [installed],
        **{name: [environments.python(name, "pytest", name)] for name in KNOWN},
    }


def _collect(environment: list[Path | str], folder: Path) -> float:
    python, *arguments = environment
    command = [python, "-m", "pytest", "--collect-only", "-q", *arguments]
    # 5: no test was collected, which is what an empty file is for.
    return process(command, cwd=folder, allowed=5).cpu * 1_000
