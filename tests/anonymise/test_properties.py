"""What is true of every stand-in, whatever it stands for."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from originals import change, query

from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.anonymise.dates import WEEK, Dates
from pytest_imessage_foundry.anonymise.rows import Replacing
from pytest_imessage_foundry.anonymise.secret import Secret
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary

pytestmark = pytest.mark.sweep

CASES = {"Lu": "upper", "Lt": "upper", "Ll": "lower"}
VOCABULARY = Vocabulary()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
WORDS = st.text(
    "abcdefgh ABC 019 .,:;/@+-é ß ж 漢 가 א 😀 👍🏽\u200d\ufffc", max_size=40
)
ADDRESSES = st.one_of(
    st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    st.from_regex(
        r"[a-z]{1,9}\.?[a-z]{1,9}@[a-z]{2,12}\.(com|org|co\.uk)", fullmatch=True
    ),
    st.from_regex(r"[0-9]{3,6}", fullmatch=True),
    st.from_regex(r"\([0-9]{3}\) [0-9]{3}-[0-9]{4}", fullmatch=True),
)
FEW = settings(derandomize=True, deadline=None, max_examples=120)


def replacing(seed="1"):
    return Replacing(Secret(seed), VOCABULARY, Dates(52))


ALL = replacing()


def kinds(text):
    """What a reader can tell of characters: case, digit, space, sign, length."""
    return [
        (
            "S"
            if 0x1F000 <= ord(each) < 0x20000
            else CASES.get(unicodedata.category(each), unicodedata.category(each)[0]),
            len(each.encode()),
        )
        for each in text
    ]


@FEW
@given(TEXTS | WORDS)
@example("See https://praxis.org/a?b=c and kim@foo.org, +4915190817263")
@example("p:0/5EC2E700-ABCD-4DEF-8ABC-0123456789AB")
@example("👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 1️⃣")
@pytest.mark.parametrize(
    "kind", ["text", "name", "path", "token", "bundle", "archived"]
)
def test_a_stand_in_has_the_length_of_its_original(kind, text):
    new = getattr(ALL.stand_ins, kind)(text)
    assert len(new) == len(text)
    assert len(new.encode()) == len(text.encode())
    assert len(new.encode("utf-16-le")) == len(text.encode("utf-16-le"))


@FEW
@given(TEXTS)
def test_a_text_keeps_the_kind_of_each_character(text):
    # Of links and addresses the host has another shape.
    if re.search(r"[:@\d]", text):
        return
    assert kinds(ALL.stand_ins.text(text)) == kinds(text)
    assert [c for c in ALL.stand_ins.text(text) if c.isspace()] == [
        c for c in text if c.isspace()
    ]


@FEW
@given(TEXTS | WORDS, WORDS)
def test_the_same_has_the_same_stand_in_and_another_secret_another(text, other):
    again = replacing()
    again.stand_ins.text(other)
    assert again.stand_ins.text(text) == ALL.stand_ins.text(text)
    letters = sum(each.isascii() and each.isalpha() for each in text)
    if letters > 12 and not re.search(r"[:@\d]", text):
        assert replacing("2").stand_ins.text(text) != ALL.stand_ins.text(text)


@FEW
@given(TEXTS | WORDS)
def test_a_copy_of_a_copy_has_the_same_structure(text):
    once = ALL.stand_ins.text(text)
    twice = replacing("2").stand_ins.text(once)
    if not re.search(r"[:@\d]", text):
        assert kinds(twice) == kinds(text)
    assert len(twice.encode()) == len(text.encode())


@FEW
@given(st.lists(ADDRESSES, min_size=2, max_size=8, unique_by=str.casefold))
def test_no_two_addresses_have_one_stand_in(addresses):
    fresh = replacing("3")
    drawn = [fresh.addresses.address(each) for each in addresses]
    assert len({each.casefold() for each in drawn}) == len(drawn)
    assert [len(each) for each in drawn] == [len(each) for each in addresses]
    assert [each[:1] == "+" for each in drawn] == [a[:1] == "+" for a in addresses]
    again = [fresh.addresses.address(each.upper()).lower() for each in addresses]
    assert again == [each.lower() for each in drawn]


@FEW
@given(
    st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False),
    st.integers(-207, 207),
)
def test_dates_move_by_whole_weeks(value, weeks):
    new = Dates(weeks).moved(value)
    assert type(new) is type(value)
    if isinstance(value, int):
        assert -(2**63) <= new < 2**63
        is_moved = value and -(2**62) < value < 2**62
        assert not is_moved or (new - value) % WEEK == 0
        assert Dates(0).moved(value) == value


@FEW
@given(st.uuids(), st.sampled_from(["", "p:0/", "bp:", "at_0_", "p:12/"]))
def test_a_guid_is_the_same_wherever_it_stands(guid, prefix):
    plain = str(guid).upper()
    new = ALL.stand_ins.one_guid(plain)
    assert ALL.stand_ins.guid(f"{prefix}{plain}") == f"{prefix}{new}"
    assert ALL.stand_ins.archived(f"{prefix}{plain}") == f"{prefix}{new}"
    assert new in ALL.stand_ins.text(f"see {plain} there")
    assert ALL.stand_ins.one_guid(plain.lower()) == new.lower()
    assert new != plain
    assert new[14] == plain[14]


@FEW
@given(st.lists(WORDS, max_size=6))
def test_a_word_of_the_original_is_never_a_stand_in(texts):
    vocabulary = Vocabulary()
    from pytest_imessage_foundry.anonymise import tokens

    for text in texts:
        vocabulary.add(tokens.told_by_name(text))
    few = Replacing(Secret("1"), vocabulary, Dates(52))
    for text in texts:
        assert vocabulary.known(tokens.looked_at(few.stand_ins.text(text))) == []


@FEW
@given(st.binary(max_size=200))
@example(b"bplist00" + bytes(60))
@example(b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x08NSString")
def test_bytes_of_any_kind_keep_their_length_and_tell_nothing(data):
    new = ALL.archives.replaced(data)
    assert len(new) == len(data)
    assert (
        not data.strip(b"\0")
        or data[:1] in (b"\x04", b"b", b"{")
        or not new.strip(b"\0")
    )


def test_dates_move_back_beside_one_in_seconds(original, tmp_path):
    change(original, "UPDATE message SET date = 469900929 WHERE ROWID = 1")
    anonymise(original, tmp_path / "copy.db", seed=1)
    ((after,),) = query(
        tmp_path / "copy.db", "SELECT date FROM message WHERE ROWID = 1"
    )
    assert 0 < after < 469900929
    assert (469900929 - after) % WEEK == 0
