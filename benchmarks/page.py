"""What the page of a large database takes."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Results, Series, task

MESSAGES = 100_000


def run(results: Results, folder: Path, *, messages: int, rounds: int) -> None:
    """CPU seconds and memory of a page, beside what its database takes to build."""
    database = folder / "page" / "chat.db"
    database.parent.mkdir()
    built: list[float] = []
    drawn: list[dict[str, float]] = []
    for _ in range(rounds):
        database.unlink(missing_ok=True)
        built.append(task("pipeline", str(database), str(messages))["seconds"])
        drawn.append(task("page", str(database)))
    section = f"a page of {messages:,} messages"
    results.add(Series(section, "its database, built", "s", built))
    seconds = Series(section, "the page, CPU", "s", [each["seconds"] for each in drawn])
    memory = [each["peak_mb"] for each in drawn]
    results.add(seconds)
    peak = results.add(Series(section, "peak memory", "MB", memory))
    if messages == MESSAGES:
        results.hold(seconds, most=5)
        results.hold(peak, most=300)
