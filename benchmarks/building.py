"""The builder against SQLite's floor and a peer, the pipeline, growth, memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import environments
from benchmarks.measure import Results, Series, in_turns, process, task

WRITER, PIPELINE, FLOOR = "rows written, messages ready", "Spec to database", "floor"
DERIVING, CHECKING = "deriving the messages", "validating"
PEER = "imessage-data-foundry 1.0.0"


def against_floor(
    results: Results, folder: Path, *, counts: list[int], rounds: int
) -> None:
    """CPU for each message: the floor, our parts, the whole, the peer."""
    peer = environments.peer()
    for count in counts:
        section = f"building {count:,} messages"
        source, told = folder / "source.db", folder / "texts.json"
        task("pipeline", source, count)
        task("texts", told, count)
        contenders: dict[str, list[Any]] = {
            FLOOR: ["floor", folder / "floor.db", source],
            WRITER: ["writer", folder / "writer.db", count],
            DERIVING: ["derivation", count],
            PIPELINE: ["pipeline", folder / "pipeline.db", count],
            CHECKING: ["validation", source],
        }
        runs: dict[str, Callable[[], float]] = {
            name: partial(_each, words, count) for name, words in contenders.items()
        }
        runs[PEER] = partial(_peer, peer, folder / "peer.db", told, count)
        taken = in_turns(runs, rounds, warm=False)
        found = {
            name: results.add(Series(section, name, "us/message", values))
            for name, values in taken.items()
        }
        _against(
            results, found[WRITER], found[FLOOR], 1.15 if count >= 10_000 else None
        )
        # What a process imports and declares once weighs on anything smaller.
        large = count >= 100_000
        _against(results, found[PIPELINE], found[FLOOR], 2.0 if large else None)
        _against(results, found[CHECKING], found[PIPELINE], 0.5 if large else None)
        for name in (PEER, DERIVING):
            results.compare(found[name], found[FLOOR])


def _against(
    results: Results, series: Series, base: Series, most: float | None
) -> None:
    """Compare, and hold to what it may be at most where a target is set."""
    if most is None:
        results.compare(series, base)
    else:
        results.hold(series, base=base, most=most)


def growth(results: Results, folder: Path, *, counts: list[int], rounds: int) -> None:
    """Cost for each message and peak memory as a database grows."""
    names = ("cost", "floor's cost", "peak memory")
    units = ("us/message", "us/message", "MB")
    found: dict[str, list[Series]] = {name: [] for name in names}
    for count in counts:
        grown = folder / "grown.db"
        done = [task("pipeline", grown, count) for _ in range(rounds)]
        least = [task("floor", folder / "floor.db", grown) for _ in range(rounds)]
        taken = (
            [each["seconds"] / count * 1e6 for each in done],
            [each["seconds"] / count * 1e6 for each in least],
            [each["peak_mb"] for each in done],
        )
        for name, unit, values in zip(names, units, taken, strict=True):
            series = Series("growth", f"{name}, {count:,} messages", unit, values)
            found[name].append(results.add(series))
    results.hold(found["cost"][-1], base=found["cost"][0], most=1.25)
    results.hold(found["peak memory"][-1], base=found["peak memory"][-2], most=1.5)


def small(results: Results, folder: Path, *, rounds: int) -> None:
    """A database that holds nothing."""
    peer = environments.peer()
    taken = in_turns(
        {
            "empty tahoe database": lambda: (
                task("empty", folder / "empty.db")["seconds"] * 1e3
            ),
            "floor: its statements run": lambda: (
                task("statements", folder / "bare.db")["seconds"] * 1e3
            ),
            PEER: lambda: _peer_seconds(peer, folder / "peer.db") * 1e3,
        },
        rounds,
        warm=False,
    )
    ours, *_others = [
        results.add(Series("empty database", name, "ms", values))
        for name, values in taken.items()
    ]
    results.hold(ours, most=8)


def _each(words: list[Any], count: int) -> float:
    seconds: float = task(*words)["seconds"]
    return seconds / count * 1e6


def _peer(python: Path, path: Path, told: Path, count: int) -> float:
    return _peer_seconds(python, path, told) / count * 1e6


def _peer_seconds(python: Path, path: Path, *told: Path) -> float:
    script = Path(__file__).with_name("peer.py")
    said = json.loads(process([python, script, path, *told]).output)
    return float(said["seconds"])
