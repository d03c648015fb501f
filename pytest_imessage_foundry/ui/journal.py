"""What a working thread writes and the screen reads a few times a second.

One writes and one reads, single values only: no lock is needed.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.models import Persona, Turn
    from pytest_imessage_foundry.ui.project import Project

State = Literal["waiting", "writing", "written", "failed", "building", "built"]
SHOWN = 60  # bubbles that are kept to be looked at
# Seconds: about what it takes to see a bubble and to skim its characters.
_GLANCE = 0.15
_CHARACTER = 0.012


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as a preview shows it."""

    who: str
    text: str
    is_mine: bool = False


@dataclass(slots=True)
class ChatProgress:
    """The progress of one conversation."""

    id: str
    title: str
    target: int
    state: State = "waiting"
    done: int = 0
    problem: str = ""
    bubbles: deque[Bubble] = field(default_factory=lambda: deque(maxlen=SHOWN))


class StoppedError(Exception):
    """The user stopped the work."""


@dataclass(slots=True)
class Journal:
    """The conversations, the current step, and whether to stop."""

    chats: dict[str, ChatProgress]
    doing: str = ""
    notes: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    # Set when nobody is to wait for the reader any more.
    hurry: threading.Event = field(default_factory=threading.Event)
    followed: str = ""
    patience: int = 0

    @classmethod
    def of(cls, project: Project) -> Journal:
        return cls(
            {
                each.id: ChatProgress(
                    each.id, project.title(each), each.message_count_target
                )
                for each in project.conversations
            }
        )

    def chat(self, id: str, title: str) -> ChatProgress:
        """Return a conversation; a scenario can bring more than the project names."""
        if id not in self.chats:
            # Replaced as a whole: a screen may walk it at this moment.
            self.chats = {**self.chats, id: ChatProgress(id, title, 0)}
        return self.chats[id]

    @property
    def is_read(self) -> bool:
        """Whether the work waits for a person who reads along."""
        return self.patience > 0 and not self.hurry.is_set()

    def linger(self, chat: ChatProgress, text: str) -> None:
        """Wait as long as one needs to read `text` in the chat that is looked at.

        `patience` is how many messages are waited for at most, so that a build that
        nobody looks at ends too.
        """
        if chat.id == self.followed and self.is_read:
            self.patience -= 1
            self.hurry.wait(_GLANCE + _CHARACTER * min(len(text), 80))

    def end(self) -> None:
        """Stop the work, without a wait."""
        self.stop.set()
        self.hurry.set()

    def go_on(self) -> None:
        """Raise StoppedError if the user wants to stop."""
        if self.stop.is_set():
            raise StoppedError


def bubbles(turns: Sequence[Turn], everybody: Sequence[Persona]) -> list[Bubble]:
    """Return the last turns as bubbles."""
    people = {each.id: each for each in everybody}
    return [
        Bubble(people[turn.sender].name, said(turn), people[turn.sender].is_self)
        for turn in turns[-SHOWN:]
    ]


def said(turn: Turn) -> str:
    """Return a turn's text, or what it attaches or announces."""
    if turn.text:
        return turn.text
    return f"[{turn.attachment or turn.event or 'nothing'}]"
