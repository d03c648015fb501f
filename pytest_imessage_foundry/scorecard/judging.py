"""Hold an answer against the truth, row by row and field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.scorecard import answer_index, fault_conditions
from pytest_imessage_foundry.scorecard.agreement import agrees, defaults, field_names
from pytest_imessage_foundry.scorecard.fault_finder import FaultFinder
from pytest_imessage_foundry.scorecard.known_faults import UNKNOWN_ROW
from pytest_imessage_foundry.scorecard.nameless_rows import NamelessRows
from pytest_imessage_foundry.scorecard.scores import (
    EXAMPLES,
    Misreading,
    Scorecard,
)
from pytest_imessage_foundry.scorecard.shown_kinds import kind_of_field, kinds, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pytest_imessage_foundry.scorecard.answer_index import AnswerIndex, Said
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault
    from pytest_imessage_foundry.scorecard.shown_kinds import ReadingRule

Wrong = tuple[str, Any, Any]
ROW = "row"
EMPTY = "the answer is empty"


def judge(
    truth: Iterable[Said],
    answer: Iterable[str | bytes | Said],
    *,
    database: str = "",
    release: str = "",
    faults: tuple[KnownFault, ...] = (),
    columns: Callable[[str, tuple[str, ...]], dict[str, str]] | None = None,
    only: frozenset[str] | None = None,
    file: Path | None = None,
    spared: Mapping[str, KnownFault] | None = None,
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
        file: the database, for known faults with a condition on its rows.
        spared: the rows, by GUID, that the reader was not given: see `spared_rows`.

    Raises:
        FoundryError: the rows of a known fault cannot be asked for.
    """
    asked = file if any(each.where for each in faults) else None
    with (
        answer_index.indexed(answer) as index,
        fault_conditions.conditions_of(asked) as conditions,
    ):
        finder = FaultFinder(faults, release, conditions)
        court = _Judge(index, database, finder, columns, spared or {})
        for reading in truth:
            if only is None or reading["guid"] in only:
                court.row(reading)
        court.nameless()
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
        finder: FaultFinder,
        columns: Callable[[str, tuple[str, ...]], dict[str, str]] | None,
        spared: Mapping[str, KnownFault],
    ) -> None:
        self.card = Scorecard(databases=[database])
        self._index = index
        self._database = database
        self._finder = finder
        self._columns = columns
        self._spared = spared
        self._listed = index.kinds or {"message"}
        self._nameless = NamelessRows(index, self._listed, self._is_left_out)

    def row(self, reading: Said) -> None:
        """Judge what was said of one row."""
        self.card.rows += 1
        said = self._index.take(reading)
        if not said and self._index.has_nameless and "date" in reading:
            self._nameless.put_off(reading)
        else:
            self._judged(reading, said)

    def nameless(self) -> None:
        """Judge the rows that no line names by GUID or ROWID."""
        for reading, said in self._nameless.settle():
            self._judged(reading, [] if said is None else [said])

    def _judged(self, reading: Said, said: list[Said]) -> None:
        if reading["guid"] in self._spared:
            self._not_given(reading, self._spared[reading["guid"]])
        elif reading["kind"] == "gone":
            self._gone(reading, said)
        elif not said:
            self._missing(reading)
        elif len(said) > 1 and "also_in" not in reading:
            self._verdicts(reading, said[0], [(ROW, f"{len(said)} times", "once")])
        else:
            self._right(reading, ROW, "listed", "in the file")
            self._verdicts(reading, said[0], self._compared(reading, said[0]))

    def _is_left_out(self, reading: Said) -> bool:
        kind = kind_of_field(reading["shows"], ROW)
        found = self._finder.find(reading, kind, ROW, "not listed", "in the file")
        return found is not None

    def _right(self, reading: Said, key: str, said: Any, true: Any) -> None:
        """Note known faults that should show in a field, which is right."""
        for fault in self._finder.absent(reading, key, said, true):
            where = f"{self._database}, row {reading['rowid']}, {reading['guid']}"
            self.card.absent.setdefault(fault, where)

    def _not_given(self, reading: Said, fault: KnownFault) -> None:
        """Count a row that the reader was spared because it ends its run."""
        main, *further = reading["shows"]
        self.card.tally(main).known += 1
        for kind in further:
            self.card.tally(kind).cannot += 1
        self._shown(fault, reading.get("case"))

    def _shown(self, fault: KnownFault, case: str | None) -> None:
        self.card.shown[fault] += 1
        cases = self.card.cases.setdefault(fault, set())
        if case is not None:
            cases.add(case)

    def _compared(self, reading: Said, said: Said) -> list[Wrong]:
        """Return the fields that are wrong."""
        kind = reading["kind"]
        usual, names = defaults(kind), field_names(kind)
        others = reading.get("or_else")
        expects = self._finder.expects
        wrong: list[Wrong] = []
        right = 0
        for key, value in said.items():
            if key not in names:
                continue
            true = reading.get(key, usual.get(key))
            if value == true or agrees(key, value, true):
                right += 1
                if expects:
                    self._right(reading, key, value, true)
            elif others and agrees(key, value, true, others.get(key)):
                right += 1
            elif not _is_second_chat(reading, key, value):
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
        fault = self._finder.find(reading, kind, key, said, true)
        if fault is not None:
            self._shown(fault, case)
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
        Where no line names its row, any row may be meant.
        """
        is_nameless = self._index.refused and not self._index.count
        told = self._index.told
        hidden = reading.get("is_deleted") and "is_deleted" not in told
        hidden = hidden or (reading.get("is_empty") and "is_empty" not in told)
        if is_nameless or hidden or reading["kind"] not in self._listed:
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
            named |= {"rowid": said.get("rowid") or 0}
            row: Said = {**named, "kind": UNKNOWN_ROW}
            is_known = self._note(row, UNKNOWN_ROW, ROW, said, "no such row")
            tally = self.card.tally(UNKNOWN_ROW)
            if is_known:
                tally.known += 1
            else:
                tally.wrong += 1

    def complain(self) -> None:
        """Take over what was said and is no reading."""
        index = self._index
        self.card.complaints += index.complaints.told()
        if self.card.rows and not index.count and not index.refused:
            self.card.complaints.append(EMPTY)


def _is_second_chat(reading: Said, key: str, said: Any) -> bool:
    """Return whether a reader names the other one of two chats that a row stands in. A
    reading does not have the ROWID of that chat."""
    if "also_in" not in reading:
        return False
    in_second = key == "chat" and agrees(key, said, reading["also_in"])
    return in_second or key == "chat_rowid"
