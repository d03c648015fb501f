"""One case of the catalogue in a database: what a test of one kind needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.chatdb.handle import ChatDB
    from pytest_imessage_foundry.models import Case, CaseReading
    from pytest_imessage_foundry.scorecard.scores import Scorecard


class CaseOnFile(os.PathLike[str]):
    """A case in a database that all cases of a release share; nobody may write to it.

    Attributes:
        db: the database, of scenario `kinds`.
        name: the case's name, such as 'tapback-loved-removed'.
    """

    def __init__(self, db: ChatDB, name: str) -> None:
        self.db = db
        self.name = name

    def __fspath__(self) -> str:
        return str(self.db)

    __str__ = __fspath__

    def __repr__(self) -> str:
        return f"CaseOnFile({self.name!r}, {self.db!r})"

    @property
    def path(self) -> Path:
        """The database's file."""
        return self.db.path

    @property
    def case(self) -> Case:
        """The case with its message's GUID and the summary of it."""
        return self.db.case(self.name)

    @property
    def guid(self) -> str:
        """The GUID of the message that the case is about."""
        return self.case.message

    @property
    def reading(self) -> CaseReading:
        """A summary of that message for people, with names, as docs/kinds.md shows it;
        `readings` has what a reader is held against."""
        return self.case.reading

    @property
    def readings(self) -> list[dict[str, Any]]:
        """What a correct reader says of every row of the case, with addresses, as
        docs/readings.md states it."""
        return [each for each in self.db.true_lines if each.get("case") == self.name]

    def score(self, answer: Any) -> Scorecard:
        """Return the scorecard of an answer for the rows of this case alone."""
        return self.db.score(answer, only=frozenset(e["guid"] for e in self.readings))

    def compare(self, answer: Any) -> None:
        """Fail where an answer says something wrong of a row of this case.

        Raises:
            MisreadError: it does.
        """
        from pytest_imessage_foundry.scorecard import score_text

        __tracebackhide__ = True
        score_text.require(self.score(answer))
