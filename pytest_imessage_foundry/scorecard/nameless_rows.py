"""Find the lines about rows that a reader names by neither GUID nor ROWID.

Such lines differ by their second and by what else they say. Rows wait until all others
are done, and rows that agree with a whole line choose first. Otherwise a row that the
reader leaves out would take the line of another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.scorecard.agreement import agrees, defaults, field_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_imessage_foundry.scorecard.answer_index import AnswerIndex, Said

_WEIGHTS = {"chat": 4, "chat_rowid": 4, "sender": 2, "from_me": 2, "text": 2}
# Rows choose first among lines that agree as a whole, then among all lines.
_MESSAGE, _OTHER, _LIKE_MESSAGE, _LIKE_OTHER, _LEFT_OUT = range(5)


class NamelessRows:
    """The rows that no line names.

    Args:
        index: the lines.
        listed: the kinds that the reader lists by name.
        is_left_out: tells whether a row is known to be left out.
    """

    def __init__(
        self,
        index: AnswerIndex,
        listed: set[str],
        is_left_out: Callable[[Said], bool],
    ) -> None:
        self._index = index
        self._is_left_out = is_left_out
        # Readers that know only messages may list tapbacks among them.
        self._listed = None if listed <= {"message", "chat"} else listed

    def put_off(self, reading: Said) -> None:
        """Keep a row until all that have a name are done."""
        is_message = reading["kind"] == "message"
        self._index.put_off(_MESSAGE if is_message else _OTHER, reading)

    def settle(self) -> Iterator[tuple[Said, Said | None]]:
        """Yield each row that was put off with the line about it, if there is one."""
        for rank in (_MESSAGE, _OTHER, _LIKE_MESSAGE, _LIKE_OTHER, _LEFT_OUT):
            for reading in self._index.waiting(rank):
                line = self._chosen(reading, whole=rank in (_MESSAGE, _OTHER))
                later = self._rank_after(rank, reading) if line is None else None
                if later is None:
                    self._use_of_second_chat(reading, line)
                    yield reading, line
                else:
                    self._index.put_off(later, reading)

    def _use_of_second_chat(self, reading: Said, line: Said | None) -> None:
        """Take the line about a row that a reader shows in both of its chats.

        It says what the other line says, right or wrong, of another chat.
        """
        if "also_in" not in reading:
            return
        same = None if line is None else _but_for_chats(line)
        for key, said in self._index.of_second(reading):
            if said != line and _but_for_chats(said) == same:
                self._index.use(key)
                return
        there = {**reading, "chat": reading["also_in"]}
        del there["chat_rowid"]
        self._chosen(there, whole=True)

    def _rank_after(self, rank: int, reading: Said) -> int | None:
        if rank not in (_MESSAGE, _OTHER):
            return None
        if self._listed is not None and reading["kind"] not in self._listed:
            return None
        if self._is_left_out(reading):
            return _LEFT_OUT
        return _LIKE_MESSAGE if rank == _MESSAGE else _LIKE_OTHER

    def _chosen(self, reading: Said, *, whole: bool) -> Said | None:
        best: tuple[int, int, Said] | None = None
        for key, said in self._index.of_second(reading):
            right, wrong = _likeness(said, reading)
            # A line comes last if its reader knows several kinds and gives the row
            # another one.
            right += said.get("kind") == reading["kind"]
            if whole and wrong:
                continue
            if best is None or right - wrong > best[0]:
                best = (right - wrong, key, said)
        if best is None:
            return None
        self._index.use(best[1])
        return best[2]


def _but_for_chats(said: Said) -> Said:
    return {name: said[name] for name in said if name not in ("chat", "chat_rowid")}


def _likeness(said: Said, reading: Said) -> tuple[int, int]:
    """Return how much of what tells rows apart agrees, and how much does not."""
    kind, others = reading["kind"], reading.get("or_else", {})
    names, usual = field_names(kind), defaults(kind)
    right = wrong = 0
    for name, weight in _WEIGHTS.items():
        if name not in said or name not in names or _is_elsewhere(name, reading):
            continue
        true = reading.get(name, usual.get(name))
        if agrees(name, said[name], true, others.get(name)):
            right += weight
        else:
            wrong += weight
    return right, wrong


def _is_elsewhere(name: str, reading: Said) -> bool:
    """Return whether the number of its second chat is needed, which is not known."""
    return name == "chat_rowid" and name not in reading and "also_in" in reading
