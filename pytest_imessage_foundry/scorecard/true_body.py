"""What is true of a message's body: its parts, files, and what stands on its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pytest_imessage_foundry.models import (
    ATTACHMENT_MARK,
    BALLOON_MARK,
    Attachment,
    Run,
    TextPart,
    Unsent,
)
from pytest_imessage_foundry.models.message_files import own_files
from pytest_imessage_foundry.scorecard.iso_dates import digits, iso
from pytest_imessage_foundry.scorecard.reading_parts import (
    BodyPart,
    DetectedText,
    EditReading,
    FileReading,
    LinkedText,
    Mention,
    Style,
    StyledText,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Message, Part

_STYLES: tuple[Literal["bold", "italic", "underline", "strikethrough"], ...] = (
    "bold",
    "italic",
    "underline",
    "strikethrough",
)
# What was found is a link too (SEMANTICS §22).
_SCHEMES = {"phone": "tel", "email": "mailto"}
# One attribute stands for several things that Messages finds (§22): who does not read
# the archive beside it cannot tell a day from a time.
_COARSE = {"date": "calendar", "time": "calendar"}


def plain(text: str) -> str:
    """Return a text without the marks that stand for files and apps."""
    return text.replace(ATTACHMENT_MARK, "").replace(BALLOON_MARK, "")


def body_fields(message: Message) -> dict[str, Any]:
    """Return the fields of a reading that tell of the body, as its row holds it."""
    if "body" in message.traits.blank:
        return {}
    parts = message.parts
    only = parts[0] if len(parts) == 1 else None
    if isinstance(only, TextPart) and not only.runs:
        text = plain(only.text)
        found = [BodyPart(kind="text", text=text)] if only.text else []
        return {"text": text, "parts": found}
    runs = [run for part in parts if isinstance(part, TextPart) for run in part.runs]
    kept = [each for each in message.attachments if each.state != "awaited"]
    return {
        "text": plain(message.text),
        "parts": [_part(each) for each in parts if not _is_empty(each)],
        "files": [file_reading(each) for each in kept],
        "has_files": any(own_files(message)),
        **_marks(message, runs),
    }


def _is_empty(part: Part) -> bool:
    return isinstance(part, TextPart) and not part.text


def _part(part: Part) -> BodyPart:
    if isinstance(part, TextPart):
        return BodyPart(kind="text", text=plain(part.text))
    if isinstance(part, Unsent):
        return BodyPart(kind="unsent")
    return BodyPart(kind="file", file=part.guid)


def _marks(message: Message, runs: list[Run]) -> dict[str, Any]:
    """Return what stands on runs; the link of a rich link's text is its balloon's."""
    return {
        "styles": [
            StyledText(style=style, text=run.text)
            for run in runs
            for style in _styles_of(run)
        ],
        "links": [
            LinkedText(text=run.text, url=url)
            for run in runs
            if message.balloon is None and (url := _url(run)) is not None
        ],
        "mentions": [
            Mention(text=run.text, address=run.mention) for run in runs if run.mention
        ],
        "detected": [
            DetectedText(text=run.text, found=run.detected.kind)
            for run in runs
            if run.detected
        ],
    }


def _styles_of(run: Run) -> list[Style]:
    found: list[Style] = [each for each in _STYLES if getattr(run, each)]
    return [*found, run.effect] if run.effect else found


def _url(run: Run) -> str | None:
    scheme = _SCHEMES.get(run.detected.kind) if run.detected else None
    return run.link or (f"{scheme}:{run.text}" if scheme else None)


def coarse(found: list[DetectedText]) -> list[dict[str, str]]:
    """Return what was detected, as coarse as the attributes alone say it."""
    return [
        {"text": each.text, "found": _COARSE.get(each.found, each.found)}
        for each in found
    ]


def file_reading(file: Attachment) -> FileReading:
    """Return what is true of a file that has a row."""
    lost = file.state == "not-downloaded" or "filename" in file.blank
    path = None if lost else file.device_path or f"{file.folder}/{file.path}"
    return FileReading(
        guid=file.guid,
        name=file.name,
        path=path,
        is_missing=file.state != "present",
        is_sticker=file.is_sticker,
        uti=file.uti,
        mime_type=file.mime_type,
        bytes=file.total_bytes,
        transcript=file.transcript,
        label=file.genmoji or (file.source.label if file.source else None),
        or_else=_other_names(file),
    )


def _other_names(file: Attachment) -> dict[str, list[str | None]]:
    """A file's name is its transfer_name, or what its path ends in."""
    if "transfer_name" in file.blank:
        return {"name": [None]}
    if file.device_path:
        return {"name": [file.device_path.rpartition("/")[2]]}
    return {}


def history_fields(message: Message) -> dict[str, Any]:
    """Return the fields that tell of edits and of parts taken back."""
    gone = [
        (number, part.date)
        for number, part in enumerate(message.parts)
        if part.kind == "unsent"
    ]
    if not message.edits and not gone:
        return {}
    edited = max((edit.date for edit in message.edits), default=0)
    changed = max([edited, *(date for _, date in gone)])
    edited = 0 if message.is_unsent else edited
    return {
        "edits": [
            EditReading(
                before=plain(edit.before.text),
                date=iso(edit.date) or "",
                date_ns=str(edit.date),
                part=edit.part,
            )
            for edit in message.edits
        ],
        "edit_count": len(message.edits),
        "date_edited": iso(edited),
        "date_edited_ns": digits(edited),
        "date_changed": iso(changed),
        "date_changed_ns": digits(changed),
        "is_unsent": message.is_unsent,
        "unsent_parts": [number for number, _ in gone],
    }
