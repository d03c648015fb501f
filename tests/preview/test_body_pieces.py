"""The decoder of attributedBody: a real archive's layout, and any bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch_phones import Scratch

from pytest_imessage_foundry.db.blobs.bodies import plain
from pytest_imessage_foundry.preview import read
from pytest_imessage_foundry.preview.body_pieces import pieces
from pytest_imessage_foundry.reading.typedstreams import Damaged

HEADER = b"\x04\x0bstreamtyped\x81\xe8\x03"
# The archive of "Noter test", as Messages wrote it.
NOTER = (
    HEADER
    + b"\x84\x01@\x84\x84\x84\x19NSMutableAttributedString\x00"
    + b"\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85"
    + b"\x92\x84\x84\x84\x0fNSMutableString\x01\x84\x84\x08NSString\x01\x95"
    + b"\x84\x01+\x0aNoter test\x86\x84\x02iI\x01\x0a"
    + b"\x92\x84\x84\x84\x0cNSDictionary\x00\x95\x84\x01i\x01"
    + b"\x92\x84\x98\x98\x1d__kIMMessagePartAttributeName\x86"
    + b"\x92\x84\x84\x84\x08NSNumber\x00\x84\x84\x07NSValue\x00\x95"
    + b"\x84\x01*\x84\x9b\x9b\x00\x86\x86\x86"
)


def test_reads_an_archive_that_messages_wrote() -> None:
    (piece,) = pieces(NOTER)

    assert (piece.run.text, piece.part) == ("Noter test", 0)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 32_767, 32_768, 100_000])
@pytest.mark.parametrize("letter", ["a", "é", "🎈"])
@pytest.mark.parametrize("mutable", [True, False])
def test_reads_texts_of_any_length(length: int, letter: str, mutable: bool) -> None:
    found = pieces(plain(letter * length, mutable=mutable))

    assert "".join(piece.run.text for piece in found) == letter * length


@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    for attempt in (data, HEADER + data, NOTER[:40] + data):
        try:
            pieces(attempt)
        except Damaged:
            continue


@given(st.lists(st.tuples(st.integers(16, len(NOTER) - 1), st.integers(0, 255))))
def test_damaged_archives_are_read_or_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(NOTER)
    for place, value in changes:
        damaged[place] = value
    try:
        pieces(bytes(damaged))
    except Damaged:
        return


@pytest.mark.parametrize("length", range(0, len(NOTER) - 1, 7))
def test_archives_cut_short_are_refused(length: int) -> None:
    with pytest.raises(Damaged):
        pieces(NOTER[:length])


@pytest.mark.parametrize(
    "body",
    [
        b"\x84\x01@" + b"\x84\x84\x84\x01A\x00\x85\x84\x01@" * 1000,
        b"\x84\x01+\x82" + struct.pack("<i", 2**31 - 1),
        b"\x84\x01+\x82" + struct.pack("<i", -5),
        b"\x84\x0b[999999999c]",
        b"\x84\x01@\x92",
        b"\x84\x01?\x00",
    ],
    ids=["deep", "long", "negative", "bytes", "itself", "type"],
)
def test_hostile_archives_are_refused(body: bytes) -> None:
    with pytest.raises(Damaged):
        pieces(HEADER + body)


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_a_broken_body_says_so_in_its_bubble(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    made = Scratch(tmp_path_factory.mktemp("broken") / "chat.db")
    made.add(text="what the text column says", attributedBody=data)

    (message,) = read(made.path).messages()

    assert message.text == "what the text column says"
    assert message.troubles[0].startswith("attributedBody could not be read: ")


@pytest.mark.parametrize(
    "value",
    [
        b"\x84\x01d\x83" + struct.pack("<d", 0.5),
        b"\x84\x01f\x83" + struct.pack("<f", 0.5),
        b"\x84\x01d\x05",
        b"\x84\x04[3c]abc",
        b"\x84\x01*\x85",
        b"\x84\x01@\x85",
    ],
    ids=["double", "float", "whole", "bytes", "no string", "no object"],
)
def test_other_values_are_read_past(value: bytes) -> None:
    """Values of an object whose class nobody knows, in a key of their own."""
    one, two = b"\x84\x01i\x01\x92", b"\x84\x01i\x02\x92"
    unknown = b"\x92\x84\x98\x98\x05other\x86\x92\x84\x84\x84\x07NSOther\x00\x95"
    archive = NOTER.replace(one, two)[:-2] + unknown + value + b"\x86\x86\x86"

    (piece,) = pieces(archive)

    assert (piece.run.text, piece.part) == ("Noter test", 0)


def test_lengths_written_without_a_sign_are_read() -> None:
    text = b"a" * 40_000
    archive = NOTER.replace(b"\x0aNoter test", b"\x81\x40\x9c" + text)

    assert "".join(piece.run.text for piece in pieces(archive)) == text.decode()


def test_runs_that_do_not_cover_the_text_lose_nothing(
    scratch: Callable[..., Scratch],
) -> None:
    short = NOTER.replace(b"iI\x01\x0a", b"iI\x01\x03")
    long = NOTER.replace(b"iI\x01\x0a", b"iI\x01\x7f")

    assert "".join(piece.run.text for piece in pieces(short)) == "Noter test"
    assert "".join(piece.run.text for piece in pieces(long)) == "Noter test"


def test_text_with_file_marks_alone_finds_its_files(
    scratch: Callable[..., Scratch],
) -> None:
    made = scratch()
    made.add(text="one \ufffc two \ufffc")
    made.attach(1, "first.pdf", "", "application/pdf")

    (message,) = read(made.path).messages()

    assert [part.text or (part.file and part.file.name) for part in message.parts] == [
        "one ",
        "first.pdf",
        " two ",
        "attachment",
    ]
