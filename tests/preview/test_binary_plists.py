"""Binary property lists, object by object, as plistlib reads them."""

from __future__ import annotations

import plistlib
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.preview import balloon_cards, read
from pytest_imessage_foundry.preview.binary_plists import (
    BinaryPlist,
    NamedReferences,
    References,
)
from pytest_imessage_foundry.preview.plist_reader import keyed_archive
from pytest_imessage_foundry.spec import Spec

DAMAGE = (ValueError, LookupError, struct.error, OverflowError, RecursionError)
SCALARS = (
    st.text(max_size=20)
    | st.binary(max_size=20)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.builds(plistlib.UID, st.integers(0, 2**31))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=20)
        | st.dictionaries(st.text(min_size=1, max_size=20), inner, max_size=20)
    ),
    max_leaves=30,
)


def whole(plist: BinaryPlist, number: int) -> Any:
    found = plist.object(number)
    if isinstance(found, References):
        return [whole(plist, each) for each in found]
    if isinstance(found, NamedReferences):
        return {name: whole(plist, each) for name, each in found.items()}
    return found


@pytest.mark.parametrize("examples", [30, pytest.param(100, marks=pytest.mark.sweep)])
def test_each_object_is_what_plistlib_wrote(examples: int) -> None:
    @settings(max_examples=examples)
    @given(VALUES)
    def check(value: Any) -> None:
        plist = BinaryPlist(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))
        assert whole(plist, plist.top) == value

    check()


def test_long_lists_and_texts() -> None:
    value = {"many": list(map(str, range(70_000))), "long": "x" * 70_000}
    plist = BinaryPlist(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))
    assert whole(plist, plist.top) == value


@given(st.integers(0, 400), st.integers(0, 255))
def test_damage_is_an_error_or_another_value(place: int, byte: int) -> None:
    value = {"a": ["text", 1.5, b"data", plistlib.UID(3)], "b": {"c": "ü", "d": -1}}
    data = bytearray(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))
    data[place % len(data)] = byte
    try:
        plist = BinaryPlist(bytes(data))
        whole(plist, plist.top)
    except DAMAGE:
        pass


@pytest.mark.parametrize("cut", [0, 7, 20, 40])
def test_what_is_cut_short_is_an_error(cut: int) -> None:
    data = plistlib.dumps(["text"] * 3, fmt=plistlib.FMT_BINARY)[:cut]
    with pytest.raises(DAMAGE):
        BinaryPlist(data)


def test_cards_read_all_that_they_show(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    forge(Order(Spec(scenario="kinds", release="golden-gate")), tmp_path / "chat.db")
    lean = read(tmp_path / "chat.db")
    cards = [each.card for chat in lean.chats for each in chat.messages if each.card]
    assert len({card.title for card in cards}) > 20

    monkeypatch.setattr(
        balloon_cards, "keyed_archive", lambda data, wanted: keyed_archive(data)
    )
    assert read(tmp_path / "chat.db") == lean
