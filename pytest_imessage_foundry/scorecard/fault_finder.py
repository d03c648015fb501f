"""Find the known fault that a misreading is, and those that should show on a row."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.scorecard.shown_kinds import kind_of_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.scorecard.fault_conditions import FaultConditions
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault

Reading = dict[str, Any]


class FaultFinder:
    """The known faults of one reader on one database.

    Attributes:
        expects: whether any of them should show wherever it can.
    """

    def __init__(
        self,
        faults: tuple[KnownFault, ...],
        release: str,
        conditions: FaultConditions,
    ) -> None:
        self._release = release
        self._conditions = conditions
        self._faults = [each for each in faults if each.is_of(release)]
        self.expects = any(each.everywhere for each in self._faults)
        self._everywhere: dict[str, list[KnownFault]] = defaultdict(list)

    def find(
        self, reading: Reading, kind: str, field: str, said: Any, true: Any
    ) -> KnownFault | None:
        """Return the first entry that matches a misreading, if there is one."""
        case = reading.get("case")
        for each in self._faults:
            covers = each.covers(kind, field, case, self._release)
            if covers and self._conditions.hold(each, reading, said, true):
                return each
        return None

    def absent(
        self, reading: Reading, field: str, said: Any, true: Any
    ) -> Iterator[KnownFault]:
        """Yield entries that should show everywhere, but do not, because a field is
        right.

        An entry that names a kind and no rows is about the rows that show the kind.
        """
        if field not in self._everywhere:
            self._everywhere[field] = [
                each
                for each in self._faults
                if each.everywhere and each.covers_field(field)
            ]
        case = reading.get("case")
        for each in self._everywhere[field]:
            kind = kind_of_field(reading["shows"], field)
            if each.kind and not each.where and kind not in reading["shows"]:
                continue
            covers = each.covers(kind, field, case, self._release)
            if covers and self._conditions.hold(each, reading, said, true):
                yield each
