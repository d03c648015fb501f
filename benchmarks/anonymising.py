"""What an anonymised copy takes, beside what its original takes to build."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Results, Series, task


def run(results: Results, folder: Path, *, counts: list[int], rounds: int) -> None:
    """CPU for each message and peak memory, in turns with the build."""
    database, copy = folder / "original.db", folder / "copy.db"
    peaks: list[Series] = []
    for count in counts:
        section = f"anonymising {count:,} messages"
        built: list[float] = []
        copied: list[dict[str, float]] = []
        for _ in range(rounds):
            for each in (database, copy):
                each.unlink(missing_ok=True)
            built.append(task("pipeline", database, count)["seconds"])
            copied.append(task("anonymised", database, copy))
        each_message = [each["seconds"] / count * 1e6 for each in copied]
        base = [seconds / count * 1e6 for seconds in built]
        first = results.add(Series(section, "its build", "us/message", base))
        cost = results.add(Series(section, "the copy", "us/message", each_message))
        results.hold(cost, base=first, most=2.0)
        memory = [each["peak_mb"] for each in copied]
        peaks.append(results.add(Series(section, "peak memory", "MB", memory)))
    results.hold(peaks[-1], base=peaks[0], most=1.5)
