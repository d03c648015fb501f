"""Reads bodies by the thousand: their forms are few, their texts many.

Bodies of one run differ in text and length, and in what their strings and data
say. What stands behind the run length is parsed once, and known from then on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pytest_imessage_foundry.db.checks.typedstreams import (
    HEADER,
    Attributes,
    Body,
    decoded,
    parsed,
    utf16_units,
)

PART = "__kIMMessagePartAttributeName"
_PLAIN = frozenset((PART, "__kIMBaseWritingDirectionAttributeName"))
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}".encode()
_LEARNED = 512
_INT16 = 0x81

# Up to the text of a body, as every archive of Messages begins (TYPEDSTREAM §5).
_MUTABLE = (
    HEADER + b"\x84\x01@\x84\x84\x84\x19NSMutableAttributedString\0"
    b"\x84\x84\x12NSAttributedString\0\x84\x84\x08NSObject\0\x85"
    b"\x92\x84\x84\x84\x0fNSMutableString\x01\x84\x84\x08NSString\x01\x95\x84\x01+"
)
_IMMUTABLE = (
    HEADER + b"\x84\x01@\x84\x84\x84\x12NSAttributedString\0\x84\x84\x08NSObject\0\x85"
    b"\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+"
)
_TO_MUTABLE, _TO_IMMUTABLE = len(_MUTABLE), len(_IMMUTABLE)
_RUN = b"\x86\x84\x02iI\x01"  # end of the string, first run, dictionary 1

# A string within the attributes: class and type are references by then.
_STRING = {_TO_MUTABLE: b"\x84\x98\x98", _TO_IMMUTABLE: b"\x84\x96\x96"}
# The length of data, its type, which says that again, and then the bytes.
_DATA = re.compile(
    rb"(?:\x81([\x00-\xff][\x00-\x7f])|([\x00-\x7f]))\x84[\x04-\x08]\[(\d{1,5})c\]"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """The attributes of a run, each name and value the number of a string."""

    fields: tuple[tuple[int, int | None, Any], ...]

    @classmethod
    def of(cls, attributes: Attributes, strings: list[bytes]) -> _Form | None:
        """The form of `attributes`, unless it depends on what the strings are."""
        numbers = {string: number for number, string in enumerate(strings)}
        if len(numbers) < len(strings):
            return None
        fields: list[tuple[int, int | None, Any]] = []
        for name, value in attributes.items():
            if isinstance(value, str | bytes):
                raw = value if isinstance(value, bytes) else value.encode()
                if raw not in numbers:
                    return None
                fields.append((numbers[name.encode()], numbers[raw], type(value)))
            elif isinstance(value, int | float):
                fields.append((numbers[name.encode()], None, value))
            else:
                return None
        return cls(tuple(fields))

    def fill(self, strings: list[bytes]) -> Attributes:
        return {
            decoded(strings[name]): value
            if number is None
            else strings[number]
            if value is bytes
            else decoded(strings[number])
            for name, number, value in self.fields
        }


class Reader:
    """Reads many bodies and remembers what their ends mean."""

    def __init__(self) -> None:
        self._learned: dict[tuple[int, bytes], Attributes] = {}
        self._forms: dict[tuple[int, bytes], _Form] = {}
        self._plain: dict[int, set[bytes]] = {_TO_MUTABLE: set(), _TO_IMMUTABLE: set()}

    def plain(self, data: bytes) -> bytes | None:
        """The text of a body that is part 0 and no more, if it is of a known form.

        None says nothing: `read` and look. Its one run covers the whole text.
        """
        if data.startswith(_MUTABLE):
            head = _TO_MUTABLE
        elif data.startswith(_IMMUTABLE):
            head = _TO_IMMUTABLE
        else:
            return None
        try:
            start = head + 1
            end = start + data[head]
            units = data[end + 6]
        except IndexError:
            return None
        raw = data[start:end]
        if (
            units < 0x80
            and data[end : end + 6] == _RUN
            and data[end + 7 :] in self._plain[head]
            and (units == len(raw) < 0x80 if raw.isascii() else _is_whole(raw, units))
        ):
            return raw
        return None

    def read(self, data: bytes) -> Body:
        """The attributed string in `data`.

        Raises:
            Damaged: it is cut short, spoilt, or something else.
        """
        cut = self._cut(data)
        if cut is None:
            return parsed(data)
        start, end, units, head, tail = cut
        attributes = self._learned.get((head, tail))
        if attributes is None:
            key, strings = _masked(head, tail)
            form = self._forms.get((head, key))
            if form is None:
                body = parsed(data)
                if len(body.runs) == 1:
                    self._learn(head, tail, key, strings, body.runs[0][1])
                return body
            attributes = form.fill(strings)
        raw = data[start:end]
        if not raw.isascii():
            decoded(raw)
        return Body(raw, ((units, attributes),))

    def _learn(
        self,
        head: int,
        tail: bytes,
        key: bytes,
        strings: list[bytes],
        attributes: Attributes,
    ) -> None:
        if len(self._learned) + len(self._forms) >= _LEARNED:
            return
        if all(isinstance(value, int) for value in attributes.values()):
            self._learned[head, tail] = attributes
            if attributes.get(PART) == 0 and attributes.keys() <= _PLAIN:
                self._plain[head].add(tail)
        elif (form := _Form.of(attributes, strings)) is not None:
            self._forms[head, key] = form

    def _cut(self, data: bytes) -> tuple[int, int, int, int, bytes] | None:
        """Start and end of the text, length of the first run, its kind, the rest."""
        if data.startswith(_MUTABLE):
            head = _TO_MUTABLE
        elif data.startswith(_IMMUTABLE):
            head = _TO_IMMUTABLE
        else:
            return None
        size = data[head] if head < len(data) else 0xFF
        start = head + 1
        if size >= 0x80:
            if size != _INT16 or data[start + 1 : start + 2] > b"\x7f":
                return None
            size = int.from_bytes(data[start : start + 2], "little")
            start += 2
        end = start + size
        at = end + 6
        if data[end:at] != _RUN or at >= len(data):
            return None
        units = data[at]
        at += 1
        if units >= 0x80:
            if units != _INT16 or data[at + 1 : at + 2] > b"\x7f":
                return None
            units = int.from_bytes(data[at : at + 2], "little")
            at += 2
        return start, end, units, head, data[at:]


def _is_whole(raw: bytes, units: int) -> bool:
    """Whether a short text has this many UTF-16 units, none of them a file's."""
    if len(raw) >= 0x80 or _MARK in raw:
        return False
    try:
        return utf16_units(raw) == units
    except UnicodeDecodeError:
        return False


def _masked(head: int, tail: bytes) -> tuple[bytes, list[bytes]]:
    """`tail` without what its strings and data say, and what they say.

    No length or number elsewhere depends on that, so two tails that are equal
    without it are of one form. Where in doubt nothing is masked.
    """
    strings: list[bytes] = []
    while (match := _DATA.search(tail)) is not None:
        size = int(match[3])
        stated = match[1] or match[2]
        end = match.end() + size
        if int.from_bytes(stated, "little") != size or tail[end : end + 1] != b"\x86":
            return tail, []
        strings.append(tail[match.end() : end])
        tail = tail[: match.start()] + b"[]" + tail[end:]
    pieces = tail.split(_STRING[head])
    kept = [pieces[0]]
    for piece in pieces[1:]:
        end = piece[0] + 1 if piece else 0
        if not 1 <= end <= 128 or piece[end : end + 1] != b"\x86":
            return tail, []
        strings.append(piece[1:end])
        kept.append(piece[end:])
    return b"\x84+".join(kept), strings
