"""A suite of 300 tests that each ask for a database, alone and on two workers."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import Results, Series, in_turns, process

TESTS = 100  # times three releases
_MODULE = """
import sqlite3
from contextlib import closing
import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_counts(chat_db, number):
    with closing(sqlite3.connect(chat_db.path)) as connection:
        (found,) = connection.execute("SELECT COUNT(*) FROM message").fetchone()
    assert found
"""
_NOTHING = """
import pytest

@pytest.mark.parametrize("release", ["sonoma", "sequoia", "tahoe"])
@pytest.mark.parametrize("number", range({tests}))
def test_nothing(release, number):
    pass
"""


def run(results: Results, *, rounds: int, tests: int = TESTS) -> None:
    """Wall and CPU seconds; beside it as many tests that do nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_databases.py").write_text(_MODULE.format(tests=tests))
        (folder / "test_nothing.py").write_text(_NOTHING.format(tests=tests))
        (folder / "pytest.ini").touch()
        cases = {
            "tests that do nothing": ["test_nothing.py"],
            "tests that do nothing, -n 2": ["test_nothing.py", "-n", "2"],
            "tests with chat_db": ["test_databases.py"],
            "tests with chat_db, -n 2": ["test_databases.py", "-n", "2"],
        }
        taken = in_turns(
            {case: partial(_wall, folder, words) for case, words in cases.items()},
            rounds,
            warm=False,
        )
    for case, values in taken.items():
        section = f"a suite of {3 * tests} tests"
        results.add(Series(section, case, "s", values))


def _wall(folder: Path, words: list[str]) -> float:
    options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    done = process([sys.executable, "-m", "pytest", *options, *words], cwd=folder)
    return done.wall
