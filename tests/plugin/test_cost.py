"""What keeps a test's database cheap, by structure and not by the clock."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.db.schema import ALL

RELEASES = ALL[:3]  # three of them say as much as all
# Importing these takes longer than building the default scenario's database.
NOT_NEEDED = ("faker", "pydantic", "phonenumbers")
WATCH = """
import atexit, sys

@atexit.register
def tell():
    with open({path!r}, "w") as file:
        file.write(" ".join(name for name in {heavy!r} if name in sys.modules))
"""
COUNT_BUILDS = """
import os
from pathlib import Path

import pytest

from pytest_imessage_foundry import foundry

_forge = foundry.forge

def forge(order, *given, **more):
    with Path({log!r}).open("a") as file:
        file.write(f"{{order.spec.release}} {{os.getpid()}}\\n")
    return _forge(order, *given, **more)

def pytest_configure():
    foundry.forge = forge

def pytest_unconfigure():
    foundry.forge = _forge
"""
TESTS = """
import pytest

@pytest.mark.parametrize("number", range(6))
@pytest.mark.imessage(messages=20)
def test_it(chat_db, chat_db_readonly, number):
    assert chat_db.conversations
"""


def test_first_test_imports_nothing_heavy(pytester, fresh_run, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    seen = pytester.path / "seen"
    pytester.makeconftest(WATCH.format(heavy=NOT_NEEDED, path=str(seen)))
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(messages=200)
        def test_it(chat_db): assert chat_db.messages
        """
    )

    result = fresh_run("-p", "pytest_imessage_foundry", "--imessage-version=tahoe")

    result.assert_outcomes(passed=1)
    assert seen.read_text() == ""


@pytest.mark.parametrize(("arguments", "most"), [((), 1), (("-n2",), 2)])
def test_one_build_of_a_version_in_a_worker(pytester, own_cache_run, arguments, most):
    log = pytester.path / "builds"
    pytester.makeconftest(COUNT_BUILDS.format(log=str(log)))
    pytester.makepyfile(TESTS)

    versions = f"--imessage-version={','.join(RELEASES)}"
    own_cache_run(versions, *arguments).assert_outcomes(passed=18)

    builds = log.read_text().splitlines()
    assert len(set(builds)) == len(builds), "a worker built a version twice"
    for release in RELEASES:
        assert 1 <= sum(release == each.split()[0] for each in builds) <= most
