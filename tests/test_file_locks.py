"""Locks that keep processes and threads apart, and end with their process."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from pytest_imessage_foundry import file_locks
from pytest_imessage_foundry.file_locks import held

HOLDS = """
import sys, time
from pathlib import Path
from pytest_imessage_foundry.file_locks import held
with held(Path(sys.argv[1])) as is_held:
    print(is_held, flush=True)
    time.sleep(60)
"""
ADDS = """
import sys, time
from pathlib import Path
from pytest_imessage_foundry.file_locks import held
lock, file = map(Path, sys.argv[1:])
for _ in range(20):
    with held(lock) as is_held:
        assert is_held
        number = int(file.read_text())
        time.sleep(0.001)
        file.write_text(str(number + 1))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


def test_nothing_stays(path):
    with held(path) as is_held:
        assert is_held
        assert path.exists()
    assert not path.exists()


def test_the_lock_of_a_process_goes_with_it(path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "True\n"
        with held(path, patience=0.05) as is_held:
            assert not is_held
        assert path.exists()
        other.send_signal(signal.SIGKILL)
        other.wait()
    with held(path, patience=0) as is_held:
        assert is_held
    assert not path.exists()


def test_one_process_at_a_time(path, tmp_path):
    number = tmp_path / "number"
    number.write_text("0")
    command = [sys.executable, "-c", ADDS, str(path), str(number)]
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [each.wait() for each in processes] == [0] * 4
    assert number.read_text() == "80"


def test_one_thread_at_a_time(path):
    inside = []

    def enter():
        with held(path) as is_held:
            inside.append(is_held)
            assert len(inside) == 1
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert inside == []


def test_a_lock_that_was_cleared_away_is_no_lock(path):
    with held(path) as first:
        path.unlink()  # as --cache-clear does
        with held(path, patience=0) as second:
            assert (first, second) == (True, True)
        path.touch()  # a third one's
    assert path.exists()


def test_where_there_are_no_locks_nobody_is_kept_out(path, monkeypatch):
    def unsupported(_):
        raise OSError("no locks on this file system")

    monkeypatch.setattr(file_locks, "_lock", unsupported)
    with held(path, patience=0) as first, held(path, patience=0) as second:
        assert (first, second) == (True, True)
    assert not path.exists()
