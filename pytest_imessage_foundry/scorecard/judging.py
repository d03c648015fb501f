"""Hold an answer against the truth, row by row and field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.scorecard import answer_index
from pytest_imessage_foundry.scorecard.agreement import agrees, defaults, field_names
from pytest_imessage_foundry.scorecard.known_faults import UNKNOWN_ROW
from pytest_imessage_foundry.scorecard.scores import (
    EXAMPLES,
    Misreading,
    Scorecard,
)
from pytest_imessage_foundry.scorecard.shown_kinds import kind_of_field, kinds, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_imessage_foundry.scorecard.answer_index import AnswerIndex, Said
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault
    from pytest_imessage_foundry.scorecard.shown_kinds import ReadingRule

Wrong = tuple[str, Any, Any]
ROW = "row"


def judge(
    truth: Iterable[Said],
    answer: Iterable[str | bytes | Said],
    *,
    database: str = "",
    release: str = "",
    faults: tuple[KnownFault, ...] = (),
    columns: Callable[[str, tuple[str, ...]], dict[str, str]] | None = None,
    only: frozenset[str] | None = None,
) -> Scorecard:
    """Return the scorecard of an answer.

    Args:
        truth: the true readings as plain data.
        answer: what the reader says: lines of JSON, or the objects in them.
        database: what the file is called in misreadings.
        release: its release, for known faults.
        faults: what is known to be wrong.
        columns: looks up columns of the row with a GUID.
        only: judge only the rows with these GUIDs, and nothing that is left over.
    """
    with answer_index.indexed(answer) as index:
        court = _Judge(index, database, release, faults, columns)
        for reading in truth:
            if only is None or reading["guid"] in only:
                court.row(reading)
        if only is None:
            court.left_over()
        court.complain()
        return court.card


class _Judge:
    """One answer before the truth of one database."""

    def __init__(
        self,
        index: AnswerIndex,
        database: str,
        release: str,
        faults: tuple[KnownFault, ...],
        columns: Callable[[str, tuple[str, ...]], dict[str, str]] | None,
    ) -> None:
        self.card = Scorecard(databases=[database])
        self._index = index
        self._database = database
        self._release = release
        self._faults = faults
        self._columns = columns
        self._listed = index.kinds or {"message"}

    def row(self, reading: Said) -> None:
        """Judge what was said of one row."""
        self.card.rows += 1
        said = self._index.take(reading) or self._index.nearest(reading)
        if reading["kind"] == "gone":
            self._gone(reading, said)
        elif not said:
            self._missing(reading)
        elif len(said) > 1 and "also_in" not in reading:
            self._verdicts(reading, said[0], [(ROW, f"{len(said)} times", "once")])
        else:
            self._verdicts(reading, said[0], self._compared(reading, said[0]))

    def _compared(self, reading: Said, said: Said) -> list[Wrong]:
        """Return the fields that are wrong."""
        kind = reading["kind"]
        usual, names = defaults(kind), field_names(kind)
        others = reading.get("or_else")
        wrong: list[Wrong] = []
        right = 0
        for key, value in said.items():
            if key not in names:
                continue
            true = reading.get(key, usual.get(key))
            if value == true or agrees(key, value, true, others and others.get(key)):
                right += 1
            else:
                wrong.append((key, value, true))
        self.card.statements += right
        return wrong

    def _verdicts(self, reading: Said, said: Said, wrong: list[Wrong]) -> None:
        """Count the row under each kind that it shows."""
        shown = reading["shows"]
        blamed: dict[str, bool] = {}
        for key, value, true in wrong:
            kind = kind_of_field(shown, key)
            is_known = self._note(reading, kind, key, value, true)
            blamed[kind] = blamed.get(kind, True) and is_known
        for kind in shown:
            tally = self.card.tally(kind)
            if kind in blamed:
                continue
            if kinds()[kind].fields.isdisjoint(said):
                tally.cannot += 1
            else:
                tally.agrees += 1
        for kind, is_known in blamed.items():
            tally = self.card.tally(kind)
            if is_known:
                tally.known += 1
            else:
                tally.wrong += 1

    def _note(self, reading: Said, kind: str, key: str, said: Any, true: Any) -> bool:
        """Note a misreading; return whether it is a known one."""
        case = reading.get("case")
        fault = next(
            (e for e in self._faults if e.covers(kind, key, case, self._release)), None
        )
        if fault is not None:
            self.card.shown.add(fault)
        counted = (kind, key, fault is not None)
        self.card.counts[counted] += 1
        if self.card.counts[counted] <= EXAMPLES:
            rule = rule_of(kind, key)
            self.card.misreadings.append(
                Misreading(
                    database=self._database,
                    guid=reading["guid"],
                    rowid=reading["rowid"],
                    kind=kind,
                    field=key,
                    said=said,
                    true=true,
                    case=case,
                    columns=self._looked_up(reading["guid"], rule),
                    fault=fault,
                )
            )
        return fault is not None

    def _looked_up(self, guid: str, rule: ReadingRule | None) -> dict[str, str]:
        if self._columns is None or rule is None:
            return {}
        return self._columns(guid, rule.columns)

    def _missing(self, reading: Said) -> None:
        """Judge a row that the reader does not list.

        Who names no tapbacks has no notion of their rows. To leave out what is in
        Recently Deleted, or an empty row of a chat, is right for who tells neither.
        """
        told = self._index.told
        hidden = reading.get("is_deleted") and "is_deleted" not in told
        hidden = hidden or (reading.get("is_empty") and "is_empty" not in told)
        if hidden or reading["kind"] not in self._listed:
            for kind in reading["shows"]:
                self.card.tally(kind).cannot += 1
            return
        self._verdicts(reading, {}, [(ROW, "not listed", "in the file")])

    def _gone(self, reading: Said, said: list[Said]) -> None:
        if said:
            self._verdicts(reading, said[0], [(ROW, "listed", "not in the file")])
        else:
            self.card.tally(reading["shows"][0]).agrees += 1

    def left_over(self) -> None:
        """Note what was said of rows that the file does not have."""
        for number, said in self._index.left():
            named = {"guid": said.get("guid") or f"line {number}"}
            row: Said = {**named, "rowid": said.get("rowid") or 0}
            is_known = self._note(row, UNKNOWN_ROW, ROW, said, "no such row")
            tally = self.card.tally(UNKNOWN_ROW)
            if is_known:
                tally.known += 1
            else:
                tally.wrong += 1

    def complain(self) -> None:
        """Take over what was said and is no reading."""
        index = self._index
        self.card.complaints += index.complaints
        further = index.refused - len(index.complaints)
        if further:
            self.card.complaints.append(f"and {further:,} more lines")
        if self.card.rows and not index.count and not index.refused:
            self.card.complaints.append("the answer is empty")
