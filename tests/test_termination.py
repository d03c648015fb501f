"""SIGTERM and SIGHUP end a block as Ctrl-C does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from pytest_imessage_foundry.termination import as_ctrl_c, held_back

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGTERM to catch there")

PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGINT, {on_ctrl_c})
from pytest_imessage_foundry.termination import as_ctrl_c, held_back
with as_ctrl_c() as termination:
    try:
        print("ready", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        for each in (signal.SIGTERM, signal.SIGHUP):  # again, as `timeout` sends it
            signal.raise_signal(each)
        print("cleaned up", termination.signal, flush=True)
"""


ENDING = ["SIGTERM", "SIGHUP"]


@pytest.mark.parametrize("name", ENDING)
@pytest.mark.parametrize("on_ctrl_c", ["signal.default_int_handler", "signal.SIG_IGN"])
def test_it_interrupts_once(on_ctrl_c, name):
    number = getattr(signal, name)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(on_ctrl_c=on_ctrl_c)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.communicate()[0] == f"cleaned up {number:d}\n"
    assert process.returncode == 0


def raise_within(name):
    with as_ctrl_c():
        signal.raise_signal(getattr(signal, name))


@pytest.mark.parametrize("name", ENDING)
def test_what_was_before_is_again(name):
    number = getattr(signal, name)
    assert signal.getsignal(number) == signal.SIG_DFL
    with as_ctrl_c() as termination:
        assert not termination.signal
    assert signal.getsignal(number) == signal.SIG_DFL
    with pytest.raises(KeyboardInterrupt):
        raise_within(name)
    assert signal.getsignal(number) == signal.SIG_DFL


@pytest.mark.parametrize("name", ENDING)
def test_somebody_elses_handler_stays(name):
    came = []
    before = signal.signal(getattr(signal, name), lambda *_: came.append(1))
    try:
        raise_within(name)
    finally:
        signal.signal(getattr(signal, name), before)
    assert came == [1]


def test_what_is_ignored_stays_so():
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        raise_within("SIGHUP")
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


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


COMMAND = """
import sys
from pytest_imessage_foundry import cli

def run(_):
    exec("import signal; signal.raise_signal(signal.{name})")

cli._run = run
sys.exit(cli.main([]))
"""


@pytest.mark.parametrize(
    ("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)]
)
def test_the_exit_code_is_told_even_after_code_of_a_text(name, code, tmp_path):
    """An interrupt that leaves such code, as dataclasses are made of, marks the run."""
    (tmp_path / "command.py").write_text(COMMAND.format(name=name))
    done = subprocess.run(
        [sys.executable, "-m", "command"],  # where Python heeds the mark
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.stderr == "imessage-foundry: interrupted\n"
    assert done.returncode == code


def test_a_signal_waits_for_the_end_of_a_short_block():
    done = []

    def block():
        with held_back():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_what_is_ignored_stays_ignored_in_a_short_block():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
