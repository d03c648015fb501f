"""Run one test once for each case of the catalogue and each selected release."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.conversations.scenarios import KINDS
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.foundry import ChatDB, Order
from pytest_imessage_foundry.plugin.settings import SETTINGS, user_schemas
from pytest_imessage_foundry.scorecard import known_faults
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault


# How pytest begins its report of a test that passes and must not.
_STRICT = "[XPASS(strict)] "
_REMEDY = "take it out (or name the cases that are still wrong: `case` takes a list)"
# The fixtures that a case gives a value.
NAMES = ("_imessage_release", "imessage_case")


def parametrize(
    metafunc: pytest.Metafunc,
    selected: Sequence[str],
    of_mark: tuple[KnownFault, ...] | None,
) -> None:
    """Make a test of each case, called `tahoe-tapback-loved-removed`; `of_mark` are the
    known faults that the mark names, None if those of the run are meant.

    Raises:
        pytest.UsageError: the file of known faults that the run names does not hold.
    """
    faults = of_mark
    if faults is None:
        faults = _faults(metafunc.config.stash[SETTINGS].known)
    own = [each.name for each in user_schemas(metafunc.config)]
    asked = [each for each in selected if each not in own]
    metafunc.parametrize(
        argnames=NAMES,
        argvalues=[case for release in asked for case in _cases(release, faults)],
        indirect=True,
    )


def _cases(release: str, faults: Sequence[KnownFault]) -> Iterator[object]:
    """Yield the parameters of each case, with the marks of its known faults."""
    for name in _shown(release):
        entry = _entry(release, name, faults)
        marks = [] if entry is None else [_mark(faults[entry])]
        yield pytest.param(release, name, id=f"{release}-{name}", marks=marks)


def _mark(fault: KnownFault) -> pytest.MarkDecorator:
    return pytest.mark.xfail(reason=fault.why, strict=_must_show(fault))


def _entry(release: str, name: str, faults: Sequence[KnownFault]) -> int | None:
    """Return the place of the first known fault of a case, None if it has none."""
    shown = _shown(release).get(name, frozenset())
    for place, each in enumerate(faults):
        of_kind = each.kind and any(each.has_kind(kind) for kind in shown)
        named = each.has_case(name) if each.case else of_kind
        if named and each.is_of(release):
            return place
    return None


def _must_show(fault: KnownFault) -> bool:
    """Return whether a fault must show in each of its cases.

    One that names cases must. One that names a kind alone, or certain rows, may show
    in some of the cases and not in others.
    """
    return bool(fault.case) and not fault.where


def say_which_is_right(
    item: pytest.Item, outcome: pytest.TestReport, known: Path | None
) -> None:
    """Name the entry of the file of known faults whose case is read right now; `known`
    is the file that the mark names."""
    path = known or item.config.stash[SETTINGS].known
    given = getattr(item, "callspec", None)
    if path is None or given is None or not set(NAMES) <= given.params.keys():
        return
    with suppress(pytest.UsageError):  # the file went or changed meanwhile
        faults = _faults(path)
        release, name = (given.params[each] for each in NAMES)
        entry = _entry(release, name, faults)
        if entry is not None:
            which = f"{_shown_path(path, item)}, entry {entry + 1}: case {name}"
            _say(outcome, f"{which} is right now", faults[entry].why)


def _say(outcome: pytest.TestReport, which: str, why: str) -> None:
    """Put the entry before what it says, where pytest shows that alone."""
    if outcome.longrepr == f"{_STRICT}{why}":
        outcome.longrepr = f"{_STRICT}{which}; {_REMEDY}: {why}"
    elif outcome.passed and getattr(outcome, "wasxfail", None) == why:
        outcome.wasxfail = f"{which}; others that it names may not be: {why}"


def _shown_path(path: Path, item: pytest.Item) -> str:
    """Return a path from where pytest was started."""
    try:
        return os.path.relpath(path, item.config.invocation_params.dir)
    except ValueError:  # on another drive of Windows
        return str(path)


@cache
def _shown(release: str) -> dict[str, frozenset[str]]:
    """Return the kinds that the rows of each case show."""
    order = Order(Spec(release=schema.resolve(release), scenario=KINDS))
    db = ChatDB(Path(), order)
    shown: dict[str, frozenset[str]] = {name: frozenset() for name in db.cases}
    for reading in db.readings():
        name = getattr(reading, "case", None)
        if name is not None:
            shown[name] |= frozenset(reading.shows)
    return shown


def _faults(path: Path | None) -> tuple[KnownFault, ...]:
    if path is None:
        return ()
    try:
        return known_faults.read(path)
    except FoundryError as error:
        raise pytest.UsageError(str(error)) from None
