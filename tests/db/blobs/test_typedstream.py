"""Bodies: the documented bytes, and what an independent reader makes of them."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
import typedstream
from hypothesis import given, settings
from hypothesis import strategies as st
from typedstream import stream
from typedstream.types import foundation

from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.blobs.bodies import (
    NATURAL_DIRECTION,
    PART,
    WRITING_DIRECTION,
    attributed,
    plain,
)
from pytest_imessage_foundry.db.blobs.typedstream import integer
from pytest_imessage_foundry.db.blobs.values import Date, MutableData, Number, Url
from pytest_imessage_foundry.models import utf16_length

# TYPEDSTREAM.md, §5: a real body of 233 bytes, written out from the table there.
NOTER_TEST = bytes.fromhex(
    "04 0b" + b"streamtyped".hex() + "81 e8 03"
    "84 01 40"
    "84"
    "84 84 19" + b"NSMutableAttributedString".hex() + "00"
    "84 84 12" + b"NSAttributedString".hex() + "00"
    "84 84 08" + b"NSObject".hex() + "00 85"
    "92"
    "84"
    "84 84 0f" + b"NSMutableString".hex() + "01"
    "84 84 08" + b"NSString".hex() + "01"
    "95"
    "84 01 2b 0a" + b"Noter test".hex() + "86"
    "84 02 69 49 01 0a"
    "92 84"
    "84 84 0c" + b"NSDictionary".hex() + "00 95"
    "84 01 69 01"
    "92 84 98 98 1d" + b"__kIMMessagePartAttributeName".hex() + "86"
    "92 84"
    "84 84 08" + b"NSNumber".hex() + "00"
    "84 84 07" + b"NSValue".hex() + "00 95"
    "84 01 2a 84 9b"
    "9b 00"
    "86 86 86"
)
IMMUTABLE_PREFIX = bytes.fromhex(
    "84 84 84 12" + b"NSAttributedString".hex() + "00"
    "84 84 08" + b"NSObject".hex() + "00 85"
    "92 84 84 84 08" + b"NSString".hex() + "01 94 84 01 2b"
)
LENGTHS = [0, 1, 31, 32, 126, 127, 128, 157, 255, 256, 8192, 32767, 32768, 70000]


def plainly(value: Any) -> Any:
    """A decoded value as plain Python, its class kept where it matters."""
    if isinstance(value, stream.CString | bytes):
        return bytes(getattr(value, "contents", value))
    match value:
        case foundation.NSNumber():
            return Number(value.value, value.type_encoding.decode())
        case foundation.NSString():
            return value.value
        case foundation.NSURL():
            return Url(value.value)
        case foundation.NSMutableData():
            return MutableData(value.data)
        case foundation.NSData():
            return value.data
        case foundation.NSDate():
            return Date(value.absolute_reference_date_offset)
        case foundation.NSArray():
            return [plainly(each) for each in value.elements]
        case foundation.NSDictionary():
            pairs = value.contents.items()
            return {plainly(key): plainly(each) for key, each in pairs}
    raise AssertionError(type(value))


def decode(data: bytes) -> tuple[str, list[tuple[str, Any]]]:
    """The text and its runs, each cut out by its UTF-16 length."""
    root = typedstream.unarchive_from_data(data)
    groups = iter(group.values for group in root.contents)
    (string,) = next(groups)
    units = string.value.encode("utf-16-le")
    dictionaries: list[Any] = []
    runs = []
    at = 0
    for number, length in groups:
        if number > len(dictionaries):
            assert number == len(dictionaries) + 1
            (dictionary,) = next(groups)
            dictionaries.append(plainly(dictionary))
        piece = units[at * 2 : (at + length) * 2].decode("utf-16-le")
        runs.append((piece, dictionaries[number - 1]))
        at += length
    assert at * 2 == len(units)
    return string.value, runs


def as_decoded(value: Any) -> Any:
    """What `plainly` gives for a value of ours."""
    if isinstance(value, bool):
        return Number(int(value), "c")
    if isinstance(value, int):
        return Number(value, "i")
    if isinstance(value, float):
        return Number(value, "d")
    if isinstance(value, dict):
        return {key: as_decoded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_decoded(each) for each in value]
    return value


def test_worked_example_byte_for_byte():
    assert len(NOTER_TEST) == 233
    assert plain("Noter test") == NOTER_TEST
    assert attributed([("Noter test", {PART: 0})]) == NOTER_TEST


def test_immutable_form_starts_as_stated():
    data = plain("Noter test", mutable=False)
    assert data.startswith(b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@")
    assert data[19:].startswith(IMMUTABLE_PREFIX)


@pytest.mark.parametrize("mutable", [True, False])
def test_patterns_of_heuristic_readers(mutable):
    data = plain("hello", mutable=mutable)
    mark = b"\x95" if mutable else b"\x94"
    assert b"NSString\x01" + mark + b"\x84\x01+\x05hello\x86\x84\x02iI" in data


@pytest.mark.parametrize("direction", [True, False])
@pytest.mark.parametrize("mutable", [True, False])
@pytest.mark.parametrize("size", LENGTHS)
@pytest.mark.parametrize("letter", ["a", "é", "€", "👋"])
def test_every_length_class(letter, size, mutable, direction):
    text = (letter * size).encode()[:size].decode(errors="ignore")
    text += "x" * (size - len(text.encode()))
    data = plain(text, mutable=mutable, writing_direction=direction)
    attributes = {PART: 0}
    if direction:
        attributes[WRITING_DIRECTION] = NATURAL_DIRECTION
    runs = [(text, attributes)] if text else []
    assert data == attributed(runs, mutable=mutable)
    expected = [(text, as_decoded(attributes))] if text else []
    assert decode(data) == (text, expected)


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (0, "00"),
        (127, "7f"),
        (-1, "ff"),
        (-110, "92"),
        (-111, "8191ff"),
        (128, "818000"),
        (157, "819d00"),
        (32767, "81ff7f"),
        (32768, "8200800000"),
        (-32769, "82ff7fffff"),
        (2**31 - 1, "82ffffff7f"),
    ],
)
def test_integers(number, form):
    assert integer(number).hex() == form


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_integer_without_a_known_form(number):
    with pytest.raises(OverflowError, match="no known form"):
        attributed([("x", {PART: number})])


VALUES = [
    0,
    -1,
    255,
    70000,
    True,
    False,
    2.5,
    3.0,
    1e300,
    math.inf,
    "",
    "Ünï 👋",
    "long " * 100,
    b"",
    b"bplist00\x00\xff" * 40,
    Number(-1, "q"),
    Number(-128, "c"),
    Number(-300, "s"),
    Number(0.5, "f"),
    Number(2.0, "f"),
    Url("https://example.com/ü"),
    Date(690513474.25),
    Date(690513474),
    MutableData(b"\x01\x02"),
    [],
    ["a", 1, [Url("x:y")]],
    {},
    {"code": "1234", "displayCode": "1234", "inner": {"n": 1}},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("share_keys", [True, False])
def test_every_type_of_value(value, share_keys):
    runs = [("one", {PART: 0, "x": value}), ("two", {"y": value, PART: 1})]
    data = attributed(runs, share_keys=share_keys)
    text, decoded = decode(data)
    assert text == "onetwo"
    assert decoded == [
        ("one", {PART: Number(0), "x": as_decoded(value)}),
        ("two", {PART: Number(1), "y": as_decoded(value)}),
    ]


def test_nan_is_shared_with_itself():
    _, runs = decode(attributed([("a", {"x": math.nan}), ("b", {"x": math.nan})]))
    assert [math.isnan(attributes["x"].value) for _, attributes in runs] == [True, True]


def test_unknown_value_is_refused():
    with pytest.raises(TypeError, match="cannot hold object"):
        attributed([("x", {PART: object()})])  # type: ignore[dict-item]


def test_equal_attributes_share_a_dictionary():
    data = attributed(
        [("a", {PART: 0, "b": 1}), ("b", {PART: 0}), ("c", {"b": 1, PART: 0})]
    )
    assert data.count(b"NSDictionary") == 1
    assert data.endswith(b"\x01\x01\x86")  # the third run: dictionary 1, length 1


def test_equal_numbers_of_other_types_stay_apart():
    values = [1, True, 1.0, Number(1, "q")]
    _, runs = decode(attributed((str(i), {"x": each}) for i, each in enumerate(values)))
    assert [attributes["x"].code for _, attributes in runs] == ["i", "c", "d", "q"]


def test_numbers_are_shared_and_keys_are_not():
    runs = [("a", {PART: 0}), ("b", {PART: 0, "x": 1}), ("c", {PART: 0, "x": 2})]
    assert attributed(runs).count(PART.encode()) == 3
    assert attributed(runs, share_keys=True).count(PART.encode()) == 1
    # The part number 0 was object 10; later uses are one byte, 0x92 + 10.
    assert attributed(runs).count(b"\x86\x92\x9c") == 2


@pytest.mark.parametrize("share_keys", [True, False])
def test_references_beyond_one_byte(share_keys):
    """237 is the last object that one byte can name (237 - 110 = 127)."""
    runs = [(chr(0x4E00 + i), {f"key{i}": f"value{i}", PART: i}) for i in range(300)]
    runs += [(chr(0x5E00 + i), {f"key{i}": f"value{i}", "x": i}) for i in range(300)]
    data = attributed(runs, share_keys=share_keys)
    if share_keys:
        assert b"\x92\x81" + struct.pack("<h", 238 - 110) in data
    _, decoded = decode(data)
    assert decoded == [(text, as_decoded(attributes)) for text, attributes in runs]


def test_string_references_beyond_one_byte():
    """Each NSData length is a type code of its own in the string table."""
    sizes = [*range(260), *range(260)]
    data = attributed(
        ("x", {PART: i, "x": bytes([i % 251]) * size}) for i, size in enumerate(sizes)
    )
    _, decoded = decode(data)
    assert [len(attributes["x"]) for _, attributes in decoded] == sizes


scalars = (
    st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=200)
    | st.binary(max_size=300)
    | st.text(max_size=20).map(Url)
    | st.floats(0, 1e9).map(Date)
    | st.binary(max_size=20).map(MutableData)
    | st.integers(-(2**31), 2**31 - 1).map(lambda number: Number(number, "q"))
    | st.integers(-128, 127).map(lambda number: Number(number, "c"))
    | st.floats(width=32, allow_nan=False).map(lambda number: Number(number, "f"))
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
run_lists = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=60),
        st.dictionaries(st.sampled_from("abcdefg"), values, max_size=4),
    ),
    max_size=8,
)


@pytest.mark.parametrize("examples", [40, pytest.param(200, marks=pytest.mark.sweep)])
def test_any_runs_come_back(examples):
    @settings(derandomize=True, deadline=None, database=None, max_examples=examples)
    @given(runs=run_lists, mutable=st.booleans(), share_keys=st.booleans())
    def check(runs, mutable, share_keys):
        data = attributed(runs, mutable=mutable, share_keys=share_keys)
        text, decoded = decode(data)
        assert text == "".join(piece for piece, _ in runs)
        assert decoded == [
            (piece, as_decoded(attributes)) for piece, attributes in runs
        ]

    check()


# Few values of each kind: whether two are equal decides what is written once.
few_values = st.sampled_from(
    [
        *("a", "b", Url("a"), Url("b"), "x", "[1c]", ""),
        *(0, 1, True, False, 300, 0.0, -0.0, 1.0, 2.5),
        *(b"x", MutableData(b"x"), MutableData(b"yy"), b"\x01"),
        *(Number(-1, "q"), Number(1, "i"), Number(1, "c"), Number(0.0, "d"), Date(1)),
        *({"code": "a", "x": "b"}, {"x": "b", "code": "a"}, {"code": [1]}, ["a"]),
    ]
)
few_runs = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "é👋", "a" * 130]),
        st.dictionaries(st.sampled_from(["a", "b", "[1c]"]), few_values, max_size=3),
    ),
    max_size=6,
)


@pytest.mark.parametrize("examples", [60, pytest.param(300, marks=pytest.mark.sweep)])
def test_an_archive_like_one_before_it_is_as_if_it_were_the_first(examples):
    @settings(derandomize=True, deadline=None, database=None, max_examples=examples)
    @given(asked=st.lists(few_runs, min_size=2, max_size=6), mutable=st.booleans())
    def check(asked, mutable):
        for runs in asked:
            told = attributed(runs, mutable=mutable)
            writer, _ = bodies._written([run for run in runs if run[0]], mutable, False)
            assert told == bytes(writer.out)

    check()


def test_one_layout_is_written_in_full_once(monkeypatch):
    def runs(text, number):
        return [(text, {"name": text, "number": number, "data": MutableData(b"x")})]

    attributed(runs("first one", 7))
    monkeypatch.setattr(bodies, "_written", None)
    attributed(runs("another", 1_000))
    with pytest.raises(TypeError):
        attributed([("another", {"a name like no other": "x"})])


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(text=st.text(), mutable=st.booleans(), direction=st.booleans())
def test_plain_agrees_with_attributed(text, mutable, direction):
    attributes = {PART: 0}
    if direction:
        attributes[WRITING_DIRECTION] = NATURAL_DIRECTION
    assert plain(text, mutable=mutable, writing_direction=direction) == attributed(
        [(text, attributes)], mutable=mutable
    )
    assert len(text.encode("utf-16-le")) == utf16_length(text) * 2
