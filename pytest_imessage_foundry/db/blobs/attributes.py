"""Make the runs of an attributed string from the parts of a message.

Names and types of the attributes: SEMANTICS §3 and §4; how often each occurs in
one macOS 27 file: imessage-chatdb's count over 20,783 bodies.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry.db.blobs.bodies import (
    NATURAL_DIRECTION,
    PART,
    WRITING_DIRECTION,
)
from pytest_imessage_foundry.db.blobs.detectors import LINK, findings
from pytest_imessage_foundry.db.blobs.values import Number, Url
from pytest_imessage_foundry.models import (
    ATTACHMENT_MARK,
    BALLOON_MARK,
    ORDINARY,
    AppCard,
    Chatbot,
    RichLink,
    Run,
    utf16_length,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.db.blobs.typedstream import Value
    from pytest_imessage_foundry.models import (
        Attachment,
        Balloon,
        Message,
        RichCard,
        TextEffect,
        TextPart,
        Traits,
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
RICH_LINK = "__kIMLinkIsRichLinkAttributeName"  # char 1 on 2,730 of 3,921 links
PHOTO_SHARING = "__kIMPhotoSharingAttributeName"
BREADCRUMB = "__kIMBreadcrumbTextMarkerAttributeName"
BREADCRUMB_OPTIONS = "__kIMBreadcrumbTextOptionFlags"
RICH_CARDS = "__kIMRichCardsAttributeName"
URL_TO_TRANSFER = "__kIMUrlToTransferMapAttributeName"
TEXT_EFFECT = "__kIMTextEffectAttributeName"

STYLES = {  # NSNumber 1: BBS read it back from real rows
    "bold": "__kIMTextBoldAttributeName",
    "italic": "__kIMTextItalicAttributeName",
    "underline": "__kIMTextUnderlineAttributeName",
    "strikethrough": "__kIMTextStrikethroughAttributeName",
}
# What makes a run other than the text around it, but for what detectors found.
_marks = attrgetter(*STYLES, "effect", "mention", "shares_photos")
EFFECTS: dict[TextEffect, int] = {  # IE+, all but ripple also BBS
    "big": 5,
    "small": 11,
    "shake": 9,
    "nod": 8,
    "explode": 12,
    "bloom": 6,
    "jitter": 10,
}


def body_runs(message: Message, *, ripple: Ripple = 4) -> Runs:
    """Return the runs of a message's body as it stands now.

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
        runs += added
        if number + 1 < len(message.parts):
            location += sum([utf16_length(text) for text, _ in added])
    if message.writing_direction:
        for _, attributes in runs:
            attributes[WRITING_DIRECTION] = NATURAL_DIRECTION
    if message.traits is not ORDINARY:
        _write_otherwise(runs, message.traits)
    return runs


def _write_otherwise(runs: Runs, traits: Traits) -> None:
    """Numbers of another type, and a direction that is a string: 6,373 of 26,822 part
    numbers of a macOS 27 file are `q`, 173 of 7,699 directions an NSString. What those
    strings say is not known."""
    for _, attributes in runs:
        number = attributes.get(PART)
        if isinstance(number, int) and traits.part_code != "i":
            attributes[PART] = Number(number, traits.part_code)
        if traits.direction_text is not None:
            attributes[WRITING_DIRECTION] = traits.direction_text


def text_runs(
    part: TextPart, number: int = 0, *, location: int = 0, ripple: Ripple = 4
) -> Runs:
    """Return the runs of one bubble of text that starts at `location` of its body."""
    if not part.runs:
        return [(part.text, {PART: number})] if part.text else []
    runs: Runs = []
    for run in part.runs:
        attributes: Attributes = {PART: number}
        if any(_marks(run)):
            attributes.update(_styles(run, ripple))
        if run.link is not None or run.detected is not None:
            attributes.update(findings(run, location))
        location += utf16_length(run.text)
        if runs and runs[-1][1] == attributes:
            runs[-1] = (runs[-1][0] + run.text, attributes)
        elif run.text:
            runs.append((run.text, attributes))
    return runs


def attachment_runs(attachment: Attachment, number: int = 0) -> Runs:
    """Return the one run that stands for a file, nearly always one character long."""
    attributes: Attributes = {FILE_TRANSFER: attachment.guid, PART: number}
    # No sample of a sticker or of an emoji that is a picture states name and size.
    if attachment.width and attachment.height and attachment.source is None:
        attributes[FILENAME] = attachment.name
        attributes[INLINE_WIDTH] = float(attachment.width)
        attributes[INLINE_HEIGHT] = float(attachment.height)
    if attachment.genmoji is not None or attachment.stub == "memoji":
        attributes[EMOJI_IMAGE] = True  # a char in all 13 samples
    if attachment.transcript is not None:
        attributes[TRANSCRIPTION] = attachment.transcript
    return [(attachment.mark, attributes)]


def balloon_runs(balloon: Balloon) -> Runs:
    """Return the body of a message that is a balloon without a text."""
    if isinstance(balloon, Chatbot):
        return [(BALLOON_MARK, _rich_cards(balloon.cards))]
    if not isinstance(balloon, AppCard):
        return [(BALLOON_MARK, {PART: 0})]
    runs: Runs = []
    if balloon.body != "file":
        runs.append((BALLOON_MARK, _app_mark(balloon)))
    if balloon.body != "mark" and balloon.preview is not None:
        # An attachment's placeholder is a part of its own (imessage-chatdb).
        attributes: Attributes = {FILE_TRANSFER: balloon.preview.guid, PART: len(runs)}
        runs.append((ATTACHMENT_MARK, attributes))
    return runs


def _app_mark(card: AppCard) -> Attributes:
    """A breadcrumb's run has no part number (34 of 34); its options are a `q`."""
    if card.breadcrumb is None:
        return {PART: 0}
    return {BREADCRUMB: card.breadcrumb, BREADCRUMB_OPTIONS: Number(0, "q")}


def _rich_cards(cards: Sequence[RichCard]) -> Attributes:
    """RCS cards, by the keys that a bridge and another reader look for; pictures are
    named by URL, which a second attribute leads to their files."""
    known = [card for card in cards if card.picture and card.picture_url]
    return {
        RICH_CARDS: [_rich_card(card) for card in cards],
        URL_TO_TRANSFER: {
            card.picture_url: card.picture.guid
            for card in known
            if card.picture is not None and card.picture_url is not None
        },
        PART: 0,
    }


def _rich_card(card: RichCard) -> Attributes:
    said: Attributes = {"title": card.title, "cardDescription": card.description}
    media: Attributes = {"mediaUrl": card.picture_url} if card.picture_url else {}
    return said | ({"media": media} if media else {})


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
        # A long in all 20 samples; imessage-chatdb counted ints on 27.
        yield TEXT_EFFECT, Number(EFFECTS.get(run.effect, ripple), "q")
    if run.mention is not None:
        yield MENTION, run.mention
    if run.shares_photos:
        yield PHOTO_SHARING, {}  # an empty dictionary on 11 runs of a macOS 27 file
