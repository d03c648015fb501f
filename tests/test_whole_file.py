"""Files of any kind are read bounded, and nothing waits for ever."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from pytest_imessage_foundry import whole_file


def test_one_byte_more_than_allowed_shows_that_there_is_more(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)

    assert whole_file.read(path, 100) == b"x" * 100
    assert whole_file.read(path, 9) == b"x" * 10


def test_a_device_is_an_error():
    with pytest.raises(OSError, match="it is a device"):
        whole_file.read(Path("/dev/zero"), 9)


def test_a_pipe_without_a_writer_is_an_error(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    started = time.monotonic()

    with pytest.raises(OSError, match="nobody writes into it"):
        whole_file.read(path, 100)

    assert time.monotonic() - started < 5


@pytest.mark.parametrize("pause", [0, 0.2])
def test_a_pipe_whose_writer_comes_and_takes_its_time(tmp_path, pause):
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write():
        time.sleep(pause)
        with path.open("wb") as file:
            time.sleep(pause)
            for _ in range(3):
                file.write(b"x" * 30_000)
                file.flush()
                time.sleep(pause / 3)

    writer = threading.Thread(target=write)
    writer.start()
    read = whole_file.read(path, 1 << 20)
    writer.join()

    assert read == b"x" * 90_000
