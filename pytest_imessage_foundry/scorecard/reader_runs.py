"""Judge the run of a reader, also if a known fault ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.scorecard import judging
from pytest_imessage_foundry.scorecard.row_columns import columns_of
from pytest_imessage_foundry.scorecard.scores import Scorecard
from pytest_imessage_foundry.scorecard.spared_rows import spared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pytest_imessage_foundry.scorecard.adapters import AdapterRun
    from pytest_imessage_foundry.scorecard.answer_index import Said
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault


class ReaderRun:
    """A reader on one database.

    Args:
        run: runs the reader's adapter; called again after a run that ended on a row.
        truth: makes the true readings.
        file: the database.
        name: what it is called in misreadings.
        release: its release.
        faults: what is known to be wrong.
    """

    def __init__(
        self,
        run: Callable[[], AdapterRun],
        truth: Callable[[], Iterable[Said]],
        *,
        file: Path,
        name: str,
        release: str,
        faults: tuple[KnownFault, ...],
    ) -> None:
        self._run = run
        self._truth = truth
        self._file = file
        self._name = name
        self._release = release
        self._faults = faults

    def card(self) -> Scorecard:
        """Run the reader, and judge what it says.

        Rows that end its run are taken out of the file, and it is run again.
        """
        done = self._run()
        taken: Mapping[str, KnownFault] = {}
        ending: list[KnownFault] = []
        while done.complaint is not None:
            fault = self._next(done.complaint, ending)
            if fault is None:
                return self._unread(done.complaint)
            if not fault.where:
                return self._refused(fault)
            ending.append(fault)
            with spared(self._file, ending) as gone:
                done = self._run()
            taken = gone
        try:
            card = self._judged(done.answer, taken)
        except UnreadableFileError:  # asked for the rows of a known fault
            return self._unread("it spoilt its database")
        told = [f"{each}{_heard(each, done)}" for each in card.complaints]
        told += [done.remark] if done.remark else []
        card.complaints = [f"{self._name}: {each}" for each in told]
        return card

    def _unread(self, complaint: str) -> Scorecard:
        name = self._name
        return Scorecard(
            complaints=[f"{name}: {complaint}"], databases=[name], unread=[name]
        )

    def _next(self, complaint: str, known: list[KnownFault]) -> KnownFault | None:
        """Return the known fault that a run ended on."""
        for each in self._faults:
            is_new = each.ends and each not in known and each.is_of(self._release)
            if is_new and each.ends in complaint:
                return each
        return None

    def _judged(self, answer: Path, taken: Mapping[str, KnownFault]) -> Scorecard:
        with answer.open("rb") as lines:
            return judging.judge(
                self._truth(),
                lines,
                database=self._name,
                release=self._release,
                faults=self._faults,
                columns=columns_of(self._file),
                file=self._file,
                spared=taken,
            )

    def _refused(self, fault: KnownFault) -> Scorecard:
        """Count all rows of a file that the reader cannot read."""
        card = Scorecard(databases=[self._name])
        card.shown[fault] += 1
        for reading in self._truth():
            card.rows += 1
            for kind in reading["shows"]:
                card.tally(kind).cannot += 1
        return card


def _heard(complaint: str, done: AdapterRun) -> str:
    """Return what a reader wrote elsewhere, if it is told that it answered nothing."""
    if complaint != judging.EMPTY or not done.said:
        return ""
    return f"; to standard error it wrote: {done.said}"
