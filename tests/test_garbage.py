"""Garbage is looked for less often during a build, and as before after it."""

from __future__ import annotations

import gc
import weakref

import pytest

from pytest_imessage_foundry.garbage import collected_rarely


@pytest.fixture(autouse=True)
def as_before():
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    yield
    gc.set_threshold(*before)
    if frozen and not gc.get_freeze_count():
        # All later tests would search through what was collected.
        gc.freeze()


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


@pytest.fixture
def searches():
    """How many objects were young when Python searched for garbage."""
    found: list[int] = []

    def note(phase, _):
        if phase == "start":
            found.append(len(gc.get_objects(generation=0)))

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


def made(size: int = 20_000) -> list[list[object]]:
    return [[] for _ in range(size)]


def test_what_was_made_is_not_searched_afterwards(searches):
    gc.set_threshold(700, 10, 10)
    with collected_rarely():
        kept = made()
    searches.clear()
    kept += made(1_000)
    assert searches
    assert max(searches) < 20_000


def test_a_cycle_of_a_build_is_found_later():
    class Node:
        pass

    with collected_rarely():
        node = Node()
        node.own = node
        left = weakref.ref(node)
        del node
    assert left() is not None
    gc.collect()
    assert left() is None


def test_what_somebody_froze_stays_frozen():
    gc.freeze()
    try:
        count = gc.get_freeze_count()
        with collected_rarely():
            kept = made()
        assert gc.get_freeze_count() == count
        assert kept
    finally:
        gc.unfreeze()


def test_a_small_build_does_not_count_what_is_frozen(monkeypatch):
    """A process may have frozen millions of objects, which are counted one by one."""
    counted = []

    def count():
        counted.append(1)
        return 0

    monkeypatch.setattr(gc, "get_freeze_count", count)
    gc.set_threshold(700)
    gc.collect()
    with collected_rarely():
        made(10)
    assert not counted
    with collected_rarely():
        kept = made()
    assert counted
    assert kept
