"""Whole files for those who look at them, and for those who spoil copies."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from writing import Written, build_kinds

from pytest_imessage_foundry.db.inserts import Inserts


class Kinds(Written):
    """A file with the whole catalogue, and the columns of `message` that each of its
    statements names."""

    stated: tuple[frozenset[str], ...] = ()


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Kinds]:
    """The catalogue as a file of a release and layout, made once for all who only look
    at it; do not write to it."""

    @cache
    def made(release: str, layout: str) -> Kinds:
        path = tmp_path_factory.mktemp("kinds") / "chat.db"
        stated = set()
        plain = Inserts._sql

        def recorded(self: Inserts, table: str, *columns: object) -> str:
            statement = plain(self, table, *columns)  # type: ignore[arg-type]
            if table == "message":
                names = statement[: statement.index(") VALUES")]
                stated.add(frozenset(re.findall('"(\\w+)"', names)) - {"message"})
            return statement

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Inserts, "_sql", recorded)
            file = Kinds(path, build_kinds(path, release, layout))
        file.stated = tuple(stated)
        return file

    return made


@pytest.fixture(scope="session")
def whole(kinds: Callable[[str, str], Kinds]) -> Path:
    """A tahoe file with the whole catalogue; do not write to it."""
    return kinds("tahoe", "fresh").path
