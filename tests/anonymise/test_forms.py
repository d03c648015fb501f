"""Archives of a form that was met: the result is that of reading each in full."""

from __future__ import annotations

import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.anonymise.bodies_in_place import Bodies
from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.property_lists import PropertyLists
from pytest_imessage_foundry.anonymise.rows import Replacing
from pytest_imessage_foundry.anonymise.secret import Secret
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary
from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.blobs.keyed_archives import keyed_archive
from pytest_imessage_foundry.db.blobs.values import MutableData, Url, Uuid

VOCABULARY = Vocabulary()
GUID = "5EC2E700-ABCD-4DEF-8ABC-0123456789AB"
FEW = settings(derandomize=True, deadline=None, max_examples=60)
TEXTS = st.one_of(
    st.text("abc xyzABC 019 .,@+é漢😀", max_size=30),
    st.sampled_from(["", "NSString", "URL", "$null", "a" * 300, "ä" * 200, "0", GUID]),
)


def archives():
    return Replacing(Secret("1"), VOCABULARY, Dates(52)).archives


def keyed(title="Zanzibarik", link="https://praxis.org/a?b=c", number=7, real=7e8):
    return keyed_archive(
        {
            "ldtext": title,
            "URL": Url(link),
            "sessionIdentifier": Uuid(GUID),
            "appid": number,
            "data": MutableData(keyed_archive({"ldtext": title})),
            "NS.time": real,
        }
    )


def edits(text="Zanzibarik", when=7e8):
    body = bodies.attributed([(text, {"__kIMMessagePartAttributeName": 0})])
    content = {"ec": {"0": [{"t": body, "d": when}]}, "ams": text, "ust": True}
    return plistlib.dumps(content, fmt=plistlib.FMT_BINARY)


def body(text="call Oma", link="https://praxis.org/W", detected="Freitags", code=7):
    return bodies.attributed(
        [
            (text or "a", {"__kIMMessagePartAttributeName": 0}),
            (
                "Hochzeit",
                {
                    "__kIMMessagePartAttributeName": code,
                    "__kIMLinkAttributeName": Url(link),
                    "__kIMFilenameAttributeName": f"{text}.heic",
                    "__kIMDataDetectedAttributeName": keyed_archive({"MS": detected}),
                },
            ),
        ]
    )


def both_ways(first, second):
    """Return what becomes of the second behind the first, and by itself."""
    practised, fresh = archives(), archives()
    practised.replaced(first)
    before = practised.unreadable, practised.emptied
    result = practised.replaced(second)
    counts = practised.unreadable - before[0], practised.emptied - before[1]
    alone = fresh.replaced(second)
    return (result, *counts), (alone, fresh.unreadable, fresh.emptied)


NUMBERS = st.sampled_from([0, 1, 9, 200, 1000, 100_000, 70_000, 1 << 31, 1 << 40])
REALS = st.floats(allow_nan=False)


@FEW
@given(title=TEXTS, link=TEXTS, number=NUMBERS, real=REALS)
def test_keyed_archives(title, link, number, real):
    practised, alone = both_ways(keyed(), keyed(title, link, number, real))
    assert practised == alone


@FEW
@given(text=TEXTS, when=REALS)
def test_edit_histories(text, when):
    practised, alone = both_ways(edits(), edits(text, when))
    assert practised == alone


@FEW
@given(
    text=TEXTS,
    link=TEXTS,
    detected=TEXTS,
    code=st.sampled_from([0, 1, 127, 128, 200, 1 << 20]),
)
def test_bodies(text, link, detected, code):
    practised, alone = both_ways(body(), body(text, link, detected, code))
    assert practised == alone


# Of 7 bytes one here, all of them in the sweeps.
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.sweep)])
@pytest.mark.parametrize("make", [keyed, edits, body])
@pytest.mark.parametrize("turn", [0x01, 0x84])
def test_each_byte_spoilt_in_turn(make, turn, step):
    data = make()
    practised = archives()
    practised.replaced(data)
    for at in range(0, len(data), step):
        spoilt = bytearray(data)
        spoilt[at] ^= turn
        # With a memory of its own, so that only the first archive was met.
        new = practised.replaced(bytes(spoilt))
        assert new == archives().replaced(bytes(spoilt)), at


@pytest.mark.parametrize("make", [keyed, edits, body])
def test_each_length_of_what_is_cut_short(make):
    data = make()
    practised = archives()
    practised.replaced(data)
    for size in range(len(data)):
        assert practised.replaced(data[:size]) == archives().replaced(data[:size])


@pytest.mark.parametrize(
    ("owner", "way", "first", "second"),
    [
        (PropertyLists, "_read_in_full", keyed(), keyed("Grossvater", number=9)),
        (PropertyLists, "_read_in_full", keyed(), keyed("ä" * 300, "https://a.org/")),
        (PropertyLists, "_read_in_full", edits(), edits("Oma", 8e8)),
        (Bodies, "_rewritten", body(), body("a" * 200, "https://b.org/", "Montag", 9)),
    ],
)
def test_the_second_of_a_form_is_not_read_in_full(
    monkeypatch, owner, way, first, second
):
    practised = archives()
    practised.replaced(first)
    monkeypatch.delattr(owner, way)
    new = practised.replaced(second)
    assert len(new) == len(second)
    assert new != second
    assert practised.unreadable == 0


def test_a_key_that_no_list_knows_makes_no_form():
    first = bodies.attributed([("a", {"Tagebuch": "Liebesbrief", "own": b"Bericht"})])
    second = bodies.attributed([("a", {"Tageheft": "Liebesbrief", "own": b"Bericht"})])
    practised, alone = both_ways(first, second)
    assert practised == alone
    assert b"Tageheft" not in practised[0]
