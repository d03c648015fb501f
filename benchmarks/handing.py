"""What a test pays for its database: the first one, and each one more."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Results, Series, in_turns, task
from pytest_imessage_foundry.foundry import Foundry, Order
from pytest_imessage_foundry.spec import Spec

# Messages that make a file of about so many megabytes.
SIZES = {1: 600, 10: 7_800, 100: 79_000}
COPYFILE, CHAT_DB, READONLY = "shutil.copyfile", "chat_db", "chat_db_readonly"


def run(results: Results, folder: Path, *, sizes: list[int], rounds: int) -> None:
    """Wall time of one more copy, by size, beside what a copy costs."""
    for size in sizes:
        os.sync()  # what others left to be written is not our copies' time
        desk = Desk(folder / str(size), SIZES[size])
        contenders = {
            COPYFILE: desk.copyfile,
            CHAT_DB: desk.chat_db,
            READONLY: desk.readonly,
            "bytes held in memory, written": desk.write,
        }
        taken = in_turns(contenders, rounds)
        # In turns of its own: it waits for the disk, and the next one would too.
        taken |= in_turns({"sqlite backup": desk.backup}, 5)
        actual = desk.template.stat().st_size / 1e6
        section = f"handing out {actual:.1f} MB"
        found = {
            name: results.add(Series(section, name, "ms", values))
            for name, values in taken.items()
        }
        results.hold(found[CHAT_DB], base=found[COPYFILE], most=1.5)
        results.hold(found[READONLY], most=0.5)
        if size == 1:
            one = Series(section, "chat_db, at 1 MB", "ms", taken[CHAT_DB])
            results.hold(results.add(one), most=1)
        shutil.rmtree(folder / str(size))


def first(results: Results, folder: Path, *, rounds: int) -> None:
    """The first test of a version: imports, template, copy."""
    names = {
        "floor": "floor: its rows into SQLite",
        "seconds": "default scenario, built, CPU",
        "again": "default scenario, kept from the last run, CPU",
    }
    values: dict[str, list[float]] = {key: [] for key in names}
    for number in range(rounds):
        said = task("first_test", folder / f"project-{number}")
        for key in names:
            values[key].append(said[key] * 1e3)
    section = "first test of a version"
    for key, name in names.items():
        series = results.add(Series(section, name, "ms", values[key]))
        if key != "floor":
            results.hold(series, most=100)


@dataclass
class Desk:
    """A foundry with one template, and ways to get a copy of it."""

    folder: Path
    messages: int
    template: Path = field(init=False)
    _data: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._foundry = Foundry(self.folder / "shared", self.folder / "private")
        self._order: Order = self._foundry.order(Spec(messages=self.messages))
        self.template = self._foundry.template(self._order)
        self._data = self.template.read_bytes()

    def copyfile(self) -> float:
        return self._wall(lambda path: shutil.copyfile(self.template, path))

    def write(self) -> float:
        return self._wall(lambda path: path.write_bytes(self._data))

    def backup(self) -> float:
        return self._wall(self._backup)

    def chat_db(self) -> float:
        """What the fixture does for one more test, the order looked up anew."""
        started = time.perf_counter()
        order = self._foundry.order(Spec(messages=self.messages))
        handed = self._foundry.hand_out(order, "test_it[tahoe]")
        taken = time.perf_counter() - started
        self._foundry.clear(handed.path.parent)
        return taken * 1e3

    def readonly(self) -> float:
        started = time.perf_counter()
        order = self._foundry.order(Spec(messages=self.messages))
        self._foundry.hand_out_readonly(order)
        return (time.perf_counter() - started) * 1e3

    def _backup(self, path: Path) -> None:
        with (
            closing(sqlite3.connect(self.template)) as source,
            closing(sqlite3.connect(path)) as target,
        ):
            source.backup(target)

    def _wall(self, make: Callable[[Path], object]) -> float:
        path = self.folder / "copy.db"
        started = time.perf_counter()
        make(path)
        taken = time.perf_counter() - started
        path.unlink()
        return taken * 1e3
