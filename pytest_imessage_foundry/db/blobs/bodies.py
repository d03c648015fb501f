"""The body of a message as `message.attributedBody` holds it: an attributed string.

`plain()` is for the nineteen bodies in twenty that have one run and nothing to say
about it; `attributed()` writes any other. Both agree byte for byte. How a stream is
written is in `typedstream`; archives of one layout are written in full once, and
after that only their values are (`_Form`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs.typedstream import (
    END,
    StreamWriter,
    Value,
    array_code,
    frozen,
    integer,
    packed,
    real,
)
from pytest_imessage_foundry.db.blobs.values import MutableData, Number, Url
from pytest_imessage_foundry.models import utf16_length

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import PartCode

__all__ = ["NATURAL_DIRECTION", "PART", "WRITING_DIRECTION", "attributed", "plain"]

Run = tuple[str, Mapping[str, Value]]

PART = "__kIMMessagePartAttributeName"
WRITING_DIRECTION = "__kIMBaseWritingDirectionAttributeName"
NATURAL_DIRECTION = Number(-1, "q")  # BProw, and 7,526 rows of a macOS 27 file

_MOST_RUNS = 4  # with more, hardly two bodies have one layout
_MOST_FORMS = 1000


def attributed(
    runs: Iterable[Run], *, mutable: bool = True, share_keys: bool = False
) -> bytes:
    """Return the archive of an attributed string made of these runs of text.

    Equal attributes share one dictionary. `share_keys` writes each key string
    once; Messages does so in some archives, but mostly repeats them
    (imessage-chatdb: 770 against 1,954).
    """
    stretches = [(text, attributes) for text, attributes in runs if text]
    flags = (mutable, share_keys)
    values = _values(stretches) if 0 < len(stretches) <= _MOST_RUNS else None
    if values is None:
        return bytes(_written(stretches, *flags)[0].out)
    shape, leaves = values
    # Equal values are one object, so the layout also depends on which are equal.
    layout = (*flags, *shape, *map(leaves.index, leaves))
    form = _FORMS.get(layout)
    if form is None:
        form = _BodyForm(*_written(stretches, *flags), leaves)
        if len(_FORMS) < _MOST_FORMS:
            _FORMS[layout] = form
    text = packed("".join([text for text, _ in stretches]))
    lengths = [integer(utf16_length(text)) for text, _ in stretches]
    return form.filled([text, *lengths, *leaves])


def _written(
    stretches: Sequence[Run], mutable: bool, share_keys: bool
) -> tuple[StreamWriter, list[int]]:
    """The archive, and which of its leaves are its text and the runs' lengths."""
    writer = _begun(mutable=mutable, share_keys=share_keys).copy()
    own = [len(writer.leaves)]
    writer.text("".join(text for text, _ in stretches))
    writer.close()
    numbers: dict[object, int] = {}
    for text, attributes in stretches:
        key = frozen(attributes)
        is_new = key not in numbers
        number = numbers.setdefault(key, len(numbers) + 1)
        writer.code("iI")
        writer.out += integer(number)
        own.append(len(writer.leaves))
        writer.leaf(integer(utf16_length(text)))
        if is_new:
            writer.code("@")
            writer.dictionary(attributes)
    writer.close()
    return writer, own


@cache
def _begun(*, mutable: bool, share_keys: bool) -> StreamWriter:
    """Return an archive up to its text: all begin alike."""
    flavour = "Mutable" if mutable else ""
    writer = StreamWriter(share_keys=share_keys)
    writer.code("@")
    writer.open(f"NS{flavour}AttributedString")
    writer.code("@")
    writer.open(f"NS{flavour}String")
    return writer


