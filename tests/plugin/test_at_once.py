"""Many runs of pytest on one project at once, and runs that are ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.sweep

PLUGINS = ("-ppytest_imessage_foundry", "-pxdist.plugin")

TESTS = """
import pytest

pytestmark = pytest.mark.imessage(scenario="small", messages=20)

@pytest.mark.parametrize("number", range(2))
def test_it(chat_db, chat_db_readonly, number):
    assert chat_db.report().ok
    assert chat_db.messages == chat_db_readonly.messages

@pytest.mark.parametrize("number", range(2))
def test_files(chat_db, number):
    assert chat_db.report().ok
    for file in chat_db.attachments.rglob("*.*"):
        file.write_bytes(b"spoilt")
"""
INI = """
[pytest]
filterwarnings = error
"""
LOG_BUILDS = """
import os
from pathlib import Path

from pytest_imessage_foundry import foundry

_forge = foundry.forge

def forge(order, *given, **more):
    with Path({log!r}).open("a") as file:
        file.write(f"{{order.spec.release}}\\n")
    return _forge(order, *given, **more)

foundry.forge = forge
"""
SLOW = """
import time
from pathlib import Path

from pytest_imessage_foundry import foundry

_forge = foundry.forge

def forge(order, path, **more):
    counts = _forge(order, path, **more)
    Path("building").write_text(str(path))
    time.sleep({seconds})
    return counts

foundry.forge = forge
"""


@pytest.fixture
def start(pytester, tmp_path_factory, monkeypatch):
    """Start pytest in a process of its own, with a temporary folder of its own."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini(INI)
    pytester.makepyfile(TESTS)

    def go(*arguments):
        command = [sys.executable, "-m", "pytest", *PLUGINS]
        command.append(f"--basetemp={tmp_path_factory.mktemp('run') / 'base'}")
        return subprocess.Popen(
            [*command, "--imessage-version=sonoma,tahoe", *arguments],
            cwd=pytester.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return go


def kept(pytester):
    """What stands in pytest's cache: templates, drafts and locks."""
    places = (pytester.path / ".pytest_cache/d/imessage-foundry").glob("*/*")
    return sorted(re.sub(r"-[0-9a-f]{16}", "", each.name) for each in places)


def test_eight_runs_build_each_database_once(pytester, start):
    log = pytester.path / "builds"
    pytester.makeconftest(LOG_BUILDS.format(log=str(log)))
    # The cache's own folder has to be there: two runs that both make it are a race
    # of pytest's, which warns.
    (pytester.path / ".pytest_cache").mkdir()
    runs = [start(*how) for how in ([], ["-n4"], [], [], ["-n2"], [], [], [])]
    for each in runs:
        said, _ = each.communicate(timeout=300)
        assert each.returncode == 0, said
        assert "8 passed" in said

    assert sorted(log.read_text().split()) == ["sonoma", "tahoe"]
    assert kept(pytester) == ["sonoma", "tahoe"]


def test_runs_beside_others_that_clear_the_cache(pytester, start):
    runs = [start(*how) for how in (["-n4"], [], ["--cache-clear"], [])]
    while any(each.poll() is None for each in runs):
        runs.append(start("--cache-clear", "--collect-only", "-pno:warnings"))
        runs[-1].communicate(timeout=300)
    for each in runs[:4]:
        said, _ = each.communicate(timeout=300)
        assert each.returncode == 0, said
        assert "8 passed" in said

    last = start()
    said, _ = last.communicate(timeout=300)
    assert last.returncode == 0, said
    assert kept(pytester) == ["sonoma", "tahoe"]


def building(pytester, process):
    """Wait until a run has a draft of a template; return that."""
    note = pytester.path / "building"
    while not note.exists() and process.poll() is None:
        time.sleep(0.02)
    assert note.exists(), process.communicate()[0]
    return note.read_text()


@pytest.mark.skipif(os.name == "nt", reason="no SIGTERM to catch there")
def test_a_run_that_is_told_to_end_takes_its_draft_with_it(pytester, start):
    pytester.makeconftest(SLOW.format(seconds=60))
    process = start()
    draft = building(pytester, process)
    assert ".pytest_cache" in draft
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 2, said
    assert "KeyboardInterrupt" in said
    assert kept(pytester) == []


@pytest.mark.skipif(os.name == "nt", reason="nobody knows there who has ended")
def test_what_a_killed_run_left_goes_with_the_next(pytester, start):
    pytester.makeconftest(SLOW.format(seconds=60))
    process = start()
    building(pytester, process)
    process.kill()
    process.communicate()
    assert len(kept(pytester)) == 2  # a draft and its lock

    pytester.makeconftest("")
    again = start()
    said, _ = again.communicate(timeout=60)
    assert again.returncode == 0, said
    assert kept(pytester) == ["sonoma", "tahoe"]
