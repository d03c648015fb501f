"""Our binary property lists are plistlib's, byte for byte."""

from __future__ import annotations

import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.db.blobs.bplist import UID, dumps

scalars = (
    st.booleans()
    | st.integers(min_value=-(1 << 63), max_value=(1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
)
lists = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=20) | st.dictionaries(st.text(), inner, max_size=20)
    ),
    max_leaves=60,
)


def by_plistlib(root):
    return plistlib.dumps(root, fmt=plistlib.FMT_BINARY, sort_keys=True)


@pytest.mark.parametrize("examples", [30, pytest.param(100, marks=pytest.mark.sweep)])
def test_bytes(examples):
    @settings(max_examples=examples)
    @given(lists)
    def check(root):
        assert dumps(root) == by_plistlib(root)

    check()


@pytest.mark.parametrize("count", [14, 15, 254, 255, 256, 300, 70_000])
def test_sizes(count):
    root = {"text": "x" * count, "wide": "é" * count, "data": bytes(count)}
    root["list"] = list(range(min(count, 2_000)))

    assert dumps(root) == by_plistlib(root)


def test_references():
    one, other = plistlib.UID(1), plistlib.UID(300)

    assert dumps([UID(1), UID(300), UID(1)]) == by_plistlib([one, other, one])


@pytest.mark.parametrize("value", [None, object(), frozenset()])
def test_what_no_list_holds(value):
    with pytest.raises(KeyError):
        dumps({"value": value})
