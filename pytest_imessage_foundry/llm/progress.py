"""What a refresh shows: one line that changes on a terminal, lines elsewhere."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, TextIO

from pytest_imessage_foundry.llm.texts import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.llm.base import UnansweredError
    from pytest_imessage_foundry.llm.generator import Tally
    from pytest_imessage_foundry.llm.plan import Entry


class Progress:
    """Tells a stream how far a refresh is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._targets: dict[str, int] = {}
        self._said: dict[str, int] = {}
        self._finished = 0

    def start(self, entries: Sequence[Entry]) -> None:
        """These conversations are to be made."""
        self._targets = {each.key: each.config.message_count_target for each in entries}

    def at(self, entry: Entry, messages: int) -> None:
        """A conversation has so many messages."""
        self._said[entry.key] = messages
        if self._is_live:
            self._draw(entry)
        elif messages:
            target = entry.config.message_count_target
            self._line(f"{_name(entry)}: {messages} of {target} messages")

    def done(self, entry: Entry, tally: Tally) -> None:
        """A conversation is in its pack."""
        self._finished += 1
        kept = f", {tally.kept} answers of an earlier run" if tally.kept else ""
        faults = f"; {faults_in_words(tally)}" if tally.faults else ""
        self._line(
            f"{_name(entry)}: written to {escaped(entry.target.name)}, "
            f"{tally.calls} calls{kept}{faults}"
        )

    def failed(self, entry: Entry, error: UnansweredError) -> None:
        """A conversation could not be made."""
        self._finished += 1
        why = escaped(str(error).partition("\n")[0])
        self._line(f"{_name(entry)}: failed: {why}")

    def note(self, text: str) -> None:
        """Something to know."""
        self._line(escaped(text))

    def end(self) -> None:
        """Nothing moves any more."""
        if self._is_live:
            self._stream.write("\r\033[K")
            self._stream.flush()

    def _line(self, text: str) -> None:
        clear = "\r\033[K" if self._is_live else ""
        self._stream.write(f"{clear}{text}\n")
        self._stream.flush()

    def _draw(self, entry: Entry) -> None:
        said, target = sum(self._said.values()), sum(self._targets.values())
        text = (
            f"[{self._finished}/{len(self._targets)}] {said} of {target} messages, "
            f"now {_name(entry)}"
        )
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\033[K{text[:width]}")
        self._stream.flush()


def faults_in_words(tally: Tally) -> str:
    """Faults and how often each was met."""
    return ", ".join(
        f"{times} {fault}" for fault, times in sorted(tally.faults.items())
    )


def _name(entry: Entry) -> str:
    return escaped(f"{entry.scenario}/{entry.config.id}", 60)
