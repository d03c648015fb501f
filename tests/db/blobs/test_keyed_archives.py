"""Property lists, read back with plistlib and walked by UID."""

from __future__ import annotations

import plistlib
from plistlib import UID
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.db.blobs.keyed_archives import (
    Inline,
    MutableDict,
    Obj,
    binary_plist,
    keyed_archive,
)
from pytest_imessage_foundry.db.blobs.values import Date, MutableData, Number, Url, Uuid

UUID_TEXT = "F4B1E2A0-0000-4000-8000-00000000ABCD"


def opened(data: bytes) -> dict[str, Any]:
    """The envelope, every UID of which leads somewhere."""
    archive = plistlib.loads(data)
    count = len(archive["$objects"])

    def check(value: Any) -> None:
        if isinstance(value, UID):
            assert 0 <= value.data < count
        for each in value.values() if isinstance(value, dict) else ():
            check(each)
        for each in value if isinstance(value, list) else ():
            check(each)

    check(archive["$objects"])
    check(archive["$top"])
    return archive


def resolve(archive: dict[str, Any], value: Any) -> Any:
    """What a UID stands for, containers as Python's, objects as (class, fields)."""
    if isinstance(value, UID):
        return resolve(archive, archive["$objects"][value.data]) if value.data else None
    if not isinstance(value, dict):
        return value
    name = archive["$objects"][value["$class"].data]["$classname"]
    if "NS.keys" in value:
        keys = [resolve(archive, key) for key in value["NS.keys"]]
        objects = [resolve(archive, each) for each in value["NS.objects"]]
        return dict(zip(keys, objects, strict=True))
    if "NS.objects" in value:
        return [resolve(archive, each) for each in value["NS.objects"]]
    fields = {k: resolve(archive, v) for k, v in value.items() if k != "$class"}
    return name, fields


def unarchived(data: bytes, key: str = "root") -> Any:
    archive = opened(data)
    return resolve(archive, archive["$top"][key])


def test_envelope():
    archive = opened(keyed_archive(Obj("RichLink", {"title": "x", "done": True})))
    assert archive == {
        "$version": 100_000,
        "$archiver": "NSKeyedArchiver",
        "$top": {"root": UID(1)},
        "$objects": [
            "$null",
            {"title": UID(2), "done": True, "$class": UID(3)},
            "x",
            {"$classname": "RichLink", "$classes": ["RichLink", "NSObject"]},
        ],
    }


def test_url_is_relative_to_nothing():
    archive = opened(keyed_archive(Url("https://example.com")))
    assert archive["$objects"][1] == {
        "NS.base": UID(0),
        "NS.relative": UID(2),
        "$class": UID(3),
    }


def test_dictionary_keys_and_values_are_uids():
    archive = opened(keyed_archive({"n": 7, "text": "n"}))
    assert archive["$objects"][1]["NS.keys"] == [UID(2), UID(3)]
    # The key "n" and the value "n" are one object.
    assert archive["$objects"][1]["NS.objects"] == [UID(4), UID(2)]
    assert archive["$objects"][4] == 7


def test_classes_name_their_ancestors():
    archive = opened(keyed_archive(MutableDict({"a": MutableData(b"x")})))
    classes = [
        each["$classes"]
        for each in archive["$objects"]
        if isinstance(each, dict) and "$classes" in each
    ]
    assert classes == [
        ["NSMutableData", "NSData", "NSObject"],
        ["NSMutableDictionary", "NSDictionary", "NSObject"],
    ]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"a": None}, {"a": None}),
        ([1, 2, 1], [1, 2, 1]),
        ([True, 1, 1.0], [True, 1, 1.0]),
        (b"data", b"data"),
        (MutableData(b"data"), ("NSMutableData", {"NS.data": b"data"})),
        (Date(5), ("NSDate", {"NS.time": 5.0})),
        (Number(4), 4),
        ({Number(0): ["x"]}, {0: ["x"]}),
        (
            Uuid(UUID_TEXT),
            ("NSUUID", {"NS.uuidbytes": bytes.fromhex(UUID_TEXT.replace("-", ""))}),
        ),
        (Obj("A", {"n": Number(3), "raw": Inline("r")}), ("A", {"n": 3, "raw": "r"})),
    ],
    ids=repr,
)
def test_every_node(node, expected):
    actual = unarchived(keyed_archive(node))
    assert actual == expected
    assert repr(actual) == repr(expected)  # True is not 1, and 1.0 is neither


def test_boxed_numbers_are_objects_and_plain_ones_stand_in_place():
    archive = opened(keyed_archive(Obj("A", {"boxed": Number(3), "plain": 3})))
    root = archive["$objects"][1]
    assert root["plain"] == 3
    assert archive["$objects"][root["boxed"].data] == 3


def test_one_object_at_two_places():
    shared = Obj("Image", {"index": 0})
    archive = opened(keyed_archive(Obj("A", {"a": shared, "b": shared})))
    root = archive["$objects"][1]
    assert root["a"] == root["b"]


def test_other_key_and_numbers_beside_it():
    data = keyed_archive(["x"], key="dd-result", top={"version": 1})
    assert opened(data)["$top"] == {"dd-result": UID(1), "version": 1}
    assert unarchived(data, "dd-result") == ["x"]


def test_unknown_node_is_refused():
    with pytest.raises(TypeError, match="cannot hold complex"):
        keyed_archive([1j])


def test_binary_plist_ignores_the_order_of_keys():
    assert binary_plist({"b": 1, "a": 2}) == binary_plist({"a": 2, "b": 1})


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
)
nodes = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@pytest.mark.parametrize("examples", [40, pytest.param(200, marks=pytest.mark.sweep)])
def test_any_tree_comes_back(examples):
    @settings(derandomize=True, deadline=None, database=None, max_examples=examples)
    @given(nodes)
    def check(node):
        data = keyed_archive({"node": node})
        assert unarchived(data) == {"node": node}
        assert keyed_archive({"node": node}) == data

    check()
