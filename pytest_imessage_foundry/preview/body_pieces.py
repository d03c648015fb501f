"""Pieces of a message's text from attributedBody: runs with their attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_imessage_foundry.preview.phone import ShownRun
from pytest_imessage_foundry.reading.typedstreams import Attributes, parsed

if TYPE_CHECKING:
    from pytest_imessage_foundry.reading.body_reader import BodyReader

_PLAIN = frozenset(
    ("__kIMMessagePartAttributeName", "__kIMBaseWritingDirectionAttributeName")
)
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
    if len(body.runs) == 1:
        ((length, attributes),) = body.runs
        if attributes.keys() <= _PLAIN and length == body.units > 0:
            part = _number(attributes.get(_PART), 0)
            return (Piece(part, ShownRun(text=body.text)),)
    return tuple(_pieces(body.text, body.runs))


def _pieces(text: str, runs: tuple[tuple[int, Attributes], ...]) -> list[Piece]:
    """Cut the text into its runs; text outside all runs has no attributes."""
    units = text.encode("utf-16-le")
    found: list[Piece] = []
    start = part = 0
    for length, attributes in runs:
        end = start + 2 * max(length, 0)
        part = _number(attributes.get(_PART), part)
        if units[start:end]:
            found.append(_piece(units[start:end], attributes, part))
        start = end
    if units[start:]:
        found.append(_piece(units[start:], {}, part))
    return found


def _number(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _piece(units: bytes, attributes: Attributes, part: int) -> Piece:
    run = ShownRun(
        text=units.decode("utf-16-le", "replace"),
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
