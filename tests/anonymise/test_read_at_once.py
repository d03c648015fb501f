"""What the proof reads at once: the same tokens as value by value, the same content as
plistlib."""

from __future__ import annotations

import plistlib
import sqlite3
from contextlib import closing
from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.anonymise import joined_texts, proof, tokens
from pytest_imessage_foundry.anonymise.byte_search import tokens_of_file
from pytest_imessage_foundry.anonymise.copying import batches, shapes
from pytest_imessage_foundry.anonymise.list_contents import contents
from pytest_imessage_foundry.anonymise.readable_bytes import _loaded
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary
from pytest_imessage_foundry.db.blobs.keyed_archives import keyed_archive

FEW = settings(derandomize=True, deadline=None, max_examples=150)
GUID = "5EC2E700-ABCD-4DEF-8ABC-0123456789AB"
PIECES = st.sampled_from(
    [
        *("a", "Oma", "Zanzibarik", "IMG_0042.heic", "at_0_12", "4915190817263", "12"),
        *("+49 151 ", "90817263", GUID, GUID.replace("-", ""), "https://praxis.org/a"),
        *("kim@zanzibarik.org", ".", "example.com", "é", "Zänzibärik", "Zänzi"),
        *(
            "私の秘密の言葉",
            "👍🏽",
            "❤️",
            "ﬃ",
            "".join(chr(ord(c) + 0xFEE0) for c in "Zanzi"),  # full width
            "٤٥٦٧٨",
            " ",
            "\n",
            "-",
            "\x01",
            "\0",
        ),
    ]
)
TEXTS = st.lists(
    st.one_of(st.lists(PIECES, max_size=6).map("".join), st.text(max_size=40)),
    max_size=8,
)


@pytest.mark.parametrize("way", ["told", "told_by_name", "looked_at"])
@FEW
@given(texts=TEXTS)
@example(texts=["123 ", " 4567", "a@b", ".org", "Zan", "zibarik", "e", "\u0301abc"])
@example(texts=[f"12 {GUID} 34567", GUID[:20], GUID[20:], "iMessage", "NSString"])
def test_many_texts_tell_what_each_tells(way, texts):
    of_each = getattr(tokens, way)
    each = {token for text in texts for token in of_each(text)}
    assert set(getattr(joined_texts, way)(texts)) == each


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=20),
        st.binary(max_size=20),
        st.integers(-(1 << 63), (1 << 64) - 1),
        st.floats(),
        st.booleans(),
        st.dates(datetime(1900, 1, 1).date(), datetime(9900, 1, 1).date()).map(
            lambda d: datetime(*d.timetuple()[:3])
        ),
        st.integers(0, 1 << 32).map(plistlib.UID),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=18), st.dictionaries(st.text(max_size=9), inner)
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("examples", [40, pytest.param(300, marks=pytest.mark.sweep)])
def test_a_list_holds_what_plistlib_finds(examples):
    @settings(derandomize=True, deadline=None, max_examples=examples)
    @given(value=VALUES)
    def holds(value):
        data = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)
        own, others = contents(data), _loaded(data)
        assert own is not None
        assert others is not None
        for found, expected in zip(own, others, strict=True):
            assert set(found) == set(expected)

    holds()


# Of 5 bytes one here, all of them in the sweeps.
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.sweep)])
def test_what_is_spoilt_holds_no_less_than_plistlib_finds(step):
    data = keyed_archive(
        {"ldtext": "Zänzibarik", "data": b"Bankgeheimnis", "n": 1 << 40}
    )
    read = 0
    for at in range(0, len(data), step):
        for turn in (0x01, 0x10, 0x80):
            spoilt = bytearray(data)
            spoilt[at] ^= turn
            own, others = contents(bytes(spoilt)), _loaded(bytes(spoilt))
            if own is None or others is None:
                continue
            read += 1
            for found, expected in zip(own, others, strict=True):
                assert set(found) >= set(expected), at
    assert read > 100 / step


def test_a_version_in_a_column_of_settings_is_looked_for_in_texts():
    """What a column of structure may hold is not taken for seen in others."""
    vocabulary = Vocabulary()
    vocabulary.add(["n15001"])
    told = [
        ("kvtable", ("key", "value"), [("a", "15001")]),
        ("message", ("text",), [("15001",)]),
    ]
    with pytest.raises(proof.Leak) as leak:
        proof.prove_values(vocabulary, told)
    assert leak.value.place == "message.text"


def test_a_text_in_a_column_of_numbers_is_read():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT)")
        connection.execute("CREATE TABLE chat_handle_join (chat_id INT, handle_id INT)")
        connection.execute("INSERT INTO handle VALUES (1, 'Oma')")
        connection.execute("INSERT INTO chat_handle_join VALUES (1, 1)")
        tables = shapes(connection)
        assert [*batches(connection, tables)] == [
            ("handle", ("id",), [("Oma",)]),
            ("chat_handle_join", (), [(1,)]),
        ]
        connection.execute("INSERT INTO chat_handle_join VALUES (2, ?)", (b"Oma",))
        connection.execute("INSERT INTO chat_handle_join VALUES (3, 'Oma')")
        _, (*_, found) = batches(connection, tables)
        assert found == [(1, 1), (2, b"Oma"), (3, "Oma")]


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", [b"", b"\xff", b"abc", b"\0"])
def test_the_bytes_of_a_file_are_read_in_each_coding(tmp_path, code, before):
    text = f" Zanzibarik 4915190817263 {GUID} "
    path = tmp_path / "file"
    path.write_bytes(before + text.encode(code) + b"\xff")
    (found,) = tokens_of_file(path)
    assert {"wzanzibarik", "n4915190817263", f"u{GUID.replace('-', '')}"} <= found
