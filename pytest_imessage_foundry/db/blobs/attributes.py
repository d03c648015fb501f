"""From the parts of a message to the runs of its attributed string.

Names and types of the attributes: SEMANTICS §3 and §4; how often each occurs in
one macOS 27 file: imessage-chatdb's count over 20,783 bodies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pytest_imessage_foundry.db.blobs.bodies import (
    NATURAL_DIRECTION,
    PART,
    WRITING_DIRECTION,
)
from pytest_imessage_foundry.db.blobs.keyed_archives import Obj, keyed
from pytest_imessage_foundry.db.blobs.plist_templates import PlistTemplate
from pytest_imessage_foundry.db.blobs.values import MutableData, Number, Url
from pytest_imessage_foundry.models import (
    ATTACHMENT_MARK,
    RichLink,
    Run,
    utf16_length,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.db.blobs.typedstream import Value
    from pytest_imessage_foundry.models import (
        Attachment,
        Detected,
        Message,
        TextEffect,
        TextPart,
    )

Attributes = dict[str, "Value"]
Runs = list[tuple[str, Attributes]]
Ripple = Literal[4, 1]

FILE_TRANSFER = "__kIMFileTransferGUIDAttributeName"
FILENAME = "__kIMFilenameAttributeName"
INLINE_WIDTH = "__kIMInlineMediaWidthAttributeName"
INLINE_HEIGHT = "__kIMInlineMediaHeightAttributeName"
EMOJI_IMAGE = "__kIMEmojiImageAttributeName"
TRANSCRIPTION = "IMAudioTranscription"
MENTION = "__kIMMentionConfirmedMention"
LINK = "__kIMLinkAttributeName"
RICH_LINK = "__kIMLinkIsRichLinkAttributeName"  # char 1 on 2,730 of 3,921 links
DATA_DETECTED = "__kIMDataDetectedAttributeName"
ONE_TIME_CODE = "__kIMOneTimeCodeAttributeName"
TEXT_EFFECT = "__kIMTextEffectAttributeName"

STYLES = {  # NSNumber 1: BBS read it back from real rows
    "bold": "__kIMTextBoldAttributeName",
    "italic": "__kIMTextItalicAttributeName",
    "underline": "__kIMTextUnderlineAttributeName",
    "strikethrough": "__kIMTextStrikethroughAttributeName",
}
EFFECTS: dict[TextEffect, int] = {  # IE+, all but ripple also BBS
    "big": 5,
    "small": 11,
    "shake": 9,
    "nod": 8,
    "explode": 12,
    "bloom": 6,
    "jitter": 10,
}
DETECTIONS = {  # attribute and DDScannerResult type (IE 5's detectors; calendar: M)
    "calendar": ("__kIMCalendarEventAttributeName", "DateTime"),
    "phone": ("__kIMPhoneNumberAttributeName", "PhoneNumber"),
    "money": ("__kIMMoneyAttributeName", "Money"),
    "address": ("__kIMAddressAttributeName", "FullAddress"),
}
_CURRENCY = re.compile(r"^[^\d\s.,+-]+|[^\d\s.,+-]+$")


def body_runs(message: Message, *, ripple: Ripple = 4) -> Runs:
    """The runs of a message's body as it stands now.

    Parts keep their numbers: one that was taken back leaves a gap. `ripple` is
    the number of that text effect, on which the sources disagree (§20): 4 in
    imessage-exporter's samples, 1 in the framework as BlueBubbles reads it.
    """
    rich_url = _rich_url(message)
    runs: Runs = []
    location = 0
    for number, part in enumerate(message.parts):
        if part.kind == "text":
            added = text_runs(part, number, location=location, ripple=ripple)
            _mark_rich_link(added, rich_url)
        elif part.kind == "attachment":
            added = attachment_runs(part, number)
        else:
            continue
        location += sum(utf16_length(text) for text, _ in added)
        runs += added
    if message.writing_direction:
        for _, attributes in runs:
            attributes[WRITING_DIRECTION] = NATURAL_DIRECTION
    return runs


def text_runs(
    part: TextPart, number: int = 0, *, location: int = 0, ripple: Ripple = 4
) -> Runs:
    """The runs of one bubble of text that starts at `location` of its body."""
    if not part.runs:
        return [(part.text, {PART: number})] if part.text else []
    runs: Runs = []
    for run in part.runs:
        attributes: Attributes = {PART: number}
        attributes.update(_styles(run, ripple))
        attributes.update(_findings(run, location))
        location += utf16_length(run.text)
        if runs and runs[-1][1] == attributes:
            runs[-1] = (runs[-1][0] + run.text, attributes)
        elif run.text:
            runs.append((run.text, attributes))
    return runs


def attachment_runs(attachment: Attachment, number: int = 0) -> Runs:
    """The one run, one character long, that stands for a file."""
    attributes: Attributes = {FILE_TRANSFER: attachment.guid, PART: number}
    if attachment.width and attachment.height:
        attributes[FILENAME] = attachment.name
        attributes[INLINE_WIDTH] = float(attachment.width)
        attributes[INLINE_HEIGHT] = float(attachment.height)
    if attachment.genmoji is not None:
        attributes[EMOJI_IMAGE] = 1
    if attachment.transcript is not None:
        attributes[TRANSCRIPTION] = attachment.transcript
    return [(ATTACHMENT_MARK, attributes)]


def _rich_url(message: Message) -> str | None:
    balloon = message.balloon
    return balloon.url if isinstance(balloon, RichLink) else None


def _mark_rich_link(runs: Runs, url: str | None) -> None:
    """The text that a preview replaces is a link, whether the truth says so or not."""
    for text, attributes in runs if url is not None else ():
        if text == url:
            attributes.setdefault(LINK, Url(text))
            attributes[RICH_LINK] = True


def _styles(run: Run, ripple: Ripple) -> Iterator[tuple[str, Value]]:
    for style, name in STYLES.items():
        if getattr(run, style):
            yield name, 1
    if run.effect is not None:
        yield TEXT_EFFECT, EFFECTS.get(run.effect, ripple)
    if run.mention is not None:
        yield MENTION, run.mention


def _findings(run: Run, location: int) -> Iterator[tuple[str, Value]]:
    """What data detectors left on a run: a link's URL, a code, the rest."""
    if run.link is not None:
        yield LINK, Url(run.link)
        yield DATA_DETECTED, scanner_result("HttpURL", run.text, run.link, location)
    if run.detected is not None:
        yield from _detection(run.detected, run.text, location)


