"""What ends a reader's run, each with the rule that it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import symptoms

if TYPE_CHECKING:
    from .symptoms import When

FOUR_BYTES = 0x8000


@dataclass(frozen=True)
class Fatal:
    """What ends a reader's run; the rest is read without such messages."""

    reader: str
    when: When
    error: str
    why: str
    rule: str


@dataclass(frozen=True)
class Refused:
    """Releases whose files a reader does not read at all."""

    reader: str
    releases: tuple[str, ...]
    error: str
    why: str
    rule: str


FATAL: tuple[Fatal, ...] = (
    Fatal(
        "imessage-reader",
        lambda fact: symptoms.long(fact, FOUR_BYTES),
        "ERROR: Can't read a message",
        "ends at a body of 32,768 bytes or more that only the archive holds",
        "from there a length has four bytes behind 0x82 (TYPEDSTREAM)",
    ),
    Fatal(
        "imessagedb",
        lambda fact: (
            fact.drawn is None
            and bool(fact.message.edits)
            and all(edit.part for edit in fact.message.edits)
        ),
        "KeyError: '0'",
        "ends at a message of which another part than the first was edited",
        "ec is keyed by part (§8)",
    ),
    Fatal(
        "imessagedb",
        lambda fact: (
            fact.drawn is None
            and fact.message.reply_to is not None
            and symptoms.is_lost(fact, fact.message.reply_to.guid)
        ),
        "KeyError",
        "ends at a reply whose first message is not in the chat",
        "the message replied to may have been deleted (§7)",
    ),
)
REFUSED: tuple[Refused, ...] = (
    Refused(
        "imessage-kit",
        ("sonoma", "sequoia"),
        "no such column: message.",
        "asks for columns that came with macOS 26",
        "columns differ by release: ask the file which it has (schema)",
    ),
)
