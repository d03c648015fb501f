"""Runs contenders in turns and keeps what they took."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.environments import REPOSITORY

Contender = Callable[[], float]
# A shell's wishes for other runs; without .pyc files each start compiles all anew.
_NOT_OURS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONDONTWRITEBYTECODE")


@dataclass
class Series:
    """What one contender took, round by round, and what it is held against."""

    section: str
    name: str
    unit: str
    values: list[float]
    base: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles, or the extremes of few rounds."""
        if len(self.values) < 4:
            return min(self.values), max(self.values)
        low, _, high = statistics.quantiles(self.values, n=4)
        return low, high

    def as_data(self) -> dict[str, Any]:
        return {**asdict(self), "median": self.median, "spread": self.spread}


@dataclass
class Results:
    """All series of a run, in the order in which they came."""

    series: list[Series] = field(default_factory=list)

    def add(self, series: Series) -> Series:
        self.series.append(series)
        low, high = series.spread
        print(
            f"  {series.name:42} {series.median:10.2f} {series.unit}  "
            f"[{low:.2f} to {high:.2f}]",
            file=sys.stderr,
        )
        return series

    def hold(
        self,
        series: Series,
        *,
        base: Series | None = None,
        most: float,
        difference: bool = False,
    ) -> None:
        """Say what `series` may be at most: itself, or against `base`, round by
        round, as a ratio or a difference."""
        if base is None:
            series.met = series.median <= most
            series.target = f"<= {most:g} {series.unit}"
            return
        self.compare(series, base, difference=difference)
        assert series.ratio is not None
        series.met = series.ratio <= most
        sign = f"+ {most:g} {series.unit}" if difference else f"x {most:g}"
        series.target = f"<= {base.name} {sign}"

    def compare(
        self, series: Series, base: Series, *, difference: bool = False
    ) -> None:
        """The median of what `series` is to `base` round by round."""
        pairs = zip(series.values, base.values, strict=True)
        own = [a - b if difference else a / b for a, b in pairs]
        series.base, series.ratio = base.name, statistics.median(own)


def in_turns(
    contenders: Mapping[str, Contender], rounds: int, *, warm: bool = True
) -> dict[str, list[float]]:
    """Each contender once a round, so that all meet the same noise.

    With `warm`, a round before counts for nothing: it fills caches.
    """
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + warm):
        for name, run in contenders.items():
            value = run()
            if number >= warm:
                taken[name].append(value)
    return taken


@dataclass(frozen=True)
class Finished:
    """A process that ended: its output, CPU and wall seconds, peak memory."""

    output: str
    cpu: float
    wall: float
    peak_mb: float


def process(
    command: Sequence[str | Path], cwd: Path | None = None, allowed: int = 0
) -> Finished:
    """Run a command and measure it with its children.

    Raises:
        RuntimeError: it ended otherwise than with 0 or `allowed`.
    """
    environment = dict(os.environ)
    for name in _NOT_OURS:
        environment.pop(name, None)
    started = os.times().elapsed
    child = subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    output = child.stdout.read()
    child.stdout.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, allowed):
        raise RuntimeError(f"{command} failed\n{output[-4_000:]}")
    wall = os.times().elapsed - started
    return Finished(output, used.ru_utime + used.ru_stime, wall, _megabytes(used))


def _megabytes(used: resource.struct_rusage) -> float:
    # Kilobytes on Linux, bytes on macOS.
    return used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def task(name: str, *arguments: object, python: Path | None = None) -> dict[str, Any]:
    """What a function of `benchmarks.tasks` says, called in a process of its own."""
    command = [str(python or sys.executable), "-m", "benchmarks.tasks", name]
    done = process([*command, *map(str, arguments)], cwd=REPOSITORY)
    said: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return {**said, "peak_mb": done.peak_mb}
