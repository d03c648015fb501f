"""A prepared list says what the same list says when it is written in full."""

from __future__ import annotations

import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.db.blobs import plist_templates
from pytest_imessage_foundry.db.blobs.bplist import dumps
from pytest_imessage_foundry.db.blobs.keyed_archives import Obj, keyed
from pytest_imessage_foundry.db.blobs.plist_templates import PlistTemplate
from pytest_imessage_foundry.db.blobs.values import Number, Url


def flat(name, other, number, count):
    """With constants that its values may equal, strings and numbers."""
    said = {"name": name, "other": other, "number": number, "count": count}
    return {"kind": "a", "0": [1, True, "number"]} | {
        key: value for key, value in said.items() if value is not None
    }


def archive(name, other, number, count):
    fields = {
        "name": name,
        "link": Url(other) if other is not None else None,
        "boxed": Number(number) if number is not None else None,
    }
    given_fields = {key: value for key, value in fields.items() if value is not None}
    return keyed(Obj("A", {**given_fields, "flag": 1, "count": count or 0}))


# Few of each kind, so that they often equal each other and the constants.
texts = st.none() | st.sampled_from(
    ["a", "b", "é", "number", "$null", "root", "x" * 20]
)
numbers = st.none() | st.sampled_from([0, 1, 2, 300, 70_000, -1])


@pytest.mark.parametrize("plist", [flat, archive])
@pytest.mark.parametrize("examples", [50, pytest.param(200, marks=pytest.mark.sweep)])
def test_any_values_in_any_order(plist, examples):
    @settings(derandomize=True, deadline=None, database=None, max_examples=examples)
    @given(asked=st.lists(st.tuples(texts, texts, numbers, numbers), min_size=2))
    def check(asked):
        if plist is archive:  # a number in place is never left out
            asked = [(*values[:3], values[3] or 0) for values in asked]
        ready = PlistTemplate(plist)
        for values in asked:
            assert ready(*values) == dumps(plist(*values))

    check()


def test_the_list_is_built_once_for_each_layout():
    built = []

    def plist(name, title):
        built.append(name)
        return {"name": name, "title": title}

    ready = PlistTemplate(plist)
    ready("one", "two")
    known = len(built)
    said = [ready(f"name {n}", f"title {n}") for n in range(50)]

    assert len(built) == known
    assert [plistlib.loads(each)["title"] for each in said[:2]] == [
        "title 0",
        "title 1",
    ]
    ready("same", "same")
    assert len(built) > known


def test_lengths_up_to_the_next_size_of_offsets():
    ready = PlistTemplate(lambda text: {"text": text})
    for size in (1, 14, 15, 200, 255, 256, 65_500, 65_536, 70_000):
        for text in ("x" * size, "é" * size):
            assert plistlib.loads(ready(text)) == {"text": text}


def test_no_more_layouts_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(plist_templates, "_MOST_FORMS", 2)
    ready = PlistTemplate(flat)
    asked = [("a", None, 1, None), ("b", "b", 2, 3), ("c", "d", 0, 1), (None,) * 4]
    for values in asked * 2:
        assert ready(*values) == dumps(flat(*values))
    assert len(ready._forms) == 2
