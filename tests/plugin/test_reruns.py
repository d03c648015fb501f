"""Beside pytest-rerunfailures: each attempt at a test has databases of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("pytest_rerunfailures")

TESTS = """
    import pytest

    pytestmark = pytest.mark.imessage(scenario="empty", versions="tahoe")
    attempts = {"flaky": 0, "broken": 0}

    def test_flaky(chat_db):
        attempts["flaky"] += 1
        assert attempts["flaky"] > 2

    def test_broken(chat_db):
        attempts["broken"] += 1
        print("attempt", attempts["broken"])
        assert False
"""


def test_one_block_of_the_last_failure_and_no_copy_of_what_passed(
    fresh_run, pytester, templates
):
    pytester.makepyfile(TESTS)

    result = fresh_run(
        f"-ocache_dir={templates}", "-ppytest_rerunfailures", "--reruns=2", "-v"
    )

    outcomes = result.parseoutcomes()
    assert outcomes == {"passed": 1, "failed": 1, "rerun": 4}
    said = result.stdout.str()
    (kept,) = re.findall(r"^kept: (.*)$", said, re.MULTILINE)
    assert said.count("reproduce: ") == 1
    copies = list(pytester.path.rglob("imessage-foundry/*/chat.db"))
    assert copies == [Path(kept)]
    assert said.count("imessage: release=tahoe scenario=empty") == 1
