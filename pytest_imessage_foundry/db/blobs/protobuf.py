"""The two balloons that are protobuf: handwriting and Digital Touch.

Field numbers: imessage-exporter's .proto files, made from real payloads.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.models import DigitalTouch, Handwriting

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
UNCOMPRESSED = 1
PEN_WIDTH = 10
KINDS = {"tap": 1, "heartbeat": 3, "sketch": 4, "kiss": 7, "fireball": 8}
RED = b"\xff\x3b\x30\xff"  # RGBA


def handwriting(balloon: Handwriting, date: int) -> bytes:
    """Return a handwritten note, made at `date` (nanoseconds since 2001)."""
    milliseconds = struct.pack("<q", date // 1_000_000)
    return (
        _tag(2, FIXED64)
        + milliseconds
        + _bytes(3, balloon.id.encode())  # readers find it at byte 11
        + _bytes(4, _drawing([stroke for stroke in balloon.strokes if stroke]))
    )


def digital_touch(balloon: DigitalTouch) -> bytes:
    """Return a gesture; the model says which, so each has one fixed drawing."""
    return (
        _number(1, KINDS[balloon.gesture])
        + _bytes(3, _GESTURES[balloon.gesture])
        + _bytes(5, balloon.id.encode())
    )


def _drawing(strokes: Sequence[Sequence[tuple[int, int]]]) -> bytes:
    xs = [x for stroke in strokes for x, _ in stroke] or [0]
    ys = [y for stroke in strokes for _, y in stroke] or [0]
    frame = _shorts(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    raw = b"".join(
        struct.pack("<H", len(stroke))
        # The fourth number of a point is not understood; 0 is harmless.
        + b"".join(_shorts(x, y, PEN_WIDTH, 0) for x, y in stroke)
        for stroke in strokes
    )
    return (
        _bytes(3, frame)
        + _number(4, len(strokes))
        + _number(5, UNCOMPRESSED)
        + _bytes(8, raw)
    )


def _shorts(*numbers: int) -> bytes:
    """Little-endian, with the top bit turned over."""
    return b"".join(struct.pack("<H", number ^ 0x8000) for number in numbers)


def _points(*points: tuple[int, int]) -> bytes:
    """Digital Touch: 0 to 65535 across the canvas, from the lower left."""
    return b"".join(struct.pack("<HH", x, y) for x, y in points)


def _stroke(*points: tuple[int, int]) -> bytes:
    return struct.pack("<HH", 0, len(points)) + _points(*points)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _tag(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _number(field: int, number: int) -> bytes:
    return _tag(field, VARINT) + _varint(number)


def _bytes(field: int, raw: bytes) -> bytes:
    return _tag(field, BYTES) + _varint(len(raw)) + raw


def _float(field: int, number: float) -> bytes:
    return _tag(field, FIXED32) + struct.pack("<f", number)


_DELAYS = struct.pack("<HHH", 0, 250, 500)
_LINE = ((16000, 24000), (32768, 40000), (49000, 24000))
_GESTURES = {
    "tap": _bytes(2, _DELAYS) + _bytes(3, _points(*_LINE)) + _bytes(4, RED * 3),
    "heartbeat": _float(1, 72.0) + _number(2, 3),
    "sketch": _number(1, 1) + _bytes(2, _stroke(*_LINE)) + _bytes(3, RED),
    "kiss": _bytes(1, _DELAYS)
    + _bytes(2, _points(*_LINE))
    + _bytes(3, struct.pack("<HHH", 0, 300, 600)),
    "fireball": _float(1, 1.5)
    + _float(2, 0.5)
    + _float(3, 0.5)
    + _bytes(4, _DELAYS)
    + _bytes(5, _points(*_LINE)),
}
