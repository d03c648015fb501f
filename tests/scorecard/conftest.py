from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from perfect_answer import perfect

from pytest_imessage_foundry.by_hand import Written
from pytest_imessage_foundry.foundry import ChatDB, Order, forge, truth_of
from pytest_imessage_foundry.scorecard import reading_lines
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.order import Buildable

Line = dict[str, Any]


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Callable[..., ChatDB]:
    """Release, scenario, messages → a database; built once."""
    known: dict[tuple[str, str, int | None], ChatDB] = {}

    def of(release: str, scenario: str, messages: int | None = None) -> ChatDB:
        if (release, scenario, messages) not in known:
            spec = Spec(release=release, scenario=scenario, messages=messages)
            order: Buildable = Order(spec)
            if scenario != "kinds":
                # Derived once for the file and for the readings of it.
                chats = list(truth_of(order))
                order = Written(spec, order.scenario, order.schema, chats)
            path = tmp_path_factory.mktemp(release) / "chat.db"
            forge(order, path, attachments=False)
            known[release, scenario, messages] = ChatDB(path, order)
        return known[release, scenario, messages]

    return of


@pytest.fixture(scope="session")
def true_lines(built) -> Callable[..., list[Line]]:
    """Release, scenario, messages → the true readings as plain data."""
    known: dict[tuple[Any, ...], list[Line]] = {}

    def of(*which: Any) -> list[Line]:
        if which not in known:
            readings = built(*which).readings()
            known[which] = [reading_lines.plain_data(each) for each in readings]
        return known[which]

    return of


@pytest.fixture(scope="session")
def perfect_answer(true_lines) -> Callable[[str, str], tuple[Line, ...]]:
    """Release, scenario → what a reader without a fault says, which tests share and
    do not change."""
    known: dict[tuple[str, str], tuple[Line, ...]] = {}

    def of(release: str, scenario: str) -> tuple[Line, ...]:
        if (release, scenario) not in known:
            known[release, scenario] = tuple(perfect(true_lines(release, scenario)))
        return known[release, scenario]

    return of
