"""Fixture `messages_home` beside what else sets or asks for the home folder."""

from __future__ import annotations

import pytest

HEAD = """
    import os
    from pathlib import Path
    import pytest
    pytest_plugins = "pytester"
    pytestmark = pytest.mark.imessage(scenario="empty", versions="tahoe")
"""


@pytest.mark.parametrize(
    "asked", ["messages_home, pytester", "pytester, messages_home"]
)
def test_home_is_its_own_whichever_fixture_is_asked_for_first(
    plain_run, pytester, asked
):
    pytester.makepyfile(
        HEAD
        + f"""
    def test_home({asked}):
        assert Path.home() == messages_home != pytester.path
        assert os.environ["USERPROFILE"] == os.environ["HOME"] == str(messages_home)
    """
    )

    plain_run().assert_outcomes(passed=1)


def test_a_process_that_pytester_starts_has_the_home(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    import sys

    def test_home(messages_home, pytester):
        code = "from pathlib import Path; print(Path.home())"
        done = pytester.run(sys.executable, "-c", code)
        assert done.outlines == [str(messages_home)]
    """
    )

    plain_run().assert_outcomes(passed=1)


@pytest.mark.parametrize("before", [None, "/users/me"])
def test_userprofile_is_set_and_given_back(plain_run, pytester, monkeypatch, before):
    if before is None:
        monkeypatch.delenv("USERPROFILE", raising=False)
    else:
        monkeypatch.setenv("USERPROFILE", before)
    pytester.makepyfile(
        HEAD
        + f"""
    def test_it_is_set(messages_home):
        assert os.environ["USERPROFILE"] == str(messages_home)

    def test_it_is_what_it_was():
        assert os.environ.get("USERPROFILE") == {before!r}
    """
    )

    plain_run("-p", "no:randomly").assert_outcomes(passed=2)
