"""What is read by a short way is read as by the long one, or not at all."""

from __future__ import annotations

import plistlib
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.db.checks import plists
from pytest_imessage_foundry.reading.attributed_strings import parsed, tree
from pytest_imessage_foundry.reading.body_reader import BodyReader
from pytest_imessage_foundry.reading.body_templates import Form, Forms
from pytest_imessage_foundry.reading.typedstreams import Damaged

pytestmark = pytest.mark.sweep


def bodies_of(path):
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
        query = "SELECT attributedBody FROM message WHERE attributedBody NOTNULL"
        return [row[0] for row in database.execute(query)]


@pytest.fixture(scope="module")
def bodies(whole):
    return bodies_of(whole)


def outcome(read, data):
    """What a body says, or why it says nothing; as text, for NaN is not itself."""
    try:
        return repr(read(data))
    except Damaged as error:
        return f"damaged: {error}"


@pytest.fixture(scope="module")
def learned(bodies):
    reader = BodyReader()
    for data in bodies:
        reader.read(data)
    return reader


def test_what_was_learned_reads_as_what_is_parsed(bodies, learned):
    for data in bodies:
        assert learned.read(data) == parsed(data)


def test_most_bodies_of_every_kind_are_of_a_form(bodies):
    """Else the test above would hold the parser against itself."""
    forms = Forms()
    for data in bodies:
        form = Form.of(data, tree(data))
        if form is not None:
            forms.add(form)
    assert sum(forms.read(data) is not None for data in bodies) > 0.95 * len(bodies)


def one_of_each_form(bodies):
    by_form = {}
    for data in bodies:
        by_form.setdefault(str(Form.of(data, tree(data))), data)
    return by_form.values()


@pytest.mark.parametrize("by", [1, 0x80])
def test_a_spoilt_byte_of_a_body_is_read_as_parsed(bodies, learned, by):
    for data in one_of_each_form(bodies):
        for place, byte in enumerate(data):
            spoilt = data[:place] + bytes([(byte + by) & 0xFF]) + data[place + 1 :]
            assert outcome(learned.read, spoilt) == outcome(parsed, spoilt)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(data=st.data())
def test_cut_and_crossed_bodies_are_read_as_parsed(bodies, learned, data):
    one, other = (data.draw(st.sampled_from(bodies)) for _ in range(2))
    cut = data.draw(st.integers(0, len(one)))
    for body in (one[:cut], one[:cut] + other[cut:], one + other[cut:]):
        assert outcome(learned.read, body) == outcome(parsed, body)


def with_text(data, old, raw, units):
    """A short body with another text, and another length of its one run."""
    start = data.index(old)
    end = start + len(old)
    size, run, rest = bytes([len(raw) & 0xFF]), data[end : end + 6], data[end + 7 :]
    return data[: start - 1] + size + raw + run + bytes([units & 0xFF]) + rest


@pytest.fixture(scope="module")
def plain(bodies, learned):
    data = next(data for data in bodies if learned.plain(data) is not None)
    return data, parsed(data).raw


@settings(derandomize=True, deadline=None, max_examples=500)
@given(data=st.data())
def test_a_plain_body_is_one_that_is_parsed_to_be_plain(plain, learned, data):
    """`plain` speaks only of a text that is part 0, covered by its one run."""
    text = data.draw(
        st.text(st.sampled_from("aé…🙂\N{OBJECT REPLACEMENT CHARACTER}"), max_size=140)
    )
    raw = text.encode()
    length = len(text.encode("utf-16-le")) // 2
    units = data.draw(st.sampled_from((length, length, 0, 1, length + 1, 0x81)))
    made = with_text(*plain, raw, units)
    assert outcome(learned.read, made) == outcome(parsed, made)
    found = learned.plain(made)
    is_plain = 0 < units == length and len(raw) < 0x80 and "\ufffc" not in text
    assert (found is not None) == is_plain
    if found is not None:
        assert parsed(made) == (found[0], ((length, found[1]),))


@pytest.mark.parametrize("raw", [b"", b"\xff", b"\xe2\x80"])
def test_a_text_that_is_empty_or_broken_is_not_plain(plain, learned, raw):
    made = with_text(*plain, raw, len(raw))
    assert learned.plain(made) is None
    assert outcome(learned.read, made) == outcome(parsed, made)


@pytest.fixture(scope="module")
def lists(whole):
    with closing(sqlite3.connect(f"{whole.as_uri()}?immutable=1", uri=True)) as rows:
        query = "SELECT payload_data, message_summary_info FROM message"
        columns = (value for row in rows.execute(query) for value in row if value)
        return [value for value in columns if value.startswith(b"bplist00")]


def as_plistlib_reads(data):
    try:
        return repr(plistlib.loads(data, fmt=plistlib.FMT_BINARY))
    except Exception:
        return "it does not parse"


def as_we_read(data):
    try:
        return repr(plists.loads(data))
    except ValueError as error:
        return str(error).partition(" (")[0]


@pytest.mark.parametrize("to", [0x00, 0x5F, 0x80, 0xFF])
def test_a_spoilt_byte_of_a_property_list_is_read_as_plistlib_does(lists, to):
    assert len(lists) > 50
    by_number_of_objects = {data[-24:-16]: data for data in lists}
    for data in by_number_of_objects.values():
        for place in range(8, len(data)):
            spoilt = data[:place] + bytes([to]) + data[place + 1 :]
            assert as_we_read(spoilt) == as_plistlib_reads(spoilt)
