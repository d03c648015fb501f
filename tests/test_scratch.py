"""Temporary folders that go, whatever ends their process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import pytest

from pytest_imessage_foundry.scratch import scratch_folder

HOLDS = """
import time
from pytest_imessage_foundry.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "chat.db").write_text("private")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names(place):
    return {each.name for each in place.iterdir()}


def test_it_goes_with_the_block(place):
    with scratch_folder() as folder:
        assert folder.parent == place
        (folder / "file").touch()
    assert names(place) == set()


def test_that_of_a_killed_process_goes_with_the_next(place):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    ) as process:
        theirs = process.stdout.readline().strip()
        with scratch_folder() as ours:
            assert names(place) == {os.path.basename(theirs), ours.name}
        process.kill()
        process.wait()
    assert len(names(place)) == 1
    with scratch_folder():
        assert not os.path.exists(theirs)
    assert names(place) == set()


def test_what_is_somebody_elses_stays(place):
    (place / "imessage-foundry.4194303.file").touch()
    for name in ("imessage-foundry.", "imessage-foundry.x.1", "other.4194303.y"):
        (place / name).mkdir()
    before = names(place)
    with scratch_folder():
        pass
    assert names(place) == before
