"""What a refresh shows while it runs: one line on a terminal, lines elsewhere."""

from __future__ import annotations

import io

import pytest

from pytest_imessage_foundry.llm import plan
from pytest_imessage_foundry.llm.exchange import UnansweredError, UsageTally
from pytest_imessage_foundry.llm.refresh_progress import Progress
from pytest_imessage_foundry.models import Turn

SAID = Turn(sender="mom", text="soup")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def entries(scenario, tmp_path):
    return plan.survey(plan.chosen([str(scenario)]), tmp_path / "packs").entries


def told(stream, entries):
    mom, pals = entries
    progress = Progress(stream)
    progress.start(entries)
    progress.at(mom, ())
    progress.at(mom, [SAID] * 30)
    progress.at(pals, [SAID] * 40)
    tally = UsageTally(calls=2, kept=1)
    tally.faults["short"] += 2
    progress.done(mom, tally)
    progress.failed(pals, UnansweredError("no \x1b[2J answer\nasked: them"))
    progress.note("moved \x1b]0;x\x07 aside")
    progress.end()
    return stream.getvalue()


def test_lines_elsewhere(entries):
    assert told(io.StringIO(), entries).splitlines() == [
        "two/mom: 30 of 60 messages",
        "two/pals: 40 of 40 messages",
        "two/mom: written to two.json, 2 calls, 1 answers of an earlier run; 2 short",
        r"two/pals: failed: no \x1b[2J answer",
        r"moved \x1b]0;x\x07 aside",
    ]


def test_one_line_on_a_terminal(entries, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = told(Terminal(), entries)
    first, second, third, *_ = shown.split("\r\033[K")[1:]
    assert first == "[0/2] 0 of 100 messages, now two/mom"
    assert second == "[0/2] 30 of 100 messages, now two/mom"
    assert third == "[0/2] 70 of 100 messages, now two/pals"
    assert shown.count("\n") == 3
    assert shown.endswith("\r\033[K")
    # No escape but our own, whatever a server said.
    assert "\x1b" not in shown.replace("\r\033[K", "")


def test_a_narrow_terminal(entries, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    lines = told(Terminal(), entries).replace("\n", "\r\033[K").split("\r\033[K")
    assert "[0/2] 30 of 100 mes" in lines
