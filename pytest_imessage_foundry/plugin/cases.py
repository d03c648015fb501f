"""Run one test once for each case of the catalogue and each selected release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


# The fixtures that a case gives a value.
NAMES = ("_imessage_release", "imessage_case")


def parametrize(
    metafunc: pytest.Metafunc, selected: Sequence[str], known: str | None
) -> None:
    """Make a test of each case, called `tahoe-tapback-loved-removed`; `known` is the
    file of known faults that the mark names.

    Raises:
        pytest.UsageError: the file of known faults does not hold.
    """
    faults = _faults(metafunc.definition, known)
    own = [each.name for each in user_schemas(metafunc.config)]
    asked = [each for each in selected if each not in own]
    metafunc.parametrize(
        argnames=NAMES,
        argvalues=[case for release in asked for case in _cases(release, faults)],
        indirect=True,
    )


def _cases(release: str, faults: Sequence[KnownFault]) -> Iterator[object]:
    """Yield the parameters of each case, with the marks of its known faults."""
    for name, shown in _shown(release).items():
        marks = list(_expected(release, name, shown, faults))
        yield pytest.param(release, name, id=f"{release}-{name}", marks=marks)


def _expected(
    release: str, name: str, shown: frozenset[str], faults: Sequence[KnownFault]
) -> Iterator[pytest.MarkDecorator]:
    """Yield the mark of a known fault of a case.

    One that names the case must show. One that names a kind alone may show in some
    of the cases of that kind and not in others.
    """
    for each in faults:
        if not each.is_of(release):
            continue
        names_case = bool(each.case) and each.has_case(name)
        if names_case and not each.where:
            yield pytest.mark.xfail(reason=each.why, strict=True)
            return
        is_of_kind = each.kind and any(each.has_kind(kind) for kind in shown)
        if names_case or (not each.case and is_of_kind):
            yield pytest.mark.xfail(reason=each.why, strict=False)
            return


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


def _faults(node: pytest.Item, named: str | None) -> tuple[KnownFault, ...]:
    """Return the known faults of the mark, else those of the settings."""
    path = node.config.stash[SETTINGS].known
    if named is not None:
        places = [node.path.parent / named, node.config.rootpath / named]
        path = next((each for each in places if each.exists()), places[0])
    if path is None:
        return ()
    try:
        return known_faults.read(path)
    except FoundryError as error:
        raise pytest.UsageError(str(error)) from None
