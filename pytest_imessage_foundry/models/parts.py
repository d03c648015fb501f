"""What a message is made of."""

from __future__ import annotations

from typing import Literal

from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.literals import (
    AttachmentBlank,
    Detection,
    FileState,
    TextEffect,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """Something that Apple's data detectors found in a run of text."""

    kind: Detection
    value: str


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one set of attributes."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strikethrough: bool = False
    effect: TextEffect | None = None
    mention: str | None = None
    link: str | None = None
    detected: Detected | None = None


@dataclass(frozen=True, slots=True)
class TextPart:
    """A bubble of text; `runs` is empty where nothing in it is styled."""

    text: str
    runs: tuple[Run, ...] = ()
    kind: Literal["text"] = "text"

    def __post_init__(self) -> None:
        if self.runs and "".join(run.text for run in self.runs) != self.text:
            raise ValueError("the runs of a text part do not add up to its text")

    @classmethod
    def of(cls, *runs: Run | str) -> TextPart:
        """The bubble that these runs make."""
        whole = tuple(Run(run) if isinstance(run, str) else run for run in runs)
        return cls("".join(run.text for run in whole), whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file sent along: a part of a body, a sticker, a balloon's picture.

    `path` is relative to the Attachments folder and None while the file was
    never downloaded; `state` says what a reader finds when it goes looking.
    `device_path` is an absolute path that stands in its row instead: that of the
    device which sent it.
    `date` is the message's; attachment rows hold it in whole seconds.
    """

    guid: str
    stub: str
    name: str
    uti: str
    mime_type: str | None
    total_bytes: int
    path: str | None
    variant: int = 0
    state: FileState = "present"
    device_path: str | None = None
    is_sticker: bool = False
    is_hidden: bool = False
    width: int = 0
    height: int = 0
    transcript: str | None = None
    genmoji: str | None = None
    blank: tuple[AttachmentBlank, ...] = ()
    kind: Literal["attachment"] = "attachment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """The place of a part that its sender took back."""

    date: int
    length: int
    was_attachment: bool = False
    kind: Literal["unsent"] = "unsent"


Part = TextPart | Attachment | Unsent
