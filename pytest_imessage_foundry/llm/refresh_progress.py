"""Reports of the progress of a refresh, and their form on a stream."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol, TextIO

from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.llm.exchange import UnansweredError, UsageTally
    from pytest_imessage_foundry.llm.plan import PlanEntry
    from pytest_imessage_foundry.models import Turn


class Onlooker(Protocol):
    """The methods that a refresh calls to report progress, in its event loop."""

    def start(self, entries: Sequence[PlanEntry]) -> None:
        """Receive the conversations that will be made."""

    def at(self, entry: PlanEntry, said: Sequence[Turn]) -> None:
        """Receive all turns of a conversation so far."""

    def done(self, entry: PlanEntry, tally: UsageTally) -> None:
        """Note that a conversation was written to its pack."""

    def failed(self, entry: PlanEntry, error: UnansweredError) -> None:
        """Note that a conversation could not be made."""

    def note(self, text: str) -> None:
        """Receive a notice for the user."""

    def end(self) -> None:
        """Note that the refresh ended."""


class Progress:
    """Progress reports on a stream: one changing line on a terminal, else lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._targets: dict[str, int] = {}
        self._said: dict[str, int] = {}
        self._finished = 0

    def start(self, entries: Sequence[PlanEntry]) -> None:
        self._targets = {each.key: each.config.message_count_target for each in entries}

    def at(self, entry: PlanEntry, said: Sequence[Turn]) -> None:
        messages = self._said[entry.key] = len(said)
        if self._is_live:
            self._draw(entry)
        elif messages:
            target = entry.config.message_count_target
            self._line(f"{_name(entry)}: {messages} of {target} messages")

    def done(self, entry: PlanEntry, tally: UsageTally) -> None:
        self._finished += 1
        kept = f", {tally.kept} answers of an earlier run" if tally.kept else ""
        faults = f"; {faults_in_words(tally)}" if tally.faults else ""
        self._line(
            f"{_name(entry)}: written to {escaped(entry.target.name)}, "
            f"{counted(tally.calls, 'call')}{kept}{faults}"
        )

    def failed(self, entry: PlanEntry, error: UnansweredError) -> None:
        self._finished += 1
        why = escaped(str(error).partition("\n")[0])
        self._line(f"{_name(entry)}: failed: {why}")

    def note(self, text: str) -> None:
        self._line(escaped(text))

    def end(self) -> None:
        if self._is_live:
            self._stream.write("\r\033[K")
            self._stream.flush()

    def _line(self, text: str) -> None:
        clear = "\r\033[K" if self._is_live else ""
        self._stream.write(f"{clear}{text}\n")
        self._stream.flush()

    def _draw(self, entry: PlanEntry) -> None:
        said, target = sum(self._said.values()), sum(self._targets.values())
        text = (
            f"[{self._finished}/{len(self._targets)}] {said} of {target} messages, "
            f"now {_name(entry)}"
        )
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\033[K{text[:width]}")
        self._stream.flush()


def faults_in_words(tally: UsageTally) -> str:
    """Return the faults and how often each occurred, as text."""
    return ", ".join(
        f"{times} {fault}" for fault, times in sorted(tally.faults.items())
    )


def _name(entry: PlanEntry) -> str:
    return escaped(f"{entry.scenario}/{entry.config.id}", 60)
