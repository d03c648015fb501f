"""The parts of a message."""

from __future__ import annotations

from typing import Literal

from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.literals import (
    ATTACHMENT_MARK,
    AttachmentBlank,
    Detection,
    FileState,
    TextEffect,
)


@dataclass(frozen=True, slots=True)
class DetectedPart:
    """A piece of what a data detector found: its type, its text, what that means.

    `value` is stated where the text does not say it: "pound" for "lbs", "G4" for the
    name of an airline.
    """

    type: str
    text: str
    value: str | None = None
    parts: tuple[DetectedPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """Something that Apple's data detectors found in a run of text.

    `parts` are its pieces in the order of the text. Those of a phone number, an e-mail
    address and an amount of money follow from the text where none are stated.
    `mutable` is the form of its archive: NSMutableData and NSMutableArray, or NSData
    and NSArray.
    """

    kind: Detection
    value: str
    parts: tuple[DetectedPart, ...] = ()
    mutable: bool = True


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
    shares_photos: bool = False


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
        """Return the bubble that these runs make."""
        whole = tuple(Run(run) if isinstance(run, str) else run for run in runs)
        return cls("".join(run.text for run in whole), whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class StickerSource:
    """Where a sticker or a genmoji is from: what sticker_user_info says.

    Attributes:
        id: its own UUID (`sid`).
        app: bundle id of the app that it is from (`pid`).
        hash: 16 hexadecimal digits (`shash`).
        suffix: what its content identifier has behind the UUID: "" in an app's
            sticker, "0" in a genmoji, "2" in one that was cut out of a photo.
        label: its description: the prompt of a genmoji, what an app calls it.
    """

    id: str
    app: str
    hash: str
    suffix: str = ""
    label: str | None = None

    @property
    def content_id(self) -> str:
        return self.id + self.suffix


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The app that made a file, and the size of its preview (attribution_info).

    Some readers look for the size here; no row seen holds it.
    """

    name: str | None = None
    bundle_id: str | None = None
    adam_id: int | None = None
    preview: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file sent along: a part of a body, a sticker, a balloon's picture.

    `path` is relative to the Attachments folder, a sticker's to StickerCache, and None
    while the file was never downloaded; `state` says what a reader finds when it goes
    looking. `device_path` is an absolute path that stands in its row instead: that of
    the device which sent it. `date` is the message's; attachment rows hold it in whole
    seconds. `original_guid` is the GUID itself where none is stated. `mark` is what
    stands for the file in the text.
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
    source: StickerSource | None = None
    attribution: Attribution | None = None
    original_guid: str | None = None
    preview_state: int = 0
    mark: str = ATTACHMENT_MARK
    blank: tuple[AttachmentBlank, ...] = ()
    kind: Literal["attachment"] = "attachment"

    @property
    def folder(self) -> Literal["Attachments", "StickerCache"]:
        """The folder of Messages that `path` is relative to."""
        return "Attachments" if self.source is None else "StickerCache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """The place of a part that its sender took back."""

    date: int
    length: int
    was_attachment: bool = False
    kind: Literal["unsent"] = "unsent"


Part = TextPart | Attachment | Unsent
