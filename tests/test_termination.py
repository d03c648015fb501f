"""SIGTERM ends a block as Ctrl-C does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from pytest_imessage_foundry.termination import as_ctrl_c

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGTERM to catch there")

PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGINT, {on_ctrl_c})
from pytest_imessage_foundry.termination import as_ctrl_c
with as_ctrl_c() as termination:
    try:
        print("ready", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        signal.raise_signal(signal.SIGTERM)  # again, as `timeout` sends it
        print("cleaned up", termination.came, flush=True)
"""


@pytest.mark.parametrize("on_ctrl_c", ["signal.default_int_handler", "signal.SIG_IGN"])
def test_it_interrupts_once(on_ctrl_c):
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(on_ctrl_c=on_ctrl_c)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.communicate()[0] == "cleaned up True\n"
    assert process.returncode == 0


def raise_within():
    with as_ctrl_c():
        signal.raise_signal(signal.SIGTERM)


def test_what_was_before_is_again():
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    with as_ctrl_c() as termination:
        assert not termination.came
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    with pytest.raises(KeyboardInterrupt):
        raise_within()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_somebody_elses_handler_stays():
    came = []
    before = signal.signal(signal.SIGTERM, lambda *_: came.append(1))
    try:
        raise_within()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == [1]


def test_a_thread_leaves_signals_alone():
    met = []

    def run():
        try:
            with as_ctrl_c():
                met.append(signal.getsignal(signal.SIGTERM))
        except ValueError as error:
            met.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert met == [signal.SIG_DFL]