class _BodyForm:
    """What all archives of one layout have in common, and where their leaves go."""

    def __init__(
        self, writer: StreamWriter, own: list[int], values: list[bytes]
    ) -> None:
        self._pieces: list[bytes] = []
        order = []
        end = 0
        for number, (start, leaf) in enumerate(writer.leaves):
            is_own = number in own
            order.append(own.index(number) if is_own else len(own) + values.index(leaf))
            self._pieces += (bytes(writer.out[end:start]), leaf)
            end = start + len(leaf)
        self._pieces.append(bytes(writer.out[end:]))
        self._in_order = itemgetter(*order)

    def filled(self, leaves: list[bytes]) -> bytes:
        """The archive with these leaves: text, length of each run, values."""
        pieces = self._pieces.copy()
        pieces[1::2] = self._in_order(leaves)
        return b"".join(pieces)


_FORMS: dict[tuple[object, ...], _BodyForm] = {}


def _values(stretches: Sequence[Run]) -> tuple[list[object], list[bytes]] | None:
    """Names and types of all attributes, and their values as a stream holds them.

    None where there is a value of a kind that has no single place in the stream.
    """
    shape: list[object] = []
    leaves: list[bytes] = []
    for _, attributes in stretches:
        if not _gather(attributes, shape, leaves):
            return None
    return shape, leaves


def _gather(
    pairs: Mapping[str, Value], shape: list[object], leaves: list[bytes]
) -> bool:
    shape.append(tuple(pairs))
    for value in pairs.values():
        kind: object = type(value)
        if isinstance(value, Number):
            kind, value = value.code, value.value
        encode = _LEAVES.get(kind)
        if encode is None:
            if isinstance(value, dict) and _gather(value, shape, leaves):
                continue
            return False
        # 0.0 and -0.0 are two objects that read alike.
        if kind is float and not value:
            return False
        shape.append(kind)
        leaves += encode(value)
    return True


def _data(data: bytes) -> tuple[bytes, ...]:
    return integer(len(data)), packed(array_code(data)), data


def _integer(number: int) -> tuple[bytes, ...]:
    return (integer(number),)


# By type, or by type code where a number states its own.
_LEAVES: dict[object, Callable[[Any], tuple[bytes, ...]]] = {
    str: lambda text: (packed(text),),
    Url: lambda url: (packed(url.text),),
    bool: lambda truth: (b"\x01" if truth else b"\0",),
    float: lambda number: (real(number, "<d"),),
    **dict.fromkeys((int, "i", "q", "s"), _integer),
    bytes: _data,
    MutableData: lambda value: _data(value.data),
}


class _PlainForm:
    """What stands before and after the text and the run length of a plain body."""

    def __init__(
        self, mutable: bool, writing_direction: bool, part_code: PartCode
    ) -> None:
        number: Value = 0 if part_code == "i" else Number(0, part_code)
        attributes = {PART: number}
        if writing_direction:
            attributes[WRITING_DIRECTION] = NATURAL_DIRECTION
        sample = attributed([("?", attributes)], mutable=mutable)
        self.head, _, rest = sample.partition(b"\x01?\x86")
        self.middle, self.tail = rest[:5], rest[6:]
        # Of a short text both lengths take one byte.
        self.heads = [self.head + bytes([size]) for size in range(128)]
        self.tails = [
            END + self.middle + bytes([size]) + self.tail for size in range(128)
        ]
        self.tails[0] = END + END  # no text, no runs

    def long(self, raw: bytes, units: int) -> bytes:
        numbers = integer(len(raw)), integer(units)
        return b"".join(
            (self.head, numbers[0], raw, END, self.middle, numbers[1], self.tail)
        )


_PLAIN: dict[tuple[bool, bool, PartCode], _PlainForm] = {}


def plain(
    text: str,
    *,
    mutable: bool = True,
    writing_direction: bool = False,
    part_code: PartCode = "i",
) -> bytes:
    """Return the archive of a text that is one part without styles."""
    key = (mutable, writing_direction, part_code)
    form = _PLAIN.get(key)
    if form is None:
        form = _PLAIN[key] = _PlainForm(*key)
    raw = text.encode()
    size = len(raw)
    units = size if text.isascii() else utf16_length(text)
    if size < 128:
        return form.heads[size] + raw + form.tails[units]
    return form.long(raw, units)
