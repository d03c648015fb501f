"""Random phones and lives make sound files, or are refused in words.

More of them: IMESSAGE_FUZZ=10, or `python -m tests.fuzz`.
"""

from __future__ import annotations

import os

import pytest

from pytest_imessage_foundry.conversations.authoring import storable

from .hunting import hunt
from .shrinking import shrink

pytestmark = pytest.mark.sweep

TIMES = int(os.environ.get("IMESSAGE_FUZZ", "1"))
PHONES, LIVES, AT_ONCE = 500 * TIMES, 300 * TIMES, 50


def chunks(number):
    return [range(at, at + AT_ONCE) for at in range(0, number, AT_ONCE)]


@pytest.mark.parametrize("numbers", chunks(PHONES), ids=str)
def test_phones(numbers):
    faults, lines, refused = hunt(numbers, (), seed=0)
    assert not faults, faults[0]
    # Most lines are neither all accepted nor all refused.
    assert lines / 4 < refused < lines * 3 / 4


@pytest.mark.parametrize("numbers", chunks(LIVES), ids=str)
def test_lives(numbers):
    faults, lines, refused = hunt((), numbers, seed=0)
    assert not faults, faults[0]
    assert lines / 4 < refused < lines * 3 / 4


def test_a_fault_is_found_and_told_in_a_few_lines(monkeypatch):
    """Without a check there are faults; the script of one is short."""
    monkeypatch.setattr(storable, "check", lambda model: None)
    (fault,), _, _ = hunt(range(60), (), seed=0)
    what, head, *lines = fault.split("\n")
    assert what
    assert head.startswith("phone, wal = ChatDBBuilder(")
    assert 1 <= len(lines) <= 6


def test_lines_are_left_out_while_the_fault_stays():
    tries = []

    def fails(lines):
        tries.append(lines)
        return {"b", "y"} <= {*lines}

    assert shrink([*"abcdefghijklmnopqrstuvwxyz"], fails) == ["b", "y"]
    assert len(tries) < 60
