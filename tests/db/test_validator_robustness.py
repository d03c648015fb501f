"""Whatever the bytes are, the validator answers."""

from __future__ import annotations

import contextlib
import json
import plistlib
import shutil
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import builder, schema
from pytest_imessage_foundry.db.checks import bplists, plists
from pytest_imessage_foundry.db.checks.bodies import Reader
from pytest_imessage_foundry.db.checks.forms import Form, Forms
from pytest_imessage_foundry.db.checks.typedstreams import Damaged, parsed, tree
from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.validators import validate
from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.spec import Spec


def build(path):
    known = schema.get("tahoe")
    spec = Spec(release="tahoe", scenario="kinds")
    conversations = catalogue.conversations(spec, known)
    people = catalogue.people(spec, known)
    owner = Persona(id="me", name="Me", identifier="+12025550100", is_self=True)
    builder.build(path, known, conversations, owner=owner, people=people)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return build(tmp_path_factory.mktemp("whole") / "chat.db")


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
    reader = Reader()
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


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(data=st.data())
def test_flipped_bytes_of_a_body_are_read_as_parsed(bodies, learned, data):
    body = bytearray(data.draw(st.sampled_from(bodies)))
    places = st.integers(0, len(body) - 1)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(places)] = data.draw(st.integers(0, 255))
    spoilt = bytes(body)
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


def test_property_lists_of_messages_need_no_plistlib(lists):
    assert len(lists) > 50
    for data in lists:
        assert bplists.read(data) == plistlib.loads(data)


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(data=st.data())
def test_flipped_bytes_of_a_property_list_are_read_as_plistlib_does(lists, data):
    spoilt = bytearray(data.draw(st.sampled_from(lists)))
    # The trailer, the table of offsets and the objects before them, as often each.
    first = data.draw(st.sampled_from((8, max(8, len(spoilt) - 90), len(spoilt) - 32)))
    places = st.integers(first, len(spoilt) - 1)
    for _ in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(places)] = data.draw(st.integers(0, 255))
    assert as_we_read(bytes(spoilt)) == as_plistlib_reads(bytes(spoilt))


LEAVES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.builds(plistlib.UID, st.integers(0, 2**20)),
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    st.recursive(
        LEAVES,
        lambda each: (
            st.lists(each, max_size=20)
            | st.dictionaries(st.text(max_size=9), each, max_size=20)
        ),
    )
)
def test_any_property_list_is_read_as_plistlib_does(content):
    data = plistlib.dumps(content, fmt=plistlib.FMT_BINARY)
    assert as_we_read(data) == as_plistlib_reads(data)


CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=40),
    st.sampled_from(["p:0/", "bp:", "0:0:-1", b"bplist00", b"\x04\x0bstreamtyped"]),
)
TABLES = ("message", "chat", "handle", "attachment", "chat_message_join")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(data=st.data())
def test_any_value_in_any_column_is_answered(whole, tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cells") / "chat.db"
    shutil.copyfile(whole, path)
    table = data.draw(st.sampled_from(TABLES))
    with closing(register_functions(sqlite3.connect(path))) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        for column in data.draw(st.lists(st.sampled_from(columns), max_size=12)):
            value = data.draw(CELLS)
            rowid = data.draw(st.integers(1, 9))
            statement = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE ROWID = ?"
            try:
                connection.execute(statement, (value, rowid))
            except sqlite3.IntegrityError:
                continue
        connection.commit()
    report = validate(path)
    json.dumps(report.as_json())
    assert str(report)


def test_a_schema_of_broken_text_is_answered(whole, tmp_path):
    """SQLite's own message then holds bytes that are no UTF-8."""
    content = whole.read_bytes()
    path = tmp_path / "chat.db"
    path.write_bytes(
        content.replace(b"CREATE TABLE handle", b"CREATE TABLE \x80andle", 1)
    )
    with pytest.raises(UnreadableFileError, match="cannot read the database"):
        validate(path)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(data=st.data())
def test_flipped_bytes_of_a_file_are_answered(whole, tmp_path_factory, data):
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 30))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("bytes") / "chat.db"
    path.write_bytes(content)
    with contextlib.suppress(UnreadableFileError):
        assert str(validate(path))
