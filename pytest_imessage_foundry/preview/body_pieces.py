"""Pieces of a message's text from attributedBody: runs with their attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_imessage_foundry.preview.phone import ShownRun
from pytest_imessage_foundry.reading.attributed_strings import (
    Attributes,
    parsed,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.reading.body_reader import BodyReader

_PLAIN = frozenset(
    ("__kIMMessagePartAttributeName", "__kIMBaseWritingDirectionAttributeName")
)
_NONE: Attributes = {}
MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_PART = "__kIMMessagePartAttributeName"
_FILE = "__kIMFileTransferGUIDAttributeName"
_MENTION = "__kIMMentionConfirmedMention"
_LINK = "__kIMLinkAttributeName"
_EFFECT = "__kIMTextEffectAttributeName"
_STYLES = {
    "__kIMTextBoldAttributeName": "bold",
    "__kIMTextItalicAttributeName": "italic",
    "__kIMTextUnderlineAttributeName": "underline",
    "__kIMTextStrikethroughAttributeName": "strikethrough",
}
_DETECTED = {
    "__kIMOneTimeCodeAttributeName": "one-time code",
    "__kIMCalendarEventAttributeName": "date",
    "__kIMPhoneNumberAttributeName": "phone number",
    "__kIMMoneyAttributeName": "amount",
    "__kIMAddressAttributeName": "address",
}
# Ripple is 4 in one reader's test data, 1 in Apple's framework.
_EFFECTS = {
    1: "ripple",
    4: "ripple",
    5: "big",
    6: "bloom",
    8: "nod",
    9: "shake",
    10: "jitter",
    11: "small",
    12: "explode",
}


class Piece(NamedTuple):
    """A run with its part number and, for a file, the attachment's GUID."""

    part: int
    run: ShownRun
    file: str = ""
    transcript: str = ""


def pieces(data: bytes, reader: BodyReader | None = None) -> tuple[Piece, ...]:
    """Return the runs of an archived attributed string.

    A `reader` is fast if there are many.

    Raises:
        Damaged: the data is damaged, or is not an attributed string.
    """
    body = reader.read(data) if reader is not None else parsed(data)
    text = body.text
    # Lengths count UTF-16 units; most texts have as many as characters.
    units = text.encode("utf-16-le")
    is_wide = len(units) != 2 * len(text)
    found: list[Piece] = []
    start = part = 0
    # What no run covers has no attributes.
    for length, attributes in (*body.runs, (len(units), _NONE)):
        end = start + max(length, 0)
        part = _number(attributes.get(_PART), part)
        cut = text[start:end]
        if is_wide:
            cut = units[2 * start : 2 * end].decode("utf-16-le", "replace")
        if cut:
            found.append(_piece(cut, attributes, part))
        start = end
    return tuple(found)


def _number(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _piece(text: str, attributes: Attributes, part: int) -> Piece:
    if attributes.keys() <= _PLAIN:
        return Piece(part, ShownRun(text=text))
    run = ShownRun(
        text=text,
        styles=tuple(
            name for key, name in _STYLES.items() if _number(attributes.get(key), 0)
        ),
        effect=_EFFECTS.get(_number(attributes.get(_EFFECT), 0), ""),
        mention=_text(attributes.get(_MENTION)),
        link=_text(attributes.get(_LINK)),
        detected=next((_DETECTED[key] for key in attributes if key in _DETECTED), ""),
    )
    transcript = _text(attributes.get("IMAudioTranscription"))
    return Piece(part, run, _text(attributes.get(_FILE)), transcript)
