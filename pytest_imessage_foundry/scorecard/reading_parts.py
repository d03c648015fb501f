"""What a reading holds below its own fields: parts, files, reactions, edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pytest_imessage_foundry.models.filters import FilterAction, FilterSubAction
from pytest_imessage_foundry.models.literals import Detection, TapbackKind, TextEffect

Address = str | None
Style = Literal["bold", "italic", "underline", "strikethrough"] | TextEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPart:
    """One bubble of a message, in order; part numbers are places in this list.

    Attributes:
        kind: a text, a file, or the place of a part that was taken back.
        text: what a text says.
        file: the GUID of a file.
    """

    kind: Literal["text", "file", "unsent"]
    text: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """A file that came with a row.

    Attributes:
        guid: attachment.guid.
        name: its name, as people see it.
        path: where it is within the folder of Messages, or on the device that sent it;
            null where no path is known.
        is_missing: whether there is no file to open.
        is_sticker: whether it is a sticker, a genmoji or a Memoji.
        uti: its uniform type identifier.
        mime_type: its MIME type; null where the row has none.
        bytes: its size as the row states it.
        transcript: what an audio message says.
        label: the prompt of a genmoji, or what a sticker's app calls it.
        or_else: other values of a field that are right as well.
    """

    guid: str
    name: str | None = None
    path: str | None = None
    is_missing: bool = False
    is_sticker: bool = False
    uti: str | None = None
    mime_type: str | None = None
    bytes: int = 0
    transcript: str | None = None
    label: str | None = None
    or_else: dict[str, list[str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StyledText:
    """A stretch of text in one style or effect; one entry for each style."""

    style: Style
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedText:
    """A stretch of text with a link on it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A person who is mentioned, by address, and the text that does."""

    text: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedText:
    """Something that Messages found in a text."""

    text: str
    found: Detection


@dataclass(frozen=True, slots=True, kw_only=True)
class EditReading:
    """One change of a part: when, and what the part said until then."""

    before: str
    date: str
    date_ns: str
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingTapback:
    """A tapback that was not taken back; an address of null is the owner."""

    tapback: TapbackKind
    address: Address
    emoji: str | None = None
    part: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSticker:
    """A sticker that lies on a bubble; an address of null is the owner."""

    address: Address
    part: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedText:
    """A message's translation, and the language it was made from or into."""

    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredAs:
    """The category that a filter put a message in (macOS 27)."""

    action: FilterAction
    sub_action: FilterSubAction = "none"
