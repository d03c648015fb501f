"""From attributedBody to bubbles: runs, part numbers and their attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_imessage_foundry.preview.phone import ShownRun
from pytest_imessage_foundry.preview.typedstream_decoder import (
    Node,
    Undecodable,
    decode,
    dictionary,
    plain,
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


@dataclass(frozen=True, slots=True)
class Piece:
    """A run with its part number and, for a file, the attachment's guid."""

    part: int
    run: ShownRun
    file: str = ""
    transcript: str = ""


def pieces(data: bytes) -> tuple[Piece, ...]:
    """The runs of an archived attributed string.

    Raises:
        Undecodable: the data is damaged or something else.
    """
    root = decode(data)
    if not root.name.endswith(b"AttributedString"):
        raise Undecodable(f"an archive of {root.name.decode('ascii', 'replace')}")
    text = plain(root.values[0]) if root.values else None
    if not isinstance(text, str):
        raise Undecodable("an attributed string without a string")
    return tuple(_pieces(text, root.values[1:]))


def _pieces(text: str, values: list[Any]) -> list[Piece]:
    """Cut the text by its runs; whatever they do not cover stays plain."""
    units = text.encode("utf-16-le", "surrogatepass")
    known: dict[int, dict[str, Any]] = {}
    found: list[Piece] = []
    start = part = 0
    for number, length in _runs(values, known):
        end = start + 2 * max(length, 0)
        attributes = known.get(number, {})
        part = _number(attributes.get(_PART), part)
        if units[start:end]:
            found.append(_piece(units[start:end], attributes, part))
        start = end
    if units[start:]:
        found.append(_piece(units[start:], {}, part))
    return found


def _runs(values: list[Any], known: dict[int, dict[str, Any]]) -> list[tuple[int, int]]:
    """(dictionary number, length) of each run; fills `known` on the way."""
    runs: list[tuple[int, int]] = []
    integers: list[int] = []
    for value in values:
        if isinstance(value, Node):
            if runs:
                known.setdefault(runs[-1][0], dictionary(value))
            continue
        if not isinstance(value, int):
            raise Undecodable("a run without a length")
        integers.append(value)
        if len(integers) == 2:
            runs.append((integers[0], integers[1]))
            integers = []
    return runs


def _number(value: Any, otherwise: int) -> int:
    number = plain(value)
    return number if isinstance(number, int) else otherwise


def _text(value: Any) -> str:
    found = plain(value)
    return found if isinstance(found, str) else ""


def _piece(units: bytes, attributes: dict[str, Any], part: int) -> Piece:
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