def _detection(
    detected: Detected, text: str, location: int
) -> Iterator[tuple[str, Value]]:
    if detected.kind == "one-time-code":
        # Two strings (ChatKit's names); the archive beside it as in a real row.
        yield ONE_TIME_CODE, {"code": detected.value, "displayCode": text}
        yield DATA_DETECTED, scanner_result("AuthCode", text, detected.value, location)
        return
    name, kind = DETECTIONS[detected.kind]
    yield name, scanner_result(kind, text, detected.value, location)


def scanner_result(kind: str, text: str, value: str, location: int) -> MutableData:
    """The keyed archive of a DDScannerResult: what was found, where, of what type."""
    symbol = _CURRENCY.search(text) if kind == "Money" else None
    span = (utf16_length(text), location)
    if symbol is None:
        archive = _RESULT(kind, text, value, *span, None, None, None)
    else:
        at = location + utf16_length(text[: symbol.start()])
        money = (symbol[0], utf16_length(symbol[0]), at)
        archive = _RESULT(kind, text, value, *span, *money)
    return MutableData(archive)  # 4,911 of 6,083 detector archives are mutable


def _scanner_result(
    kind: str,
    text: str,
    value: str,
    length: int,
    location: int,
    symbol: str | None,
    symbol_length: int,
    symbol_at: int,
) -> dict[str, Any]:
    """Fields as DataDetectorsCore encodes them: AR range, MS matched text, T type,
    P flags, V value, SR what it is made of, VN version. Flags are 0 and, but for
    a currency, results have no parts: what Apple writes there is not known.
    """
    fields = _found(kind, text, length, location)
    if symbol is not None:
        currency = _found("Currency", symbol, symbol_length, symbol_at)
        fields["SR"] = [Obj("DDScannerResult", currency)]
    fields["V"] = value
    # Its name in $top and the version beside it: raw dumps of real bodies.
    return keyed(Obj("DDScannerResult", fields), key="dd-result", top={"version": 1})


def _found(kind: str, text: str, length: int, location: int) -> dict[str, object]:
    span = {
        "NS.rangeval.length": Number(length),
        "NS.rangeval.location": Number(location),
        "NS.special": 4,
    }
    return {"AR": Obj("NSValue", span), "MS": text, "T": kind, "P": 0, "VN": 1}


_RESULT = PlistTemplate(_scanner_result)
