"""Garbage is looked for less often during a build, and as before after it."""

from __future__ import annotations

import gc

import pytest

from pytest_imessage_foundry.garbage import collected_rarely


@pytest.fixture(autouse=True)
def as_before():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_rarely_within_and_as_before_afterwards():
    gc.set_threshold(700, 11, 12)

    @collected_rarely()
    def fails() -> None:
        raise KeyError(gc.get_threshold())

    with pytest.raises(KeyError, match=r"\(200000, 11, 12\)"):
        fails()
    assert gc.get_threshold() == (700, 11, 12)


def test_one_within_another():
    gc.set_threshold(700)
    with collected_rarely():
        with collected_rarely():
            pass
        assert gc.get_threshold()[0] == 200_000
    assert gc.get_threshold()[0] == 700


@pytest.mark.parametrize("asked", [0, 1_000_000])
def test_whoever_asks_for_a_rarer_search_keeps_it(asked):
    gc.set_threshold(asked)
    with collected_rarely():
        assert gc.get_threshold()[0] == asked
