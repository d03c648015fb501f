"""Protobuf payloads: handwriting and Digital Touch, changed in place.

What is drawn is a picture that somebody made: its points are emptied. The identifier
gets a stand-in, the date of handwriting is moved.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pytest_imessage_foundry.anonymise.dates import SECOND, Dates
from pytest_imessage_foundry.anonymise.stand_ins import StandIns
from pytest_imessage_foundry.anonymise.tokens import GUID_FORM

HANDWRITING = "com.apple.Handwriting.HandwritingProvider"
DIGITAL_TOUCH = "com.apple.DigitalTouchBalloonProvider"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MILLISECOND = SECOND // 1000
# Field numbers of what is drawn (SEMANTICS §10). Lengths and counts in it stay.
_DRAWN = {HANDWRITING: 4, DIGITAL_TOUCH: 3}
_MOST = 1000
_FRAME, _STROKES = 3, 8
_STROKES_AND_FRAME = {_FRAME, _STROKES}
_WIDEST = 64  # of a pen
_DATED = {HANDWRITING: 2}


class NotProtobuf(Exception):
    """The bytes are no fields that fill them exactly."""


class Protobufs:
    """Protobuf payloads of one file."""

    def __init__(self, stand_ins: StandIns, dates: Dates) -> None:
        self._of = stand_ins
        self._dates = dates

    def replaced(self, data: bytes, bundle: str) -> bytes:
        """Return a payload of an app with stand-ins.

        Raises:
            NotProtobuf: it is none.
        """
        out = bytearray(data)
        for number, wire, start, end in _fields(data, 0, len(data)):
            if wire == _BYTES:
                if number == _DRAWN.get(bundle):
                    is_note = bundle == HANDWRITING
                    if not (is_note and self._redrawn(out, start, end)):
                        self._empty(out, start, end)
                else:
                    out[start:end] = self._identifier(data[start:end])
            elif wire == _FIXED64 and number == _DATED.get(bundle):
                date = int.from_bytes(data[start:end], "little", signed=True)
                moved = self._dates.moved(date * _MILLISECOND) // _MILLISECOND
                out[start:end] = moved.to_bytes(8, "little", signed=True)
            elif wire in (_FIXED64, _FIXED32) or end - start > 1:
                self._zero(out, wire, start, end)
        return bytes(out)

    def _identifier(self, raw: bytes) -> bytes:
        text = raw.decode("ascii", "replace")
        if GUID_FORM.fullmatch(text):
            return self._of.one_guid(text).encode()
        return bytes(len(raw))

    def _redrawn(self, out: bytearray, start: int, end: int) -> bool:
        """Put other points into handwriting: as many strokes of as many points, in the
        same frame. Return whether it is in the form that is known."""
        data = bytes(out)
        fields = {n: (a, b) for n, _, a, b in _fields(data, start, end)}
        if not fields.keys() >= _STROKES_AND_FRAME or len(fields) > 4:
            return False
        (first, last), (at, to) = fields[_FRAME], fields[_STROKES]
        if last - first != 8 or any(
            b - a > 2 for n, (a, b) in fields.items() if n in (4, 5)
        ):
            return False
        x, y, width, height = _shorts(data[first:last])
        stream = self._of.secret.stream("points", data[at:to], 2 * (to - at))
        while at + 2 <= to:
            count = int.from_bytes(data[at : at + 2], "little")
            at += 2
            if at + 8 * count > to:
                return False
            for place in range(at, at + 8 * count, 8):
                one, other = stream[2 * (place - at)], stream[2 * (place - at) + 1]
                point = (x + one * width // 255, y + other * height // 255)
                pen = min(_shorts(data[place : place + 8])[2], _WIDEST)
                out[place : place + 8] = _coded(*point, pen, 0)
            at += 8 * count
        return at == to

    def _empty(self, out: bytearray, start: int, end: int) -> None:
        """Empty the points of a drawing: of fields, all but short numbers."""
        data = bytes(out)
        try:
            inner = list(_fields(data, start, end))
        except NotProtobuf:
            out[start:end] = bytes(end - start)
            return
        for _, wire, first, last in inner:
            if wire == _BYTES:
                # The shape of a stroke is its count of points, which comes first.
                out[first:last] = bytes(
                    n if at < 4 else 0x80 * (at & 1)
                    for at, n in enumerate(data[first:last])
                )
            elif wire == _FIXED32:
                out[first:last] = self._like(data[first:last])
            elif wire == _FIXED64 or last - first > 1:
                self._zero(out, wire, first, last)

    def _like(self, raw: bytes) -> bytes:
        """Return another real number of as many digits: a heart's beats per minute."""
        (value,) = struct.unpack("<f", raw)
        if not 1 <= value < _MOST:
            return bytes(len(raw))
        least = 10 ** (len(str(int(value))) - 1)
        drawn = least + self._of.secret.below(9 * least, "real", raw.hex())
        return struct.pack("<f", drawn)

    @staticmethod
    def _zero(out: bytearray, wire: int, start: int, end: int) -> None:
        if wire == _VARINT:  # its length is in its bytes
            for at in range(start, end):
                out[at] &= 0x80
        else:
            out[start:end] = bytes(end - start)


def _shorts(raw: bytes) -> list[int]:
    """Return little-endian numbers whose top bit is turned over."""
    return [number ^ 0x8000 for number in struct.unpack(f"<{len(raw) // 2}H", raw)]


def _coded(*numbers: int) -> bytes:
    raw = ((number & 0xFFFF) ^ 0x8000 for number in numbers)
    return struct.pack(f"<{len(numbers)}H", *raw)


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield number, wire type and place of the content of each field."""
    while at < end:
        tag, at = _varint(data, at, end)
        number, wire = tag >> 3, tag & 7
        start = at
        if wire == _VARINT:
            _, at = _varint(data, at, end)
        elif wire in (_FIXED64, _FIXED32):
            at += 8 if wire == _FIXED64 else 4
        elif wire == _BYTES:
            size, start = _varint(data, at, end)
            at = start + size
        else:
            raise NotProtobuf
        if number == 0 or at > end:
            raise NotProtobuf
        yield number, wire, start, at


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    number = shift = 0
    while at < end and shift < 64:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    raise NotProtobuf
