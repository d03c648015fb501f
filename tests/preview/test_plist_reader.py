"""Property lists from a database that wants to do harm."""

from __future__ import annotations

import base64
import json
import plistlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_imessage_foundry.preview.plist_reader import (
    integers,
    json_of,
    keyed_archive,
    property_list,
    seconds,
)

UID = plistlib.UID


def binary(value: Any) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


def archive(*objects: Any) -> bytes:
    return binary({"$top": {"root": UID(1)}, "$objects": ["$null", *objects]})


@given(st.binary(max_size=300))
def test_any_bytes_read_as_something_or_nothing(data: bytes) -> None:
    for attempt in (data, b"bplist00" + data):
        assert property_list(attempt) is None or property_list(attempt) == {}
        keyed_archive(attempt)


@given(st.integers(0, 400), st.integers(0, 255))
def test_damaged_archives_do_no_harm(place: int, value: int) -> None:
    damaged = bytearray(archive({"a": UID(2), "b": [UID(1), UID(3)]}, "text", 1.5))
    damaged[place % len(damaged)] = value

    keyed_archive(bytes(damaged))


def test_an_archive_that_holds_itself_ends() -> None:
    found = keyed_archive(archive({"again": UID(1), "name": "x"}))

    assert found == {"again": None, "name": "x"}


def test_an_archive_that_unfolds_without_end_is_nothing() -> None:
    nested: list[Any] = []
    for _ in range(25):
        nested = [nested, nested]

    assert keyed_archive(archive({"deep": nested})) is None


@pytest.mark.parametrize(
    "data",
    [
        binary({"$top": {"root": UID(99)}, "$objects": ["$null"]}),
        binary({"$top": [], "$objects": ["$null"]}),
        binary({"$top": {"root": UID(0)}, "$objects": []}),
        binary(["list"]),
        plistlib.dumps({"xml": 1}),
    ],
)
def test_what_is_no_archive_is_nothing(data: bytes) -> None:
    assert keyed_archive(data) is None


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_polls_are_read_in_both_alphabets(alphabet: Any) -> None:
    item = {"votes": ["ÿþý>>>???"]}
    coded = alphabet(json.dumps({"item": item}, ensure_ascii=False).encode())

    assert json_of(f"data:,{coded.decode()}?src=p&c=3") == item


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://a.example",
        "data:,%%%",
        "data:,AAAA",
        "data:," + base64.b64encode(b"[" * 90_000).decode(),
        "data:," + base64.b64encode(b'{"item": 3}').decode(),
    ],
    ids=["empty", "web", "percent", "bytes", "deep", "number"],
)
def test_other_urls_hold_no_poll(url: str) -> None:
    assert json_of(url) is None


def test_numbers_that_are_none() -> None:
    assert integers([1, "2", None]) == (1,)
    assert integers("12") == ()
    assert seconds(1.5) == 1_500_000_000
    assert seconds(1e300) == 0
    assert seconds("soon") == 0
