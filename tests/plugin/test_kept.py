"""Databases that the next run of pytest need not build."""

from __future__ import annotations

import pytest

TESTS = """
import pytest

@pytest.mark.imessage(messages=20)
def test_it(chat_db, chat_db_readonly):
    assert chat_db.conversations == chat_db_readonly.conversations
    assert chat_db.report().ok
    assert list(chat_db.path.parent.iterdir())
"""
LOG_BUILDS = """
from pathlib import Path

from pytest_imessage_foundry import foundry

_forge = foundry.forge

def forge(order, *given, **more):
    with Path({log!r}).open("a") as file:
        file.write(order.spec.release + "\\n")
    return _forge(order, *given, **more)

def pytest_configure():
    foundry.forge = forge

def pytest_unconfigure():
    foundry.forge = _forge
"""


@pytest.fixture
def builds(pytester):
    """What was built in the runs so far."""
    log = pytester.path / "builds"
    log.touch()
    pytester.makeconftest(LOG_BUILDS.format(log=str(log)))
    pytester.makepyfile(TESTS)
    return lambda: sorted(log.read_text().split())


def test_second_run_builds_nothing(own_cache_run, fresh_run, builds):
    own_cache_run("--imessage-version=sonoma,tahoe").assert_outcomes(passed=2)
    assert builds() == ["sonoma", "tahoe"]

    # Another process, which has other hashes.
    fresh_run("--imessage-version=sonoma,tahoe").assert_outcomes(passed=2)
    assert builds() == ["sonoma", "tahoe"]

    other_seed = ("--imessage-version=tahoe", "--imessage-seed=1")
    own_cache_run(*other_seed).assert_outcomes(passed=1)
    assert builds() == ["sonoma", "tahoe", "tahoe"]


@pytest.mark.parametrize("way", ["--cache-clear", "-pno:cacheprovider"])
def test_ways_to_build_anew(own_cache_run, builds, way):
    for _ in range(2):
        own_cache_run("--imessage-version=tahoe", way).assert_outcomes(passed=1)

    assert builds() == ["tahoe", "tahoe"]


def test_a_foundry_asked_directly_keeps_nothing(pytester, own_cache_run):
    pytester.makepyfile(
        """
        from pytest_imessage_foundry import Spec

        def test_it(imessage_foundry):
            order = imessage_foundry.order(Spec(scenario="small", messages=20))
            assert imessage_foundry.hand_out(order).report().ok
        """
    )

    own_cache_run().assert_outcomes(passed=1)

    assert not list(pytester.path.glob(".pytest_cache/d/imessage-foundry/*/*"))
